"""Contracts as tests need them: awarded, drafted, in force, delivered, breached."""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from services.contracts.agreements import usecases as agreements
from services.contracts.agreements.domain import Contract
from services.contracts.agreements.persistence import contract_of_award
from services.contracts.delivery import usecases as delivery
from services.contracts.delivery.domain import Decision, Deliverable
from services.contracts.handlers import HANDLERS
from shared.files import LocalStorage
from shared.kernel import Actor, Staff, Vendor, uuid7
from shared.messaging.envelope import Event
from shared.messaging.inbox import handle_once
from support import actors
from support.actors import an_id
from support.database import Sessions

SAMPLES = Path(__file__).parents[1] / "event_samples"
AWARDED = "tandem.rfp.rfp_awarded.v1"
EVALUATED = "tandem.monitoring.sla_window_evaluated.v1"
VENDOR_ORG, RIVAL_ORG = an_id("huayun"), an_id("nordwind")
CRITERIA = "Every call is answered by a person."
MILESTONES = [
    {"number": 1, "title": "Handover", "due_on": "2026-12-01", "percent": "40",
     "acceptance_criteria": CRITERIA},
    {"number": 2, "title": "Review 验收", "due_on": "2027-03-01", "percent": "60",
     "acceptance_criteria": CRITERIA},
]  # fmt: skip


@cache
def people() -> dict[str, Actor]:
    """Everybody in these tests, by the name they sign in with."""
    known = [
        actors.vendor("admin", "huayun"),
        actors.vendor("member", "huayun", "vendor_member"),
        actors.vendor("rival", "nordwind"),
        actors.staff("contract_manager"),
        *(actors.staff(f"quality{n}") for n in range(1, 10)),
        *(actors.staff(f"finance{n}") for n in range(1, 4)),
        actors.staff("buyer"),
        actors.staff("evaluator"),
        actors.auditor(),
        actors.partner("callgrid"),
    ]
    return actors.actors(*known)


def somebody(name: str) -> Any:
    return people()[name]


def sample(event_type: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SAMPLES / f"{event_type}.json").read_text())
    return read


def an_award(**changes: Any) -> dict[str, Any]:
    """What rfp says when a lot is awarded to huayun."""
    award = sample(AWARDED)
    award["promises"]["milestones"] = deepcopy(MILESTONES)
    award["organisation_id"] = str(VENDOR_ORG)
    award["award_id"] = str(uuid7())
    return award | changes


def heard(event_type: str, data: Mapping[str, Any]) -> Event:
    """An event as it comes from its topic."""
    source = "/tandem/rfp" if event_type == AWARDED else "/tandem/monitoring"
    at = datetime.fromisoformat(sample(AWARDED)["awarded_at"])
    return Event.of(event_type, source=source, subject=uuid7(), time=at, data=data)


def handle(sessions: Sessions, *events: Event) -> list[bool]:
    with sessions.begin() as session:
        return [handle_once(session, event, HANDLERS, consumer="contracts") for event in events]


def a_draft(sessions: Sessions, **changes: Any) -> Contract:
    award = an_award(**changes)
    handle(sessions, heard(AWARDED, award))
    with sessions() as session:
        contract_id = contract_of_award(session, UUID(award["award_id"]))
        contract = session.get_one(Contract, contract_id)
        assert contract.milestones and contract.sla  # loaded
        return contract


def accept(sessions: Sessions, contract: Contract, *names: str) -> Contract:
    for name in names:
        with sessions.begin() as session:
            contract = agreements.accept_contract(session, somebody(name), contract_id=contract.id)
    return contract


def in_force(sessions: Sessions, **changes: Any) -> Contract:
    return accept(sessions, a_draft(sessions, **changes), "admin", "contract_manager")


def hand_in(
    sessions: Sessions,
    storage: LocalStorage,
    milestone_id: UUID,
    content: bytes = b"report",
    by: str = "member",
) -> Deliverable:
    vendor: Vendor = somebody(by)
    with sessions.begin() as session:
        deliverable, _ = delivery.submit_deliverable(
            session,
            vendor,
            storage,
            milestone_id=milestone_id,
            name="report.pdf",
            media_type="application/pdf",
            chunks=[content],
        )
        return deliverable


def decide(
    sessions: Sessions, deliverable: Deliverable, name: str, decision: str = "approve"
) -> None:
    reviewer: Staff = somebody(name)
    with sessions.begin() as session:
        delivery.review_deliverable(
            session,
            reviewer,
            deliverable_id=deliverable.id,
            decision=Decision(decision),
            reason="" if decision == "approve" else "The list is missing.",
        )


def a_window(contract: Contract, **changes: Any) -> dict[str, Any]:
    """What monitoring says of October 2026: 93.5 % where 95 % were promised."""
    return sample(EVALUATED) | {
        "contract_id": str(contract.id),
        "metric_id": str(contract.sla[0].id),
        "window_id": str(uuid7()),
        "organisation_id": str(contract.organisation_id),
        "starts_at": "2026-10-01T00:00:00+08:00",
        "ends_at": "2026-11-01T00:00:00+08:00",
    } | changes  # fmt: skip


def evaluated(sessions: Sessions, contract: Contract, **changes: Any) -> dict[str, Any]:
    window = a_window(contract, **changes)
    handle(sessions, heard(EVALUATED, window))
    return window
