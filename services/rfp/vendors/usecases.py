"""What people and events do to the register of vendors. Callers own the transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.vendors import events
from services.rfp.vendors.persistence import load_vendor, register_vendor
from shared import audit, directory
from shared.kernel import Staff
from shared.messaging import outbox
from shared.messaging.notices import notify


def meet_organisation(session: Session, *, organisation_id: UUID, kind: str) -> None:
    """Vendors enter the register as soon as the gateway has made their organisation."""
    if kind == "vendor":
        register_vendor(session, organisation_id)


def admit_vendor(
    session: Session,
    staff: Staff,
    *,
    organisation_id: UUID,
    tier: int,
    categories: Sequence[str],
    note: str,
    now: datetime,
) -> None:
    """From now on the vendor can be invited to bid."""
    vendor = load_vendor(session, organisation_id)
    vendor.admit(tier=tier, categories=list(categories), note=note, by=staff.user_id, now=now)
    detail = {"tier": tier, "categories": list(categories)}
    audit.record(
        session, staff, chain=f"vendor:{organisation_id}", action="vendor_admitted", detail=detail
    )
    outbox.record(session, events.vendor_admitted(vendor, now, zone=staff.zone))
    notify(
        session,
        source=events.SOURCE,
        to=directory.ids(directory.people_of(session, organisation_id)),
        template="vendor_admitted",
        subject_type="vendor",
        subject_id=organisation_id,
        path="/portal/company",
        now=now,
        dedupe=str(organisation_id),
    )
