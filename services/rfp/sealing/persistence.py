"""Where the keys of RFPs are kept: files that only our user reads, outside of the database."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from services.rfp.sealing.domain import KEY_BYTES, KeyMissing
from shared.kernel import uuid7


class KeyFolder:
    """A `KeyStore` in a folder. Several processes may ask for the same new key at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self, rfp_id: UUID) -> bytes:
        try:
            return self.existing_key(rfp_id)
        except KeyMissing:
            self.make(self.folder / str(rfp_id))
            return self.existing_key(rfp_id)

    def existing_key(self, rfp_id: UUID) -> bytes:
        try:
            key = (self.folder / str(rfp_id)).read_bytes()
        except FileNotFoundError:
            raise KeyMissing from None
        if len(key) != KEY_BYTES:
            raise KeyMissing
        return key

    def make(self, path: Path) -> None:
        """Write beside, then link: whoever comes first wins, and nobody reads half a key."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = path.with_name(f".{uuid7()}")
        write_durably(written, secrets.token_bytes(KEY_BYTES))
        try:
            with suppress(FileExistsError):
                os.link(written, path)
        finally:
            written.unlink()
        sync_folder(self.folder)


def write_durably(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def sync_folder(folder: Path) -> None:
    """A bid is worth nothing without its key, so the name has to survive a power cut too."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
