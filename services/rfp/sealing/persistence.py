"""Where the keys of RFPs are kept: files that only our user reads, outside of the database."""

import secrets
from pathlib import Path
from uuid import UUID

from services.rfp.sealing.domain import KEY_BYTES, KeyMissing
from shared.durable import sync_folder, write_once


class KeyFolder:
    """A `KeyStore` in a folder. Several processes may ask for the same new key at once.

    A bid is worth nothing without its key, so the key has to survive a power cut too.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def key(self, rfp_id: UUID) -> bytes:
        try:
            return self.existing_key(rfp_id)
        except KeyMissing:
            write_once(self.folder / str(rfp_id), secrets.token_bytes(KEY_BYTES))
            return self.existing_key(rfp_id)

    def existing_key(self, rfp_id: UUID) -> bytes:
        try:
            key = (self.folder / str(rfp_id)).read_bytes()
        except FileNotFoundError:
            raise KeyMissing from None
        if len(key) != KEY_BYTES:
            raise KeyMissing
        return key

    def destroy(self, rfp_id: UUID) -> bool:
        path = self.folder / str(rfp_id)
        there = path.exists()
        path.unlink(missing_ok=True)
        if there:
            sync_folder(self.folder)
        return there
