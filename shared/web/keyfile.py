"""A secret of this deployable's own, made when it is first needed."""

import secrets
from functools import cache
from pathlib import Path

from shared.durable import write_once


@cache
def secret_key(path: Path) -> bytes:
    """32 random bytes that only our user reads. Several threads may ask at the same time."""
    if not path.exists():
        write_once(path, secrets.token_bytes(32))
    return path.read_bytes()
