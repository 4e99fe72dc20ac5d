"""What a bidder sees: lots they work on, their draft, their receipts. Never anybody else's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.bids.domain import (
    BidContent,
    BidState,
    Document,
    Draft,
    bid_context,
    draft_context,
)
from services.rfp.bids.persistence import (
    bid_drafts,
    bids,
    find_draft,
    is_admitted,
    is_current,
    openings,
)
from services.rfp.sealing.domain import KeyMissing, KeyStore, Unreadable, unseal
from services.rfp.tenders.domain import SlaTarget, Stage
from services.rfp.tenders.persistence import lots, require_invited, rfps, sla_targets, stage_at
from shared.kernel import NotFound, Vendor


@dataclass(frozen=True)
class Receipt:
    """`sha256` and `padded_size` (bytes) are of the sealed envelope."""

    id: UUID
    lot_id: UUID
    version: int
    state: BidState
    received_at: datetime
    sha256: str
    padded_size: int


@dataclass(frozen=True)
class ReceiptFile:
    """`size` (bytes) and `sha256` are of the file as it was uploaded."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Place:
    """A lot on which the vendor has a draft or a bid, or may have one."""

    lot_id: UUID
    lot: str
    rfp_id: UUID
    number: str
    title: str
    deadline_at: datetime
    time_zone: str
    stage: Stage
    drafted_at: datetime | None
    bid: Receipt | None

    @property
    def is_open(self) -> bool:
        return self.stage is Stage.OPEN

    @property
    def is_begun(self) -> bool:
        return self.drafted_at is not None or self.bid is not None

    @property
    def unsent(self) -> bool:
        """There is something in the draft that has not been submitted."""
        if self.drafted_at is None:
            return False
        return self.bid is None or self.drafted_at > self.bid.received_at


@dataclass(frozen=True, kw_only=True)
class Bidding:
    """All that the form of a bid needs. `answers` are as typed, right or wrong."""

    place: Place
    description: str
    currency: str
    starts_on: date
    ends_on: date
    targets: Sequence[SlaTarget]
    admitted: bool
    answers: Mapping[str, Any]
    documents: Sequence[Document]


@dataclass(frozen=True)
class OwnMinute:
    """The own line in the minutes. `sha256` is of the envelope that was opened."""

    opened_at: datetime
    openers: int
    sha256: str


RECEIPT = [bids.c[name] for name in Receipt.__dataclass_fields__]
ORDER = (bids.c.received_at, bids.c.id)
PLACE_ORDER = (rfps.c.deadline_at, rfps.c.id, lots.c.position)


def own_bids(vendor: Vendor) -> sa.Select[Any]:
    """All versions of all bids, for `paginate` with ORDER and Receipt."""
    return select(*RECEIPT).where(bids.c.vendor_id == vendor.vendor_id)


def receipt(session: Session, vendor: Vendor, bid_id: UUID) -> Receipt:
    row = session.execute(own_bids(vendor).where(bids.c.id == bid_id)).one_or_none()
    if row is None:
        raise NotFound
    return Receipt(*row)


def files_of(
    session: Session, vendor: Vendor, receipt: Receipt, keys: KeyStore
) -> Sequence[ReceiptFile]:
    """The files of one's own bid as its envelope names them: they stand nowhere in the clear."""
    own = select(bids.c.envelope, lots.c.rfp_id).join_from(bids, lots)
    mine = own.where(bids.c.id == receipt.id, bids.c.vendor_id == vendor.vendor_id)
    envelope, rfp_id = session.execute(mine).one()
    context = bid_context(receipt.lot_id, vendor.vendor_id, receipt.version)
    try:
        content = BidContent.decoded(unseal(envelope, keys.existing_key(rfp_id), context))
    except (Unreadable, KeyMissing, ValueError, KeyError):
        return ()
    return [ReceiptFile(each.name, each.size, each.sha256) for each in content.documents]


def own_minute(session: Session, vendor: Vendor, receipt: Receipt) -> OwnMinute | None:
    """None before the opening, and for a bid that does not count."""
    if receipt.state not in (BidState.OPENED, BidState.UNREADABLE):
        return None
    confirmed = select(sa.func.count()).where(openings.c.rfp_id == rfps.c.id).scalar_subquery()
    own = select(rfps.c.opened_at, confirmed, bids.c.envelope).select_from(
        bids.join(lots).join(rfps)
    )
    mine = own.where(bids.c.id == receipt.id, bids.c.vendor_id == vendor.vendor_id)
    opened_at, openers, envelope = session.execute(mine).one()
    return OwnMinute(opened_at, openers, sha256(envelope).hexdigest())


def places(vendor: Vendor) -> sa.Select[Any]:
    """Lots the vendor is invited to, each beside their own draft and bid; see `as_place`."""
    mine = (bids.c.lot_id == lots.c.id) & (bids.c.vendor_id == vendor.vendor_id) & is_current
    drafted = (bid_drafts.c.lot_id == lots.c.id) & (bid_drafts.c.vendor_id == vendor.vendor_id)
    about = (rfps.c.id, rfps.c.number, rfps.c.title, rfps.c.deadline_at, rfps.c.time_zone)
    columns = (lots.c.id, lots.c.title, *about, stage_at(), bid_drafts.c.updated_at, *RECEIPT)
    joined = lots.join(rfps).outerjoin(bids, mine).outerjoin(bid_drafts, drafted)
    return select(*columns).select_from(joined).where(require_invited(vendor))


def as_place(*row: Any) -> Place:
    bid = row[-len(RECEIPT) :]
    values = [*row[: -len(RECEIPT)], Receipt(*bid) if bid[0] else None]
    return Place(*values)


def own_places(vendor: Vendor) -> sa.Select[Any]:
    """Where the vendor has a draft or a bid, for `paginate` with PLACE_ORDER and `as_place`."""
    begun = bid_drafts.c.lot_id.is_not(None) | bids.c.id.is_not(None)
    return places(vendor).where(begun)


def places_in(session: Session, vendor: Vendor, rfp_id: UUID) -> list[Place]:
    """The lots of an RFP in their order."""
    own = places(vendor).where(rfps.c.id == rfp_id).order_by(lots.c.position).limit(200)
    return [as_place(*row) for row in session.execute(own)]


def open_places(session: Session, vendor: Vendor) -> list[Place]:
    """Lots that take bids, the most urgent first."""
    waiting = places(vendor).where(stage_at() == Stage.OPEN)
    return [as_place(*row) for row in session.execute(waiting.order_by(*PLACE_ORDER).limit(500))]


def sealed_places(session: Session, vendor: Vendor) -> list[Place]:
    """Lots with a bid of which nothing has come yet, the most urgent first."""
    undecided = [Stage.OPEN, Stage.CLOSED, Stage.OPENED, Stage.EVALUATED]
    waiting = own_places(vendor).where(bids.c.id.is_not(None), stage_at().in_(undecided))
    rows = session.execute(waiting.order_by(*PLACE_ORDER).limit(100))
    return [place for row in rows if not ((place := as_place(*row)).unsent and place.is_open)]


def place_of(session: Session, vendor: Vendor, lot_id: UUID) -> Place:
    row = session.execute(places(vendor).where(lots.c.id == lot_id)).one_or_none()
    if row is None:
        raise NotFound
    return as_place(*row)


def bidding(session: Session, vendor: Vendor, lot_id: UUID, keys: KeyStore) -> Bidding:
    """The form of a bid. Once bids are closed the draft is shown to nobody any more."""
    place = place_of(session, vendor, lot_id)
    columns = (lots.c.description, rfps.c.currency, rfps.c.starts_on, rfps.c.ends_on)
    about = session.execute(select(*columns).join_from(lots, rfps).where(lots.c.id == lot_id)).one()
    draft = own_draft(session, vendor, place, keys) if place.is_open else Draft()
    return Bidding(
        place=place,
        **about._mapping,
        targets=targets(session, place.rfp_id),
        admitted=is_admitted(session, vendor),
        answers=draft.answers,
        documents=draft.documents,
    )


def own_draft(session: Session, vendor: Vendor, place: Place, keys: KeyStore) -> Draft:
    found = find_draft(session, vendor, place.lot_id)
    if found is None:
        return Draft()
    key, context = keys.existing_key(place.rfp_id), draft_context(place.lot_id, vendor.vendor_id)
    return Draft.decoded(unseal(found[0], key, context))


def targets(session: Session, rfp_id: UUID) -> Sequence[SlaTarget]:
    of_rfp = select(SlaTarget).where(sla_targets.c.rfp_id == rfp_id)
    return session.scalars(of_rfp.order_by(sla_targets.c.position)).all()
