"""What a bidder learns: the outcome of their own bid, and nothing of anybody else's."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.awards.persistence import awards, closures, stands
from services.rfp.awards.queries.deciding import ranking_of
from services.rfp.bids.persistence import bids, opened_bids
from services.rfp.evaluations.domain import Result
from services.rfp.tenders.domain import Criterion, Rfp
from services.rfp.tenders.persistence import lots, rfps
from shared.directory import organisation_name
from shared.kernel import NotFound, Vendor


@dataclass(frozen=True)
class Points:
    """On one criterion: one's own points and grade, and the winner's points."""

    criterion: Criterion
    own: Decimal | None
    mean: Decimal | None
    passed: bool
    winner: Decimal | None


class Came(StrEnum):
    """What came of a bid. An award whose contract was declined is nobody's."""

    WON = "won"
    LOST = "lost"
    DECLINED = "declined"  # the buyer decides again
    CLOSED = "closed"  # without an award


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a bidder learns: their own scores, the winner's name and scores, and the standstill.

    Where the latest award does not stand any more, there is no winner to name; where a lot was
    closed without ever being awarded, no award either.
    """

    rfp_id: UUID
    number: str
    title: str
    time_zone: str
    lot: str
    bid_id: UUID
    award_id: UUID | None
    came: Came
    won: bool
    winner: str
    awarded_at: datetime | None
    declined_at: datetime | None
    closed_at: datetime | None
    standstill_ends_at: datetime | None
    points: Sequence[Points]
    total: Decimal | None
    winning_total: Decimal | None

    @property
    def has_standstill(self) -> bool:
        return self.standstill_ends_at != self.awarded_at


def outcome(session: Session, vendor: Vendor, bid_id: UUID) -> Outcome:
    """Of one's own opened bid, once its lot was awarded or closed."""
    row = session.execute(latest_decision(vendor, bid_id)).one_or_none()
    if row is None:
        raise NotFound
    known_of_it = dict(row._mapping)
    lot_id, winning_bid, winner = (known_of_it.pop(name) for name in ("id", *WINNING))
    came = what_came(row, won=bid_id == winning_bid)
    ranking = ranking_of(session, row.rfp_id, lot_id)
    own = ranking.of(bid_id)
    best = ranking.of(winning_bid) if came in STANDING else None
    return Outcome(
        **known_of_it,
        bid_id=bid_id,
        came=came,
        won=came is Came.WON,
        winner=organisation_name(session, winner) if best else "",
        points=[points(criterion, own, best) for criterion in criteria_of(session, row.rfp_id)],
        total=own.total,
        winning_total=best.total if best else None,
    )


WINNING = ("bid_id", "organisation_id")
STANDING = (Came.WON, Came.LOST)


def latest_decision(vendor: Vendor, bid_id: UUID) -> sa.Select[Any]:
    """On the lot of one's own opened bid, with what is known of the RFP and the lot."""
    facts = (rfps.c.id.label("rfp_id"), rfps.c.number, rfps.c.title, rfps.c.time_zone)
    made = [awards.c[name] for name in ("awarded_at", "standstill_ends_at", "declined_at")]
    return (
        select(*facts, lots.c.title.label("lot"), *made, closures.c.closed_at, lots.c.id,
               awards.c.bid_id, awards.c.organisation_id, awards.c.id.label("award_id"))
        .select_from(bids)
        .join(opened_bids, opened_bids.c.bid_id == bids.c.id)
        .join(lots, lots.c.id == bids.c.lot_id)
        .join(rfps, rfps.c.id == lots.c.rfp_id)
        .outerjoin(awards, awards.c.lot_id == lots.c.id)
        .outerjoin(closures, closures.c.lot_id == lots.c.id)
        .where(bids.c.id == bid_id, bids.c.vendor_id == vendor.vendor_id)
        .where(sa.or_(awards.c.id.is_not(None), closures.c.lot_id.is_not(None)))
        .order_by(awards.c.awarded_at.desc(), awards.c.id.desc())
        .limit(1)
    )  # fmt: skip


def what_came(row: Any, *, won: bool) -> Came:
    """Of the latest award of a lot, and of the lot."""
    if row.closed_at:
        return Came.CLOSED
    if row.declined_at:
        return Came.DECLINED
    return Came.WON if won else Came.LOST


def came_of(session: Session, vendor: Vendor, bid_ids: Collection[UUID]) -> dict[UUID, Came]:
    """What came of own opened bids by now, by the latest decision on their lots."""
    columns = (bids.c.id, awards.c.bid_id, awards.c.declined_at, closures.c.closed_at)
    rows = session.execute(
        select(*columns)
        .select_from(bids)
        .join(opened_bids, opened_bids.c.bid_id == bids.c.id)
        .outerjoin(awards, awards.c.lot_id == bids.c.lot_id)
        .outerjoin(closures, closures.c.lot_id == bids.c.lot_id)
        .where(bids.c.id.in_(bid_ids), bids.c.vendor_id == vendor.vendor_id)
        .where(sa.or_(awards.c.id.is_not(None), closures.c.lot_id.is_not(None)))
        .order_by(bids.c.id, awards.c.awarded_at, awards.c.id)
        .limit(1000)
    )
    return {row.id: what_came(row, won=row.id == row.bid_id) for row in rows}


def criteria_of(session: Session, rfp_id: UUID) -> Sequence[Criterion]:
    return session.get_one(Rfp, rfp_id).criteria


def points(criterion: Criterion, own: Result, best: Result | None) -> Points:
    """Below a threshold a bid has no points for its price."""
    mine = own.cells.get(criterion.id)
    theirs = best.cells.get(criterion.id) if best else None
    return Points(
        criterion,
        mine.points if mine else None,
        mine.mean if mine and mine.grades else None,
        mine.passed if mine else True,
        theirs.points if theirs else None,
    )


def has_outcome(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether the lot of one's own opened bid is awarded, and the award stands."""
    return is_of_own(session, vendor, bid_id, is_opened, lot_of(awards, stands))


def is_declined(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether an award of the lot of one's own opened bid came to nothing."""
    return is_of_own(session, vendor, bid_id, is_opened, lot_of(awards, ~stands))


def ended_without_award(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether the lot of one's own bid was closed without an award."""
    return is_of_own(session, vendor, bid_id, lot_of(closures))


def is_cancelled(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether the RFP of one's own bid was called off."""
    called_off = select(lots.c.id).join(rfps).where(rfps.c.cancelled_at.is_not(None))
    return is_of_own(session, vendor, bid_id, bids.c.lot_id.in_(called_off))


is_opened = bids.c.id.in_(select(opened_bids.c.bid_id))


def lot_of(decisions: sa.Table, *which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return bids.c.lot_id.in_(select(decisions.c.lot_id).where(*which))


def is_of_own(
    session: Session, vendor: Vendor, bid_id: UUID, *what: sa.ColumnElement[bool]
) -> bool:
    """Whether all of it is so of a bid, and the bid is the vendor's."""
    own = select(bids.c.id).where(bids.c.id == bid_id, bids.c.vendor_id == vendor.vendor_id)
    return session.scalar(own.where(*what)) is not None
