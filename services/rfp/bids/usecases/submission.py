"""The bid itself: taken before the deadline, sealed at once, and acknowledged."""

from collections.abc import Collection
from dataclasses import replace as with_changes
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.bids.domain import (
    Bid,
    BidContent,
    BidMissing,
    BidState,
    Draft,
    bid_context,
    next_version,
    require_complete,
)
from services.rfp.bids.persistence import add_bid, current_bid, lock_place
from services.rfp.bids.usecases.desk import take_desk
from services.rfp.bids.usecases.drafts import chosen, require_unchanged
from services.rfp.sealing.domain import KeyStore, seal
from shared import audit, db
from shared.kernel import Vendor

SEALED_ACTOR = "vendor"  # who it was lies in the envelope until that is opened


def submit_bid(
    session: Session,
    vendor: Vendor,
    *,
    lot_id: UUID,
    content: BidContent,
    files: Collection[UUID],
    keys: KeyStore,
    replace: bool = False,
    seen: str | None = None,
) -> Bid:
    """Record a sealed bid with files of the draft. `seen`: see `require_unchanged`.

    What was bid becomes the draft, to replace from, and files that were left out stay in it.
    """
    desk = take_desk(session, vendor, lot_id, keys)
    standing, draft = desk.standing, desk.draft()
    current = session.get(Bid, standing.current_id) if standing.current_id else None
    version = next_version(current, replace=replace, last=standing.last_version)
    require_unchanged(standing.saved_at, seen)
    whole = with_changes(content, documents=chosen(draft, files), submitted_by=vendor.subject)
    require_complete(whole, desk.rfp.sla_targets)
    retire(session, current)
    context = bid_context(lot_id, vendor.vendor_id, version)
    envelope = seal(whole.encoded(), keys.key(desk.rfp.id), context)
    bid = Bid(lot_id, vendor.vendor_id, version, standing.now, **vars(envelope))
    add_bid(session, bid, desk.sealed(Draft(whole.answers(), draft.documents)))
    acknowledge(session, bid)
    return bid


def withdraw_bid(session: Session, vendor: Vendor, *, lot_id: UUID) -> Bid:
    """Take one's bid back before the deadline. It is never opened, and the lot is open to bid on.

    Like a bid it is told to nobody: the answer is the receipt. The draft stays.
    """
    rfp = lock_place(session, vendor, lot_id)
    rfp.require_open(db.clock(session))
    bid = current_bid(session, vendor, lot_id)
    if bid is None:
        raise BidMissing
    bid.state = BidState.WITHDRAWN
    audit.record(session, SEALED_ACTOR, chain=f"bid:{bid.id}", action="bid_withdrawn")
    return bid


def retire(session: Session, current: Bid | None) -> None:
    if current:
        current.state = BidState.REPLACED
        session.flush()  # before the next one comes: one bid counts at a time
        audit.record(session, SEALED_ACTOR, chain=f"bid:{current.id}", action="bid_replaced")


def acknowledge(session: Session, bid: Bid) -> None:
    """On record, and to nobody: the answer is the receipt. The chain does not say whose it is."""
    detail = {"version": bid.version, "sha256": bid.sha256, "padded_size": bid.padded_size}
    audit.record(
        session,
        SEALED_ACTOR,
        chain=f"bid:{bid.id}",
        action="bid_received",
        detail=detail,
        begins_at=bid.received_at,
    )
