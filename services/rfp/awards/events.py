"""What an award tells others: the promises of the winning bid as data, and a notice to each."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.awards.domain import Award, Bidder, Winner, agreed_target
from services.rfp.bids.domain import BidState
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.events import SOURCE, tell, titled
from shared import directory
from shared.kernel import CURRENCY_DIGITS
from shared.messaging.envelope import Event
from shared.messaging.notices import notify


def rfp_awarded(rfp: Rfp, award: Award, winner: Winner, tier: int) -> Event:
    [lot] = [lot for lot in rfp.lots if lot.id == award.lot_id]
    return Event.of(
        "tandem.rfp.rfp_awarded.v1",
        source=SOURCE,
        subject=rfp.id,
        time=award.awarded_at,
        data={
            **about(rfp, award),
            "lot": titled(lot),
            "organisation_id": str(award.organisation_id),
            "tier": tier,
            **money(rfp, winner),
            "promises": promises(rfp, winner),
        },
    )


def about(rfp: Rfp, award: Award) -> dict[str, Any]:
    return {
        "rfp_id": str(rfp.id),
        "number": rfp.number,
        "title": rfp.title,
        "plan_id": str(rfp.plan_id),
        "buyer_id": str(rfp.buyer_id),
        "award_id": str(award.id),
        "awarded_at": award.awarded_at.isoformat(),
        "standstill_ends_at": award.standstill_ends_at.isoformat(),
        "period": {"starts_on": rfp.starts_on.isoformat(), "ends_on": rfp.ends_on.isoformat()},
        "time_zone": rfp.time_zone,
    }


def money(rfp: Rfp, winner: Winner) -> dict[str, Any]:
    places = CURRENCY_DIGITS[rfp.currency]
    return {
        "value": {"amount": f"{winner.total:.{places}f}", "currency": rfp.currency},
        "charges": {
            "monthly": f"{winner.monthly:.{places}f}",
            "one_off": f"{winner.one_off:.{places}f}",
        },
    }


def promises(rfp: Rfp, winner: Winner) -> dict[str, Any]:
    return {
        "sla": [
            {
                "title": target.title,
                "unit": target.unit,
                "formula": target.formula,
                "direction": target.direction,
                "target": text(agreed_target(target, winner.promises.get(target.id))),
                "minimum": None if target.minimum is None else text(target.minimum),
                "window": target.window,
                "tiers": [dict(tier) for tier in target.tiers],
            }
            for target in rfp.sla_targets
        ],
        "milestones": [
            {
                "number": milestone.position,
                "title": milestone.title,
                "due_on": milestone.due_on.isoformat(),
                "percent": text(milestone.percent),
                "acceptance_criteria": milestone.acceptance_criteria,
            }
            for milestone in rfp.milestones
        ],
        "documents": [{"name": name, "sha256": sha256} for name, sha256 in winner.documents],
    }


def text(figure: Decimal) -> str:
    """A decimal as text, without an exponent and without zeros at the end."""
    return f"{figure.normalize():f}"


def tell_bidders(session: Session, rfp: Rfp, award: Award, bidders: Sequence[Bidder]) -> None:
    """The winner and everybody else who bid on the lot; each has a page of their own.

    A bid that could not be read has no scores to show, so its receipt says what happened.
    """
    for bidder in bidders:
        if bidder.bid_id == award.bid_id:
            tell_bidder(session, rfp, "award_won", bidder, "/outcome", award.awarded_at, award.id)
        elif bidder.state is BidState.UNREADABLE:
            tell_bidder(session, rfp, "award_without", bidder, "", award.awarded_at, award.id)
        else:
            tell_bidder(session, rfp, "award_lost", bidder, "/outcome", award.awarded_at, award.id)


def tell_buyer_of_decline(session: Session, rfp: Rfp, award: Award, now: datetime) -> None:
    path, dedupe = f"/admin/evaluations/{rfp.id}", str(award.id)
    tell(session, rfp, "award_declined", [rfp.buyer_id], now, path=path, dedupe=dedupe)


def tell_requester(session: Session, rfp: Rfp, award: Award, requester_id: UUID) -> None:
    path, at = f"/admin/rfps/{rfp.id}", award.awarded_at
    tell(session, rfp, "plan_awarded", [requester_id], at, path=path, dedupe=str(award.id))


def tell_in_force(
    session: Session, rfp: Rfp, to: Sequence[UUID], contract_id: UUID, number: str, now: datetime
) -> None:
    """Leads to the contract, under its own number."""
    notify(
        session,
        source=SOURCE,
        to=to,
        template="contract_begun",
        subject_type="contract",
        subject_id=contract_id,
        params={"number": number, "title": rfp.title},
        path=f"/admin/contracts/{contract_id}",
        dedupe=str(contract_id),
        now=now,
    )


def tell_of_closure(session: Session, rfp: Rfp, bidders: Sequence[Bidder], now: datetime) -> None:
    for bidder in bidders:
        tell_bidder(session, rfp, "lot_unsuccessful", bidder, "", now, bidder.bid_id)


def tell_bidder(
    session: Session,
    rfp: Rfp,
    template: str,
    bidder: Bidder,
    page: str,
    now: datetime,
    decision: UUID,
) -> None:
    """`page`: which one of the bid's. `decision`: what is told once."""
    notify(
        session,
        source=SOURCE,
        to=directory.ids(directory.people_of(session, bidder.organisation_id)),
        template=template,
        subject_type="bid",
        subject_id=bidder.bid_id,
        params={"number": rfp.number, "title": rfp.title},
        path=f"/portal/bids/{bidder.bid_id}{page}",
        dedupe=f"{bidder.bid_id}:{decision}",
        now=now,
    )
