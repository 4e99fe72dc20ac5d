"""What lies in the store and belongs to nothing: bytes whose row was rolled back."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from services.rfp.bids.persistence import locations_named
from shared.files import Storage


def sweep_files(session: Session, storage: Storage, *, old: Sequence[str]) -> int:
    """Take away those of the old files that no row names; say how many."""
    orphans = set(old) - locations_named(session, old)
    for location in orphans:
        storage.delete(location)
    return len(orphans)
