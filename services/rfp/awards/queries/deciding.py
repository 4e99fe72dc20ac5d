"""What the buyer has before them when they decide on a lot, and what became of each lot."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
from services.rfp.awards.queries.staff import Reader
from services.rfp.bids.persistence import opened_bids
from services.rfp.evaluations.domain import Ranking, Result
from services.rfp.evaluations.usecases import ranking_of_lots
from services.rfp.tenders.domain import Rfp, Stage
from services.rfp.tenders.persistence import lots, rfps, stage_at
from shared.directory import organisations
from shared.kernel import Money, NotFound, Staff


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


called = sa.func.coalesce(organisations.c.name, "")


def awards_of(session: Session, rfp_id: UUID) -> Mapping[UUID, Chosen]:
    """By lot: the award that stands."""
    made = (
        select(awards.c.lot_id, awards.c.id, called, awards.c.rank, awards.c.reason)
        .outerjoin(organisations, organisations.c.id == awards.c.organisation_id)
        .where(awards.c.rfp_id == rfp_id, stands)
    )
    return {lot_id: Chosen(*row) for lot_id, *row in session.execute(made)}


def closures_of(session: Session, rfp_id: UUID) -> Mapping[UUID, str]:
    """By lot: the reason for which it was closed without an award."""
    made = select(closures.c.lot_id, closures.c.reason).where(closures.c.rfp_id == rfp_id)
    return dict(session.execute(made).all())


def declined_of(session: Session, lot_id: UUID) -> Collection[UUID]:
    """Bids whose contract was declined."""
    return declined_bids(session, lot_id)


def left_of_plan(session: Session, plan_id: UUID) -> Money:
    """What the awards of a plan leave of its ceiling."""
    return left_of_ceiling(session, plan_id)


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
        select(opened_bids.c.bid_id, called)
        .outerjoin(organisations, organisations.c.id == opened_bids.c.vendor_id)
        .where(opened_bids.c.lot_id == lot_id)
    )
    return dict(session.execute(named).all())
