"""What the buyer decides. Callers own the transaction; nothing here commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.awards import events
from services.rfp.awards.domain import (
    Award,
    BidDeclined,
    Closure,
    Decided,
    NotEvaluated,
    NotRanked,
    Winner,
    WinnerNotAdmitted,
    confirmed_reason,
    require_impartial,
    require_reason,
    standstill_end,
)
from services.rfp.awards.persistence import (
    bidders_on,
    decided_lots,
    declined_bids,
    left_of_ceiling,
    load_award,
    served_on,
    winner_of,
)
from services.rfp.evaluations.domain import Ranking
from services.rfp.evaluations.usecases import ranking_of_lots
from services.rfp.plans.persistence import load_plan
from services.rfp.tenders.domain import Ending, Rfp, Stage
from services.rfp.tenders.events import rfp_unsuccessful
from services.rfp.tenders.persistence import load_rfp, load_rfp_of_lot, requester_of, rfps
from services.rfp.tenders.usecases import end_unsuccessful
from services.rfp.vendors.domain import MAY_BE_INVITED
from services.rfp.vendors.persistence import load_vendor
from shared import audit
from shared.calendar import WorkingDays
from shared.kernel import Money, Staff
from shared.messaging import outbox

CALENDAR = WorkingDays()


def award_lot(
    session: Session,
    buyer: Staff,
    *,
    lot_id: UUID,
    bid_id: UUID,
    reason: str,
    now: datetime,
    over_ceiling_reason: str = "",
) -> Award:
    """Award a lot to a ranked bid, once. The RFP's row is locked, so that the second one waits.

    So is the plan's: all awards of its RFPs together stay below the ceiling, or say why not.
    """
    require_reason(reason)
    rfp = load_rfp_of_lot(session, lot_id, rfps.c.published_at.is_not(None))
    require_impartial(buyer.user_id, served_on(session, rfp.id))
    require_undecided(session, rfp, lot_id, now)
    rankings = ranking_of_lots(session, rfp)
    if bid_id in declined_bids(session, lot_id):
        raise BidDeclined
    rank, winner = rank_of(rankings[lot_id], bid_id), winner_of(session, bid_id)
    tier = admitted_tier(session, winner.organisation_id)
    load_plan(session, rfp.plan_id)
    left, value = left_of_ceiling(session, rfp.plan_id), Money(winner.total, rfp.currency)
    award = Award(
        lot_id=lot_id,
        rfp_id=rfp.id,
        bid_id=bid_id,
        organisation_id=winner.organisation_id,
        rank=rank,
        reason=reason.strip(),
        over_ceiling_reason=confirmed_reason(value, left, over_ceiling_reason),
        awarded_by=buyer.user_id,
        awarded_at=now,
        standstill_ends_at=standstill_end(now, rfp.standstill_days, rfp.time_zone, CALENDAR),
    )
    session.add(award)
    session.flush()
    if decided_lots(session, rfp.id).is_all():
        rfp.awarded_at = now
    announce(session, buyer, rfp, award, winner, tier)
    return award


def close_lot(
    session: Session, buyer: Staff, *, lot_id: UUID, reason: str, now: datetime
) -> Closure:
    """End a lot without an award, since no bid on it can or should be chosen; the reason says why.

    With the last lot the RFP ends: as awarded if any lot was, or else as unsuccessful.
    """
    require_reason(reason)
    rfp = load_rfp_of_lot(session, lot_id, rfps.c.published_at.is_not(None))
    require_impartial(buyer.user_id, served_on(session, rfp.id))
    require_undecided(session, rfp, lot_id, now)
    said, who = reason.strip(), buyer.user_id
    closure = Closure(lot_id=lot_id, rfp_id=rfp.id, reason=said, closed_by=who, closed_at=now)
    session.add(closure)
    session.flush()
    detail = {"lot_id": lot_id, "reason": closure.reason}
    audit.record(session, buyer, chain=f"rfp:{rfp.id}", action="lot_closed", detail=detail)
    end_or_go_on(session, buyer, rfp, closure, decided_lots(session, rfp.id))
    return closure


def decline_award(
    session: Session, *, rfp_id: UUID, award_id: UUID, declined_by: str, now: datetime
) -> None:
    """Its contract was declined, so the lot waits for a decision again. Once only."""
    rfp = load_rfp(session, rfp_id)
    award = load_award(session, award_id)
    if award is None:
        return
    award.declined_at = now
    rfp.awarded_at = None
    detail = {"lot_id": award.lot_id, "award_id": award_id, "declined_by": declined_by}
    chain = f"rfp:{rfp.id}"
    audit.record(session, "contracts", chain=chain, action="award_declined", detail=detail)
    events.tell_buyer_of_decline(session, rfp, award, now)


def end_or_go_on(
    session: Session, buyer: Staff, rfp: Rfp, closure: Closure, decided: Decided
) -> None:
    """Whoever bid on the lot hears of it, or everybody invited that all of it has ended."""
    now = closure.closed_at
    if decided.is_all() and not decided.awarded:
        end_unsuccessful(session, buyer, rfp, Ending.NOT_AWARDED, now)
    else:
        rfp.awarded_at = now if decided.is_all() else None
        events.tell_of_closure(session, rfp, bidders_on(session, closure.lot_id), now)
    lots = [closure.lot_id]
    outbox.record(session, rfp_unsuccessful(rfp, Ending.NOT_AWARDED, lots, now))


def require_undecided(session: Session, rfp: Rfp, lot_id: UUID, now: datetime) -> None:
    decided_lots(session, rfp.id).require_undecided(lot_id)
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
    if award.over_ceiling_reason:
        detail["over_ceiling_reason"] = award.over_ceiling_reason
    audit.record(session, buyer, chain=f"rfp:{rfp.id}", action="lot_awarded", detail=detail)
    outbox.record(session, events.rfp_awarded(rfp, award, winner, tier))
    events.tell_bidders(session, rfp, award, bidders_on(session, award.lot_id))
    events.tell_requester(session, rfp, award, requester_of(session, rfp))


def tell_in_force(
    session: Session, *, award_id: UUID, contract_id: UUID, number: str, now: datetime
) -> None:
    """What was asked for begins: the buyer and whoever wrote the plan hear of it."""
    award = load_award(session, award_id)
    if award is None:
        return
    rfp = session.get_one(Rfp, award.rfp_id)
    to = [rfp.buyer_id, requester_of(session, rfp)]
    events.tell_in_force(session, rfp, to, contract_id, number, now)
