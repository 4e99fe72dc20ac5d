"""What others hear of bids. Before the opening that is nothing: only the bidder gets a notice."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.bids.domain import Bid
from services.rfp.tenders import events as tenders
from services.rfp.tenders.domain import Duty, Rfp
from services.rfp.tenders.events import SOURCE, tell
from shared.messaging.envelope import Event


def bids_opened(rfp: Rfp, opened_bids: Sequence[Bid], opened_at: datetime) -> Event:
    """Who has bid on what and when, with the hash of each receipt. What they bid stays here."""
    return Event.of(
        "tandem.rfp.bids_opened.v1",
        source=SOURCE,
        subject=rfp.id,
        time=opened_at,
        data={
            "rfp_id": str(rfp.id),
            "opened_at": opened_at.isoformat(),
            "bids": [opened(bid) for bid in opened_bids],
        },
    )


def opened(bid: Bid) -> dict[str, Any]:
    return {
        "bid_id": str(bid.id),
        "lot_id": str(bid.lot_id),
        "organisation_id": str(bid.vendor_id),
        "version": bid.version,
        "received_at": bid.received_at.isoformat(),
        "sha256": bid.sha256,
    }


def tell_invited(session: Session, rfp: Rfp, now: datetime) -> None:
    """Bids are closed: the same words to all who are invited, whether they have bid or not.

    Before this nobody hears of a bid, not even its sender, who has the receipt on the page.
    """
    tenders.tell_invited(session, rfp, "bids_closed", now)


def tell_buyer_of_closing(session: Session, rfp: Rfp, now: datetime) -> None:
    """The deadline has passed. Nothing in it says who has bid, or how many have."""
    tell(session, rfp, "tender_closed", [rfp.buyer_id], now, path=f"/admin/rfps/{rfp.id}")


def tell_openers(session: Session, rfp: Rfp, now: datetime) -> None:
    """The deadline has passed. Whether anybody has bid shows in the opening room."""
    tell(session, rfp, "opening_due", rfp.people(Duty.OPENER), now, path=room(rfp))


def remind_openers(
    session: Session, rfp: Rfp, openers: Sequence[UUID], day: date, now: datetime
) -> None:
    """The same words as the first time; each at most once on a day."""
    tell(session, rfp, "opening_due", openers, now, path=room(rfp), dedupe=f"{rfp.id}:{day}")


def tell_evaluators(session: Session, rfp: Rfp, now: datetime) -> None:
    tell(session, rfp, "bids_opened", rfp.people(Duty.EVALUATOR), now, path=evaluation(rfp))


def tell_buyer_of_opening(session: Session, rfp: Rfp, now: datetime) -> None:
    tell(session, rfp, "evaluation_begun", [rfp.buyer_id], now, path=evaluation(rfp))


def tell_buyer(session: Session, rfp: Rfp, now: datetime) -> None:
    """Bids were opened, and none can be read."""
    tell(session, rfp, "bids_unreadable", [rfp.buyer_id], now, path=evaluation(rfp))


def room(rfp: Rfp) -> str:
    return f"/admin/rfps/{rfp.id}/opening"


def evaluation(rfp: Rfp) -> str:
    return f"/admin/evaluations/{rfp.id}"
