"""What settlement tells others, and the pages that notices lead to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.contracts.agreements.domain import plain, spelled
from services.contracts.agreements.events import SOURCE
from services.contracts.settlement.domain import Credit
from shared.messaging.envelope import Event


def credit_proposed(credit: Credit) -> Event:
    return about(credit, "credit_proposed", "proposed_at", credit.proposed_at)


def credit_approved(credit: Credit, approved_at: datetime) -> Event:
    return about(credit, "credit_approved", "approved_at", approved_at)


def about(credit: Credit, what: str, when: str, at: datetime) -> Event:
    data: dict[str, Any] = {
        "contract_id": str(credit.contract_id),
        "credit_id": str(credit.id),
        "calculation_id": str(credit.calculation_id),
        "metric_id": str(credit.metric_id),
        "window_id": str(credit.window_id),
        "organisation_id": str(credit.organisation_id),
        "percent": plain(credit.working.percent),
        "amount": spelled(credit.value),
        when: at.isoformat(),
    }
    kind = f"tandem.contracts.{what}.v1"
    return Event.of(kind, source=SOURCE, subject=credit.contract_id, time=at, data=data)


def vendor_path(contract_id: UUID, credit_id: UUID) -> str:
    return f"/portal/contracts/{contract_id}/credits/{credit_id}"


def staff_path(contract_id: UUID, credit_id: UUID) -> str:
    return f"/admin/contracts/{contract_id}/credits/{credit_id}"
