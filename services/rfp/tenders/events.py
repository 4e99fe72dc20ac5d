"""What tenders tell others. Nothing here says who was invited, who asked, or who bids."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.tenders.domain import Ending, Lot, Rfp
from shared import directory
from shared.messaging.envelope import Event
from shared.messaging.notices import notify

SOURCE = "/tandem/rfp"


def rfp_published(rfp: Rfp) -> Event:
    assert rfp.published_at
    said = {
        "version": rfp.version,
        "lots": [titled(lot) for lot in rfp.lots],
        "deadline_at": rfp.deadline_at.isoformat(),
    }
    return about(rfp, "tandem.rfp.rfp_published.v1", rfp.published_at, said)


def rfp_cancelled(rfp: Rfp) -> Event:
    """Whether anybody had bid is never known. Why, in words, stays with the buying side."""
    assert rfp.cancelled_at
    said = {"cancelled_at": rfp.cancelled_at.isoformat()}
    return about(rfp, "tandem.rfp.rfp_cancelled.v1", rfp.cancelled_at, said)


def rfp_unsuccessful(rfp: Rfp, cause: Ending, lots: Collection[UUID], closed_at: datetime) -> Event:
    """`lots` end here without an award. Why, in words, stays with the buying side."""
    said = {
        "closed_at": closed_at.isoformat(),
        "cause": cause,
        "lots": [titled(lot) for lot in rfp.lots if lot.id in lots],
        "ended": rfp.unsuccessful_at is not None,
    }
    return about(rfp, "tandem.rfp.rfp_unsuccessful.v1", closed_at, said)


def about(rfp: Rfp, type: str, at: datetime, said: Mapping[str, Any]) -> Event:
    known = {"rfp_id": str(rfp.id), "number": rfp.number, "title": rfp.title}
    return Event.of(type, source=SOURCE, subject=rfp.id, time=at, data={**known, **said})


def titled(lot: Lot) -> dict[str, str]:
    return {"lot_id": str(lot.id), "title": lot.title}


def tell_invited(
    session: Session,
    rfp: Rfp,
    template: str,
    now: datetime,
    *,
    dedupe: str = "",
    due_at: datetime | None = None,
) -> None:
    """The same words to all who are invited, whether they bid or not."""
    invited = [each.organisation_id for each in rfp.invitations]
    to = directory.ids(directory.people_of(session, *invited))
    path = f"/portal/opportunities/{rfp.id}"
    tell(session, rfp, template, to, now, path=path, dedupe=dedupe, due_at=due_at)


def tell(
    session: Session,
    rfp: Rfp,
    template: str,
    to: Iterable[UUID],
    now: datetime,
    *,
    path: str,
    dedupe: str = "",
    due_at: datetime | None = None,
) -> None:
    """A notice about an RFP: to each person once, or once for each `dedupe`."""
    notify(
        session,
        source=SOURCE,
        to=to,
        template=template,
        subject_type="rfp",
        subject_id=rfp.id,
        path=path,
        now=now,
        dedupe=dedupe or str(rfp.id),
        params={"number": rfp.number, "title": rfp.title},
        due_at=due_at,
    )
