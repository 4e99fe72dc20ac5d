"""Reads of awards: for staff the decisions, for a bidder the outcome of their own bid."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.awards.domain import require_impartial
from services.rfp.awards.persistence import (
    awards,
    closures,
    declined_bids,
    left_of_ceiling,
    served_on,
    stands,
)
from services.rfp.bids.persistence import bid_documents, bids, opened_bids
from services.rfp.evaluations.domain import Ranking, Result
from services.rfp.evaluations.usecases import ranking_of_lots
from services.rfp.tenders.domain import Criterion, Rfp, Stage
from services.rfp.tenders.persistence import lots, rfps, stage_at
from shared.directory import is_of_buyer, organisation_name, organisations, people
from shared.files import StoredFile, load_file
from shared.kernel import Auditor, Money, NotFound, Staff, Vendor

Reader = Staff | Auditor
READERS = ("buyer", "contract_manager", "auditor")
CONTRACT_READERS = (*READERS, "requester", "quality", "finance", "legal")


@dataclass(frozen=True)
class AwardView:
    """`value` in `currency`; `rank` is where the winner stood."""

    id: UUID
    rfp_id: UUID
    number: str
    title: str
    lot_id: UUID
    lot: str
    bid_id: UUID
    organisation_id: UUID
    organisation: str
    value: Decimal
    currency: str
    rank: int
    reason: str
    awarded_by: UUID
    buyer: str
    awarded_at: datetime
    standstill_ends_at: datetime
    time_zone: str
    declined_at: datetime | None
    over_ceiling_reason: str | None
    plan_id: UUID

    @property
    def has_standstill(self) -> bool:
        return self.standstill_ends_at > self.awarded_at


@dataclass(frozen=True)
class Chosen:
    """An award as the comparison names it; `rank` is where the winner stood."""

    award_id: UUID
    winner: str
    rank: int
    reason: str


@dataclass(frozen=True)
class LotToAward:
    """A lot with a ranking and without an award. `names` are the bidders by bid."""

    rfp_id: UUID
    number: str
    title: str
    currency: str
    lot_id: UUID
    lot: str
    ranking: Ranking
    left: Money  # of the plan's ceiling
    declined: Collection[UUID]
    names: Mapping[UUID, str]

    @property
    def choices(self) -> Sequence[Result]:
        """Ranked bids but those whose contract was declined."""
        return [each for each in self.ranking.ranked if each.offer.bid_id not in self.declined]


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

    Where the latest award does not stand any more, there is no winner to name.
    """

    rfp_id: UUID
    number: str
    title: str
    time_zone: str
    lot: str
    bid_id: UUID
    award_id: UUID
    came: Came
    won: bool
    winner: str
    awarded_at: datetime
    declined_at: datetime | None
    closed_at: datetime | None
    standstill_ends_at: datetime
    points: Sequence[Points]
    total: Decimal | None
    winning_total: Decimal | None

    @property
    def has_standstill(self) -> bool:
        return self.standstill_ends_at > self.awarded_at


ORDER = (awards.c.awarded_at, awards.c.id)
known = sa.func.coalesce
VIEW = (
    awards.c.id, awards.c.rfp_id, rfps.c.number, rfps.c.title, awards.c.lot_id,
    lots.c.title.label("lot"), awards.c.bid_id, awards.c.organisation_id,
    known(organisations.c.name, ""), opened_bids.c.total, opened_bids.c.currency, awards.c.rank,
    awards.c.reason, awards.c.awarded_by, known(people.c.name, ""), awards.c.awarded_at,
    awards.c.standstill_ends_at, rfps.c.time_zone, awards.c.declined_at,
    awards.c.over_ceiling_reason, rfps.c.plan_id,
)  # fmt: skip


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """Staff see all awards. An auditor from outside sees what is named for them: here nothing."""
    return is_of_buyer(reader) if isinstance(reader, Auditor) else sa.true()


def all_awards(reader: Reader) -> sa.Select[Any]:
    """For `paginate` with ORDER and AwardView."""
    return (
        select(*VIEW)
        .select_from(awards)
        .join(rfps, rfps.c.id == awards.c.rfp_id)
        .join(lots, lots.c.id == awards.c.lot_id)
        .join(opened_bids, opened_bids.c.bid_id == awards.c.bid_id)
        .outerjoin(organisations, organisations.c.id == awards.c.organisation_id)
        .outerjoin(people, people.c.id == awards.c.awarded_by)
        .where(visible_to(reader))
    )


def show_award(session: Session, reader: Reader, award_id: UUID) -> AwardView:
    row = session.execute(all_awards(reader).where(awards.c.id == award_id)).one_or_none()
    if row is None:
        raise NotFound
    return AwardView(*row)


def awards_of(session: Session, rfp_id: UUID) -> Mapping[UUID, Chosen]:
    """By lot: the award that stands."""
    chosen = (awards.c.id, known(organisations.c.name, ""), awards.c.rank, awards.c.reason)
    made = (
        select(awards.c.lot_id, *chosen)
        .outerjoin(organisations, organisations.c.id == awards.c.organisation_id)
        .where(awards.c.rfp_id == rfp_id, stands)
    )
    return {lot_id: Chosen(*row) for lot_id, *row in session.execute(made)}


def left_of_plan(session: Session, plan_id: UUID) -> Money:
    return left_of_ceiling(session, plan_id)


def declined_of(session: Session, lot_id: UUID) -> Collection[UUID]:
    return declined_bids(session, lot_id)


def closures_of(session: Session, rfp_id: UUID) -> Mapping[UUID, str]:
    """By lot: the reason for which it was closed without an award."""
    made = select(closures.c.lot_id, closures.c.reason).where(closures.c.rfp_id == rfp_id)
    return dict(session.execute(made).all())


def may_decide(session: Session, reader: Reader, rfp_id: UUID) -> bool:
    """Whether the reader could award the lots of an RFP."""
    return "buyer" in reader.roles and reader.person_id not in served_on(session, rfp_id)


def lot_to_award(session: Session, buyer: Staff, lot_id: UUID) -> LotToAward:
    """A lot that can be awarded now."""
    row = session.execute(
        select(
            rfps.c.id.label("rfp_id"), rfps.c.plan_id, rfps.c.number, rfps.c.title, rfps.c.currency
        )
        .add_columns(lots.c.title.label("lot"))
        .join_from(lots, rfps, rfps.c.id == lots.c.rfp_id)
        .where(lots.c.id == lot_id, stage_at() == Stage.EVALUATED)
        .where(lots.c.id.not_in(select(awards.c.lot_id).where(stands)))
        .where(lots.c.id.not_in(select(closures.c.lot_id)))
    ).one_or_none()
    if row is None:
        raise NotFound
    require_impartial(buyer.user_id, served_on(session, row.rfp_id))
    known_of_it = dict(row._mapping)
    return LotToAward(
        left=left_of_ceiling(session, known_of_it.pop("plan_id")),
        **known_of_it,
        lot_id=lot_id,
        declined=declined_bids(session, lot_id),
        ranking=ranking_of(session, row.rfp_id, lot_id),
        names=bidders(session, lot_id),
    )


def ranking_of(session: Session, rfp_id: UUID, lot_id: UUID) -> Ranking:
    return ranking_of_lots(session, session.get_one(Rfp, rfp_id))[lot_id]


def bidders(session: Session, lot_id: UUID) -> Mapping[UUID, str]:
    named = (
        select(opened_bids.c.bid_id, known(organisations.c.name, ""))
        .outerjoin(organisations, organisations.c.id == opened_bids.c.vendor_id)
        .where(opened_bids.c.lot_id == lot_id)
    )
    return dict(session.execute(named).all())


def outcome(session: Session, vendor: Vendor, bid_id: UUID) -> Outcome:
    """Of one's own opened bid, once its lot was awarded: what became of the latest award."""
    facts = (rfps.c.id.label("rfp_id"), rfps.c.number, rfps.c.title, rfps.c.time_zone)
    made = [awards.c[name] for name in ("awarded_at", "standstill_ends_at", "declined_at")]
    row = session.execute(
        select(*facts, lots.c.title.label("lot"), *made, closures.c.closed_at, lots.c.id,
               awards.c.bid_id, awards.c.organisation_id, awards.c.id.label("award_id"))
        .select_from(bids)
        .join(opened_bids, opened_bids.c.bid_id == bids.c.id)
        .join(awards, awards.c.lot_id == bids.c.lot_id)
        .join(lots, lots.c.id == bids.c.lot_id)
        .join(rfps, rfps.c.id == lots.c.rfp_id)
        .outerjoin(closures, closures.c.lot_id == lots.c.id)
        .where(bids.c.id == bid_id, bids.c.vendor_id == vendor.vendor_id)
        .order_by(awards.c.awarded_at.desc(), awards.c.id.desc())
        .limit(1)
    ).one_or_none()  # fmt: skip
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


def what_came(row: Any, *, won: bool) -> Came:
    """Of the latest award of a lot, and of the lot."""
    if row.closed_at:
        return Came.CLOSED
    if row.declined_at:
        return Came.DECLINED
    return Came.WON if won else Came.LOST


def has_outcome(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether the lot of one's own opened bid is awarded, and the award stands."""
    return is_awarded(session, vendor, bid_id, stands)


def is_declined(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether an award of the lot of one's own opened bid came to nothing."""
    return is_awarded(session, vendor, bid_id, ~stands)


def is_awarded(
    session: Session, vendor: Vendor, bid_id: UUID, which: sa.ColumnElement[bool]
) -> bool:
    made = select(awards.c.id).join(opened_bids, opened_bids.c.lot_id == awards.c.lot_id)
    own = made.where(opened_bids.c.bid_id == bid_id, opened_bids.c.vendor_id == vendor.vendor_id)
    return session.scalar(own.where(which).limit(1)) is not None


def is_cancelled(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether the RFP of one's own bid was called off."""
    made = select(bids.c.id).join(lots, lots.c.id == bids.c.lot_id).join(rfps)
    own = made.where(bids.c.id == bid_id, bids.c.vendor_id == vendor.vendor_id)
    return session.scalar(own.where(rfps.c.cancelled_at.is_not(None))) is not None


def ended_without_award(session: Session, vendor: Vendor, bid_id: UUID) -> bool:
    """Whether the lot of one's own bid was closed without an award."""
    made = select(closures.c.lot_id).join(bids, bids.c.lot_id == closures.c.lot_id)
    own = made.where(bids.c.id == bid_id, bids.c.vendor_id == vendor.vendor_id)
    return session.scalar(own) is not None


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


def winning_document(
    session: Session, reader: Reader | Vendor, award_id: UUID, sha256: str
) -> StoredFile:
    """For both sides of the contract. A file that could not be decrypted is not found."""
    found = (
        select(bid_documents.c.file_id)
        .join(awards, awards.c.bid_id == bid_documents.c.bid_id)
        .where(awards.c.id == award_id, bid_documents.c.sha256 == sha256, reads_contract(reader))
        .where(bid_documents.c.file_id.is_not(None))
        .order_by(bid_documents.c.position)
        .limit(1)
    )
    file_id = session.scalar(found)
    if file_id is None:
        raise NotFound
    return load_file(session, file_id)


def reads_contract(reader: Reader | Vendor) -> sa.ColumnElement[bool]:
    """The winner, and on the buying side whoever may see the award."""
    if isinstance(reader, Vendor):
        return awards.c.organisation_id == reader.vendor_id
    return visible_to(reader)
