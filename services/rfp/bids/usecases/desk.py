"""The place where one vendor works on a bid for one lot, while it is open."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.bids.domain import Draft, NotAdmitted, draft_context
from services.rfp.bids.persistence import (
    Standing,
    is_admitted,
    lock_place,
    read_standing,
    rfp_of_lot,
    write_draft,
)
from services.rfp.sealing.domain import KeyStore, seal, unseal
from services.rfp.tenders.domain import Rfp
from shared import db
from shared.kernel import Vendor


@dataclass(frozen=True)
class Desk:
    """Whose it is, for which lot, and what lies there."""

    vendor: Vendor
    lot_id: UUID
    rfp: Rfp
    keys: KeyStore
    standing: Standing

    @property
    def context(self) -> str:
        return draft_context(self.lot_id, self.vendor.vendor_id)

    def draft(self) -> Draft:
        """As it was saved; an empty one if none was."""
        if self.standing.draft is None:
            return Draft()
        key = self.keys.existing_key(self.rfp.id)
        return Draft.decoded(unseal(self.standing.draft, key, self.context))

    def sealed(self, draft: Draft) -> bytes:
        return seal(draft.encoded(), self.keys.key(self.rfp.id), self.context).envelope


def require_bidder(session: Session, vendor: Vendor, *, lot_id: UUID) -> Rfp:
    """The RFP of a lot on which this vendor may still work."""
    rfp = rfp_of_lot(session, vendor, lot_id)
    rfp.require_open(db.clock(session))
    if not is_admitted(session, vendor):
        raise NotAdmitted
    return rfp


def take_desk(session: Session, vendor: Vendor, lot_id: UUID, keys: KeyStore) -> Desk:
    """Where this vendor may still work, to write there until we commit.

    What is written while bids are opened would outlive the drafts that the opening deletes.
    """
    rfp = lock_place(session, vendor, lot_id)
    standing = read_standing(session, vendor, lot_id)  # the wait may have lasted past the deadline
    rfp.require_open(standing.now)
    if not standing.is_admitted:
        raise NotAdmitted
    return Desk(vendor, lot_id, rfp, keys, standing)


def write(session: Session, desk: Desk, draft: Draft) -> None:
    write_draft(session, desk.vendor, desk.lot_id, desk.sealed(draft), desk.standing.now)
