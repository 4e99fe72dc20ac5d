"""What others hear of bids. Before the opening that is nothing: only the bidder gets a notice."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.bids.domain import Bid
from services.rfp.tenders.domain import Duty, Rfp
from shared import directory
from shared.messaging.envelope import Event
from shared.messaging.notices import notify

SOURCE = "/tandem/rfp"


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
    invited = [each.organisation_id for each in rfp.invitations]
    notify(
        session,
        source=SOURCE,
        to=directory.ids(directory.people_of(session, *invited)),
        template="bids_closed",
        path=f"/portal/opportunities/{rfp.id}",
        now=now,
        **about(rfp),
    )


def tell_openers(session: Session, rfp: Rfp, now: datetime) -> None:
    """The deadline has passed. Whether anybody has bid shows in the opening room."""
    notify(
        session,
        source=SOURCE,
        to=rfp.people(Duty.OPENER),
        template="opening_due",
        path=f"/admin/rfps/{rfp.id}/opening",
        now=now,
        **about(rfp),
    )


def remind_openers(
    session: Session, rfp: Rfp, openers: Sequence[UUID], day: date, now: datetime
) -> None:
    """The same words as the first time; each at most once on a day."""
    notify(
        session,
        source=SOURCE,
        to=openers,
        template="opening_due",
        path=f"/admin/rfps/{rfp.id}/opening",
        now=now,
        **about(rfp) | {"dedupe": f"{rfp.id}:{day}"},
    )


def tell_evaluators(session: Session, rfp: Rfp, now: datetime) -> None:
    notify(
        session,
        source=SOURCE,
        to=rfp.people(Duty.EVALUATOR),
        template="bids_opened",
        path=f"/admin/evaluations/{rfp.id}",
        now=now,
        **about(rfp),
    )


def tell_buyer(session: Session, rfp: Rfp, now: datetime) -> None:
    """Bids were opened, and none can be read."""
    notify(
        session,
        source=SOURCE,
        to=[rfp.buyer_id],
        template="bids_unreadable",
        path=f"/admin/evaluations/{rfp.id}",
        now=now,
        **about(rfp),
    )


def about(rfp: Rfp) -> dict[str, Any]:
    return {
        "subject_type": "rfp",
        "subject_id": rfp.id,
        "params": {"number": rfp.number, "title": rfp.title},
        "dedupe": str(rfp.id),
    }
