"""What an evaluation tells people. Other services hear of it at the award."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.events import SOURCE, tell
from shared.messaging.notices import notify


def tell_buyer(session: Session, rfp: Rfp, now: datetime) -> None:
    """Everybody has scored: there is a ranking."""
    tell(session, rfp, "evaluation_complete", [rfp.buyer_id], now, path=page_of(rfp.id))


def tell_joined(session: Session, rfp: Rfp, person_id: UUID, now: datetime) -> None:
    """Somebody has taken a seat on the committee."""
    path, dedupe = f"/admin/rfps/{rfp.id}", f"{rfp.id}:{now.isoformat()}"
    tell(session, rfp, "committee_joined", [person_id], now, path=path, dedupe=dedupe)


def tell_left(session: Session, rfp: Rfp, person_id: UUID, template: str, now: datetime) -> None:
    """Somebody has lost their seat, and with it the pages of the RFP."""
    dedupe = f"{rfp.id}:{now.isoformat()}"
    tell(session, rfp, template, [person_id], now, path="/work", dedupe=dedupe)


def remind(
    session: Session, people: Iterable[UUID], rfp_id: UUID, number: str, title: str, now: datetime
) -> None:
    notify(
        session,
        source=SOURCE,
        to=people,
        template="scores_due",
        subject_type="rfp",
        subject_id=rfp_id,
        path=page_of(rfp_id),
        now=now,
        dedupe=str(rfp_id),
        params={"number": number, "title": title},
    )


def page_of(rfp_id: UUID) -> str:
    return f"/admin/evaluations/{rfp_id}"
