"""What the register of vendors tells others."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.rfp.vendors.domain import Registration
from shared.messaging.envelope import Event

SOURCE = "/tandem/rfp"


def vendor_admitted(vendor: Registration, at: datetime, *, zone: str) -> Event:
    """The day is the one where the person who admitted the vendor is."""
    return Event.of(
        "tandem.vendors.vendor_admitted.v1",
        source=SOURCE,
        subject=vendor.organisation_id,
        time=at,
        data={
            "organisation_id": str(vendor.organisation_id),
            "tier": vendor.tier,
            "categories": vendor.categories,
            "admitted_on": at.astimezone(ZoneInfo(zone)).date().isoformat(),
        },
    )
