"""Calling an RFP off while its bids are sealed: then they stay so for ever."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.bids.persistence import cancelled_rfps, delete_drafts
from services.rfp.sealing.domain import KeyStore
from services.rfp.tenders.persistence import load_rfp, rfps
from services.rfp.tenders.usecases import cancel
from shared import audit, db, jobs
from shared.kernel import Staff

DESTROY = "destroy_keys"  # the job that follows


def cancel_rfp(session: Session, buyer: Staff, *, rfp_id: UUID, reason: str) -> None:
    """The key goes in a job, after our commit: rolled back, we would have lost the bids."""
    rfp = load_rfp(session, rfp_id, rfps.c.published_at.is_not(None))
    cancel(session, buyer, rfp, reason, db.clock(session))
    delete_drafts(session, rfp.id)
    jobs.defer(session, DESTROY)


def keys_to_destroy(session: Session) -> Sequence[UUID]:
    return cancelled_rfps(session)


def destroy_key(session: Session, keys: KeyStore, *, rfp_id: UUID) -> None:
    """Without it nobody opens the bids any more. Done already, it does nothing."""
    if keys.destroy(rfp_id):
        audit.record(session, "system", chain=f"rfp:{rfp_id}", action="key_destroyed")
