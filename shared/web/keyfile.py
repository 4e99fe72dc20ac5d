"""A secret of this deployable's own, made when it is first needed."""

import os
import secrets
from functools import cache
from pathlib import Path


@cache
def secret_key(path: Path) -> bytes:
    """32 random bytes that only our user reads. Several threads may ask at the same time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        written = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(secrets.token_bytes(32))
            out.flush()
            os.fsync(out.fileno())
        link_once(written, path)
    return path.read_bytes()


def link_once(written: Path, path: Path) -> None:
    """The first writer wins."""
    try:
        os.link(written, path)
    except FileExistsError:
        pass
    finally:
        written.unlink()
