"""What tenders tell others. Nothing here says who was invited, who asked, or who bids."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.rfp.tenders.domain import Ending, Rfp
from shared.messaging.envelope import Event

SOURCE = "/tandem/rfp"


def rfp_published(rfp: Rfp) -> Event:
    assert rfp.published_at
    return Event.of(
        "tandem.rfp.rfp_published.v1",
        source=SOURCE,
        subject=rfp.id,
        time=rfp.published_at,
        data={
            "rfp_id": str(rfp.id),
            "number": rfp.number,
            "title": rfp.title,
            "version": rfp.version,
            "lots": [{"lot_id": str(lot.id), "title": lot.title} for lot in rfp.lots],
            "deadline_at": rfp.deadline_at.isoformat(),
        },
    )


def rfp_cancelled(rfp: Rfp) -> Event:
    """Whether anybody had bid is never known. Why, in words, stays with the buying side."""
    assert rfp.cancelled_at
    return Event.of(
        "tandem.rfp.rfp_cancelled.v1",
        source=SOURCE,
        subject=rfp.id,
        time=rfp.cancelled_at,
        data={
            "rfp_id": str(rfp.id),
            "number": rfp.number,
            "title": rfp.title,
            "cancelled_at": rfp.cancelled_at.isoformat(),
        },
    )


def rfp_unsuccessful(rfp: Rfp, cause: Ending, lots: Collection[UUID], closed_at: datetime) -> Event:
    """`lots` end here without an award. Why, in words, stays with the buying side."""
    return Event.of(
        "tandem.rfp.rfp_unsuccessful.v1",
        source=SOURCE,
        subject=rfp.id,
        time=closed_at,
        data={
            "rfp_id": str(rfp.id),
            "number": rfp.number,
            "title": rfp.title,
            "closed_at": closed_at.isoformat(),
            "cause": cause,
            "lots": [
                {"lot_id": str(lot.id), "title": lot.title} for lot in rfp.lots if lot.id in lots
            ],
            "ended": rfp.unsuccessful_at is not None,
        },
    )
