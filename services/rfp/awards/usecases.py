"""What the buyer decides. Callers own the transaction; nothing here commits."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.awards import events
from services.rfp.awards.domain import (
    Award,
    LotAwarded,
    NotEvaluated,
    NotRanked,
    Winner,
    WinnerNotAdmitted,
    require_reason,
    standstill_end,
)
from services.rfp.awards.persistence import awarded_lots, losers_of, winner_of
from services.rfp.evaluations.domain import Ranking
from services.rfp.evaluations.usecases import ranking_of_lots
from services.rfp.tenders.domain import Rfp, Stage
from services.rfp.tenders.persistence import load_rfp_of_lot, rfps
from services.rfp.vendors.domain import MAY_BE_INVITED
from services.rfp.vendors.persistence import load_vendor
from shared import audit
from shared.calendar import WorkingDays
from shared.kernel import Staff
from shared.messaging import outbox

CALENDAR = WorkingDays()


def award_lot(
    session: Session, buyer: Staff, *, lot_id: UUID, bid_id: UUID, reason: str, now: datetime
) -> Award:
    """Award a lot to a ranked bid, once. The RFP's row is locked, so that the second one waits."""
    require_reason(reason)
    rfp = load_rfp_of_lot(session, lot_id, rfps.c.published_at.is_not(None))
    done = awarded_lots(session, rfp.id)
    require_awardable(rfp, lot_id, done, now)
    rankings = ranking_of_lots(session, rfp)
    rank, winner = rank_of(rankings[lot_id], bid_id), winner_of(session, bid_id)
    tier = admitted_tier(session, winner.organisation_id)
    award = Award(
        lot_id=lot_id,
        rfp_id=rfp.id,
        bid_id=bid_id,
        organisation_id=winner.organisation_id,
        rank=rank,
        reason=reason.strip(),
        awarded_by=buyer.user_id,
        awarded_at=now,
        standstill_ends_at=standstill_end(now, rfp.standstill_days, rfp.time_zone, CALENDAR),
    )
    session.add(award)
    if {lot for lot, ranking in rankings.items() if ranking.ranked} == done | {lot_id}:
        rfp.awarded_at = now
    announce(session, buyer, rfp, award, winner, tier)
    return award


def require_awardable(rfp: Rfp, lot_id: UUID, done: Collection[UUID], now: datetime) -> None:
    if lot_id in done:
        raise LotAwarded
    if rfp.stage(now) is not Stage.EVALUATED:
        raise NotEvaluated(title=rfp.title)


def rank_of(ranking: Ranking, bid_id: UUID) -> int:
    """Where a bid stands in its lot. Bids below a threshold and of other lots stand nowhere."""
    for result in ranking.ranked:
        if result.offer.bid_id == bid_id and result.rank:
            return result.rank
    raise NotRanked


def admitted_tier(session: Session, organisation_id: UUID) -> int:
    vendor = load_vendor(session, organisation_id)
    if vendor.standing not in MAY_BE_INVITED or vendor.tier is None:
        raise WinnerNotAdmitted
    return vendor.tier


def announce(
    session: Session, buyer: Staff, rfp: Rfp, award: Award, winner: Winner, tier: int
) -> None:
    """On record, to the other services, and to everybody who bid on the lot."""
    copied = ("lot_id", "bid_id", "organisation_id", "rank", "reason")
    detail = {name: getattr(award, name) for name in copied}
    audit.record(session, buyer, chain=f"rfp:{rfp.id}", action="lot_awarded", detail=detail)
    outbox.record(session, events.rfp_awarded(rfp, award, winner, tier))
    events.tell_bidders(session, rfp, award, losers_of(session, award.lot_id, award.bid_id))
