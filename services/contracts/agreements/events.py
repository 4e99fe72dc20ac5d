"""What agreements tell others, and the pages that notices lead to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.contracts.agreements.domain import Contract, Side, spelled
from shared.messaging.envelope import Event

SOURCE = "/tandem/contracts"


def contract_drafted(contract: Contract) -> Event:
    said = {**award_of(contract), "value": spelled(contract.value)}
    return about(contract, "tandem.contracts.contract_drafted.v1", contract.drafted_at, said)


def contract_activated(contract: Contract, activated_at: datetime) -> Event:
    said = {
        **award_of(contract),
        "activated_at": activated_at.isoformat(),
        "period": contract.period(),
        "time_zone": contract.time_zone,
        "value": spelled(contract.value),
        "charges": contract.charges(),
        "sla": [term.terms() for term in contract.sla],
        "milestones": [milestone.terms() for milestone in contract.milestones],
    }
    return about(contract, "tandem.contracts.contract_activated.v1", activated_at, said)


def contract_declined(contract: Contract, side: Side, declined_at: datetime) -> Event:
    """That a side declines, and which; the reason is between the two."""
    said = {
        **award_of(contract),
        "declined_by": side.value,
        "declined_at": declined_at.isoformat(),
    }
    return about(contract, "tandem.contracts.contract_declined.v1", declined_at, said)


def about(contract: Contract, type: str, at: datetime, said: Mapping[str, Any]) -> Event:
    known = {
        "contract_id": str(contract.id),
        "number": contract.number,
        "title": contract.title,
        "organisation_id": str(contract.organisation_id),
    }
    return Event.of(type, source=SOURCE, subject=contract.id, time=at, data={**known, **said})


def award_of(contract: Contract) -> dict[str, Any]:
    """What the contract was drafted from, by which rfp knows its own."""
    return {name: str(getattr(contract, name)) for name in ("rfp_id", "lot_id", "award_id")}


def chain(contract_id: UUID) -> str:
    """The audit chain of a contract: everything that becomes of it."""
    return f"contract:{contract_id}"


def vendor_path(contract_id: UUID) -> str:
    return f"/portal/contracts/{contract_id}"


def staff_path(contract_id: UUID) -> str:
    return f"/admin/contracts/{contract_id}"
