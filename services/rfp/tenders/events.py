"""What tenders tell others. Nothing here says who was invited, who asked, or who bids."""

from services.rfp.tenders.domain import Rfp
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
