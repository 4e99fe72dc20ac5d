"""Contracts as tests need them: awarded, drafted, in force, delivered, breached."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
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
from shared.audit import audit_entries
from shared.files import LocalStorage
from shared.kernel import Actor, Staff, Vendor, uuid7
from shared.messaging.envelope import Event
from shared.messaging.inbox import handle_once
from support import actors
from support.actors import an_id
from support.database import Sessions, events, rows

SAMPLES = Path(__file__).parents[1] / "event_samples"
AWARDED = "tandem.rfp.rfp_awarded.v1"
EVALUATED = "tandem.monitoring.sla_window_evaluated.v1"
VENDOR_ORG, RIVAL_ORG = an_id("huayun"), an_id("nordwind")
CRITERIA = "Every call is answered by a person."
TABS = ("", "/sla", "/milestones", "/credits", "/history")
THINGS = [*(f"contract{tab}" for tab in TABS), "milestone", "file", "credit"]
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
        actors.vendor_client("system", "huayun"),
        actors.auditor(),
        replace(actors.auditor("outsider"), organisation_id=an_id("auditors")),
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


def handle(sessions: Sessions, *heard: Event) -> list[bool]:
    with sessions.begin() as session:
        return [handle_once(session, event, HANDLERS, consumer="contracts") for event in heard]


def a_draft(sessions: Sessions, **changes: Any) -> Contract:
    award = an_award(**changes)
    handle(sessions, heard(AWARDED, award))
    with sessions() as session:
        contract_id = contract_of_award(session, UUID(award["award_id"]))
        contract = session.get_one(Contract, contract_id)
        contract.terms_sha256()  # loads all of it
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
    about = {"name": "report.pdf", "media_type": "application/pdf"}
    with (
        delivery.receive(vendor, storage, [content], **about) as file,
        sessions.begin() as session,
    ):
        return delivery.submit_deliverable(session, vendor, milestone_id=milestone_id, file=file)


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


def stored_files(storage: LocalStorage) -> list[Path]:
    return [path for path in storage.root.rglob("*") if path.is_file()]


def told(sessions: Sessions, template: str) -> set[str]:
    """The names of those who got a notice of this kind; each at most once."""
    names = {str(actor.person_id): name for name, actor in people().items()}
    notices = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    found = [names[each["person_id"]] for each in notices if each["template"] == template]
    assert len(found) == len(set(found))
    return set(found)


def notices(sessions: Sessions, template: str) -> list[dict[str, Any]]:
    every = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    return [each for each in every if each["template"] == template]


def said(sessions: Sessions, event_type: str) -> list[dict[str, Any]]:
    """The data of our events of one type."""
    return [json.loads(row.payload) for row in events(sessions, event_type)]


def actions(sessions: Sessions, contract: Contract) -> list[tuple[str, str]]:
    """Who did what, as the audit chain of a contract has it."""
    entries = rows(sessions, audit_entries, chain=f"contract:{contract.id}")
    names = {actor.subject: name for name, actor in people().items()}
    return [(entry.action, names.get(entry.actor, entry.actor)) for entry in entries]


def race(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """All at once; answers in order, errors as what was raised."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        start.wait(timeout=30)
        try:
            return call()
        except Exception as error:  # noqa: BLE001  # the test looks at it
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


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


def page_paths(contract: Contract, deliverable: Deliverable, credit_id: UUID) -> Mapping[str, str]:
    """Pages about one contract, by what they show, below /admin and /portal."""
    milestone = f"milestones/{contract.milestones[0].id}"
    tabs = {f"contract{tab}": f"contracts/{contract.id}{tab}" for tab in TABS}
    return tabs | {
        "milestone": milestone,
        "file": f"{milestone}/deliverables/{deliverable.id}",
        "credit": f"contracts/{contract.id}/credits/{credit_id}",
    }
