"""What agreements tell others, and the pages that notices lead to."""

from datetime import datetime
from uuid import UUID

from services.contracts.agreements.domain import Contract, Side, spelled
from shared.messaging.envelope import Event

SOURCE = "/tandem/contracts"


def contract_drafted(contract: Contract) -> Event:
    return Event.of(
        "tandem.contracts.contract_drafted.v1",
        source=SOURCE,
        subject=contract.id,
        time=contract.drafted_at,
        data={
            "contract_id": str(contract.id),
            "number": contract.number,
            "title": contract.title,
            "rfp_id": str(contract.rfp_id),
            "lot_id": str(contract.lot_id),
            "award_id": str(contract.award_id),
            "organisation_id": str(contract.organisation_id),
            "value": spelled(contract.value),
        },
    )


def contract_activated(contract: Contract, activated_at: datetime) -> Event:
    return Event.of(
        "tandem.contracts.contract_activated.v1",
        source=SOURCE,
        subject=contract.id,
        time=activated_at,
        data={
            "contract_id": str(contract.id),
            "number": contract.number,
            "title": contract.title,
            "organisation_id": str(contract.organisation_id),
            "activated_at": activated_at.isoformat(),
            "period": contract.period(),
            "time_zone": contract.time_zone,
            "value": spelled(contract.value),
            "charges": contract.charges(),
            "sla": [term.terms() for term in contract.sla],
            "milestones": [milestone.terms() for milestone in contract.milestones],
        },
    )


def contract_declined(contract: Contract, side: Side, declined_at: datetime) -> Event:
    """That a side declines, and which; the reason is between the two."""
    return Event.of(
        "tandem.contracts.contract_declined.v1",
        source=SOURCE,
        subject=contract.id,
        time=declined_at,
        data={
            "contract_id": str(contract.id),
            "number": contract.number,
            "title": contract.title,
            "rfp_id": str(contract.rfp_id),
            "lot_id": str(contract.lot_id),
            "award_id": str(contract.award_id),
            "organisation_id": str(contract.organisation_id),
            "declined_by": side.value,
            "declined_at": declined_at.isoformat(),
        },
    )


def chain(contract_id: UUID) -> str:
    """The audit chain of a contract: everything that becomes of it."""
    return f"contract:{contract_id}"


def vendor_path(contract_id: UUID) -> str:
    return f"/portal/contracts/{contract_id}"


def staff_path(contract_id: UUID) -> str:
    return f"/admin/contracts/{contract_id}"
