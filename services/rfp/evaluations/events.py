"""What an evaluation tells people. Other services hear of it at the award."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.tenders.domain import Rfp
from shared.messaging.notices import notify

SOURCE = "/tandem/rfp"


def tell_buyer(session: Session, rfp: Rfp, now: datetime) -> None:
    """Everybody has scored: there is a ranking."""
    notice = about(rfp.id, rfp.number, rfp.title, now)
    notify(session, to=[rfp.buyer_id], template="evaluation_complete", **notice)


def tell_joined(session: Session, rfp: Rfp, person_id: UUID, now: datetime) -> None:
    """Somebody has taken a seat on the committee."""
    notice = about(rfp.id, rfp.number, rfp.title, now)
    notice |= {"path": f"/admin/rfps/{rfp.id}", "dedupe": f"{rfp.id}:{now.isoformat()}"}
    notify(session, to=[person_id], template="committee_joined", **notice)


def tell_left(session: Session, rfp: Rfp, person_id: UUID, template: str, now: datetime) -> None:
    """Somebody has lost their seat, and with it the pages of the RFP."""
    notice = about(rfp.id, rfp.number, rfp.title, now)
    notice |= {"path": "/work", "dedupe": f"{rfp.id}:{now.isoformat()}"}
    notify(session, to=[person_id], template=template, **notice)


def remind(
    session: Session, people: Iterable[UUID], rfp_id: UUID, number: str, title: str, now: datetime
) -> None:
    notify(session, to=people, template="scores_due", **about(rfp_id, number, title, now))


def about(rfp_id: UUID, number: str, title: str, now: datetime) -> dict[str, Any]:
    return {
        "source": SOURCE,
        "subject_type": "rfp",
        "subject_id": rfp_id,
        "params": {"number": number, "title": title},
        "path": f"/admin/evaluations/{rfp_id}",
        "dedupe": str(rfp_id),
        "now": now,
    }
