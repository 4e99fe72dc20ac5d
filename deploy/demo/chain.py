"""The chain from plan to approved service credit, through the API, one function a step.

`People` are the API as each demo person, by role (`evaluator1`, `huayun.vendor_admin`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from deploy.demo.api import Api, eventually

People = Mapping[str, Api]
Json = dict[str, Any]
EVALUATORS = ("evaluator1", "evaluator2", "evaluator3")
OPENERS = ("opener1", "opener2")
ZONE = "Asia/Shanghai"
TIERS = [
    {"from": None, "to": "90", "percent": "10"},
    {"from": "90", "to": "95", "percent": "5"},
    {"from": "95", "to": None, "percent": "0"},
]


@dataclass(frozen=True)
class Wanted:
    """What is asked for. Money in CNY; the period may begin in the past."""

    title: str
    scope: str
    starts_on: date
    ends_on: date
    ceiling: Decimal = Decimal("2400000")
    lot: str = "Service desk, first and second level"
    sla: str = "Calls answered within 20 seconds"
    objectives: str = "Answer every call within 20 seconds; cut cost per call by 15 %."
    scope_out: str = "Hardware repair and purchasing stay in house."
    labour: str = "Agents 坐席"
    licences: str = "Ticket system licences"


@dataclass(frozen=True)
class Offer:
    """What one vendor promises and asks: CNY a month and once."""

    vendor: str
    monthly: Decimal
    one_off: Decimal
    answered: Decimal
    solution: str
    file: bytes
    grades: Mapping[str, int] = field(default_factory=dict)


def write_plan(people: People, wanted: Wanted) -> Json:
    labour = wanted.ceiling * Decimal("0.8")
    plan: Json = people["requester"].post(
        "/plans",
        {
            "title": wanted.title,
            "objectives": wanted.objectives,
            "scope_in": wanted.scope,
            "scope_out": wanted.scope_out,
            "starts_on": wanted.starts_on.isoformat(),
            "ends_on": wanted.ends_on.isoformat(),
            "currency": "CNY",
            "cost_ceiling": f"{wanted.ceiling:.2f}",
            "contingency": f"{wanted.ceiling * Decimal('0.05'):.2f}",
            "lines": [
                {"title": wanted.labour, "category": "labour", "amount": f"{labour:.2f}"},
                {
                    "title": wanted.licences,
                    "category": "licences",
                    "amount": f"{wanted.ceiling * Decimal('0.1'):.2f}",
                },
            ],
        },
    )
    return plan


def approve_plan(people: People, plan_id: str) -> None:
    people["requester"].post(f"/plans/{plan_id}/submission")
    people["approver"].post(f"/plans/{plan_id}/decision", {"decision": "approve", "reason": ""})


def admit(people: People, organisation_id: str) -> None:
    """A vendor becomes known to rfp by event; then the buyer admits it."""
    buyer = people["buyer"]
    eventually(
        lambda: organisation_id in {each["organisation_id"] for each in items(buyer, "/vendors")},
        "the vendor",
    )
    body = {"tier": 2, "categories": ["service_desk"], "note": "Screened; references checked."}
    buyer.post(f"/vendors/{organisation_id}/admission", body)


def items(api: Api, path: str, **query: Any) -> list[Json]:
    found = api.get(path, **query)
    return list(found["items"] if isinstance(found, dict) else found)


def draft_rfp(
    people: People,
    plan_id: str,
    wanted: Wanted,
    *,
    deadline_at: datetime,
    invitees: list[str],
    committee: Mapping[str, str],
    price_formula: str = "lowest_ratio",
) -> Json:
    """`committee` maps our short names of people to their ids."""
    rfp: Json = people["buyer"].post(
        "/rfps",
        {
            "plan_id": plan_id,
            "title": wanted.title,
            "description": wanted.scope,
            "currency": "CNY",
            "time_zone": ZONE,
            "starts_on": wanted.starts_on.isoformat(),
            "ends_on": wanted.ends_on.isoformat(),
            "deadline_at": deadline_at.isoformat(),
            "price_formula": price_formula,
            "lots": [{"title": wanted.lot, "description": wanted.scope}],
            "sla_targets": [
                {
                    "title": wanted.sla,
                    "unit": "%",
                    "formula": "ratio",
                    "direction": "higher",
                    "target": "95",
                    "minimum": "90",
                    "window": "month",
                    "tiers": TIERS,
                }
            ],
            "milestones": milestones(wanted),
            "invitees": invitees,
            "evaluators": [committee[name] for name in EVALUATORS],
            "openers": [committee[name] for name in OPENERS],
        },
    )
    return rfp


def milestones(wanted: Wanted) -> list[Json]:
    later = wanted.starts_on + timedelta(days=90)
    return [
        {
            "title": "Handover and go-live 上线",
            "due_on": (wanted.starts_on + timedelta(days=30)).isoformat(),
            "percent": "40",
            "acceptance_criteria": "Runbook handed over; every agent trained.",
        },
        {
            "title": "First service review 首次服务评审",
            "due_on": min(later, wanted.ends_on).isoformat(),
            "percent": "60",
            "acceptance_criteria": "Report with volumes, causes and measures.",
        },
    ]


def publish(people: People, rfp_id: str) -> None:
    people["buyer"].post(f"/rfps/{rfp_id}/publication")


def ask_and_answer(people: People, rfp_id: str, asker: str, question: str, answer: str) -> None:
    asked = people[f"{asker}.vendor_admin"].post(f"/rfps/{rfp_id}/questions", {"text": question})
    people["buyer"].post(f"/questions/{asked['id']}/answer", {"text": answer})


def bid(people: People, rfp: Json, offer: Offer, *, replace: bool = False) -> Json:
    """Upload a file, then submit the whole bid; answers the receipt."""
    vendor, lot_id = people[f"{offer.vendor}.vendor_admin"], rfp["lots"][0]["id"]
    uploaded = vendor.upload(f"/lots/{lot_id}/files", f"{offer.vendor}-solution.pdf", offer.file)
    body = {
        "solution": offer.solution,
        "lines": [
            {
                "title": "Service desk, monthly fee",
                "kind": "monthly",
                "quantity": "1",
                "unit_price": f"{offer.monthly:.2f}",
            },
            {
                "title": "Transition",
                "kind": "one_off",
                "quantity": "1",
                "unit_price": f"{offer.one_off:.2f}",
            },
        ],
        "promises": [
            {"target_id": target["id"], "value": str(offer.answered)}
            for target in rfp["sla_targets"]
        ],
        "files": [uploaded["id"]],
    }
    send = vendor.put if replace else vendor.post
    receipt: Json = send(f"/lots/{lot_id}/bid", body)
    return receipt


def open_bids(people: People, rfp: Json) -> None:
    """Two openers, once the deadline has passed by the server's clock."""
    closes = datetime.fromisoformat(rfp["deadline_at"])
    eventually(lambda: datetime.now(UTC) > closes + timedelta(seconds=1), "the deadline")
    for name in OPENERS:
        people[name].post(f"/rfps/{rfp['id']}/opening")


def evaluate(people: People, rfp_id: str, offers: list[Offer], ids: Mapping[str, str]) -> Json:
    """Each evaluator declares, scores alone and submits. `ids`: vendor → organisation."""
    grades = {ids[offer.vendor]: offer.grades for offer in offers}
    for number, name in enumerate(EVALUATORS):
        evaluator = people[name]
        evaluator.post(f"/rfps/{rfp_id}/declaration", {"conflict": "none", "text": ""})
        sheet = evaluator.get(f"/evaluations/{rfp_id}")
        evaluator.put(f"/rfps/{rfp_id}/scores", {"scores": list(scores(sheet, grades, number))})
        evaluator.post(f"/rfps/{rfp_id}/scores/submission")
    ranking: Json = people["buyer"].get(f"/evaluations/{rfp_id}")
    return ranking


def scores(sheet: Json, grades: Mapping[str, Mapping[str, int]], number: int) -> Iterator[Json]:
    for each in sheet["bids"]:
        for criterion in sheet["criteria"]:
            if criterion["is_price"]:
                continue
            grade = grades[each["organisation_id"]].get(criterion["key"], 4 - number % 2)
            yield {
                "bid_id": each["bid_id"],
                "criterion_id": criterion["id"],
                "grade": str(grade),
                "comment": "Convincing and backed by references.",
            }


def award(people: People, lot_id: str, bid_id: str) -> Json:
    reason = "Highest total score; references and staffing plan were convincing."
    made: Json = people["buyer"].post(f"/lots/{lot_id}/award", {"bid_id": bid_id, "reason": reason})
    return made


def accepted_contract(people: People, award_id: str, vendor: str) -> Json:
    """The draft comes by event; both sides accept it."""
    manager = people["contract_manager"]
    found = eventually(lambda: items(manager, "/contracts", award_id=award_id), "the contract")
    contract_id = found[0]["id"]
    people[f"{vendor}.vendor_admin"].post(f"/contracts/{contract_id}/acceptance")
    manager.post(f"/contracts/{contract_id}/acceptance")
    contract: Json = manager.get(f"/contracts/{contract_id}")
    return contract


def deliver(people: People, milestone_id: str, vendor: str, report: bytes) -> None:
    """Handed in, sent back once at the first level, handed in again, accepted by two levels."""
    supplier, path = people[f"{vendor}.vendor_admin"], f"/milestones/{milestone_id}/deliverables"
    first = supplier.upload(path, "runbook-v1.pdf", report)
    reason = "The escalation list is missing. Please add it."
    review(people["quality1"], first["id"], "rework", reason)
    second = supplier.upload(path, "runbook-v2.pdf", report + b"\n% escalation list added")
    review(people["quality1"], second["id"], "approve", "")
    review(people["quality2"], second["id"], "approve", "")


def review(reviewer: Api, deliverable_id: str, decision: str, reason: str) -> None:
    body = {"decision": decision, "reason": reason}
    reviewer.post(f"/deliverables/{deliverable_id}/reviews", body)


def metric_of(people: People, contract_id: str) -> Json:
    manager = people["contract_manager"]
    found = eventually(lambda: items(manager, "/metrics", contract_id=contract_id), "the metric")
    return found[0]


def measure(
    people: People, partner: Api, metric_id: str, partner_id: str, calls: Iterator[Json]
) -> None:
    """The contract manager grants the metric; the partner's system sends what it measured."""
    manager = people["contract_manager"]
    manager.post(f"/metrics/{metric_id}/grants", {"organisation_id": partner_id})
    partner.post("/measurements", {"measurements": [{"metric_id": metric_id} | c for c in calls]})


def calls(month: date, *, count: int, answered: int, source: str = "callgrid") -> Iterator[Json]:
    """`count` calls spread over a month, of which `answered` met the 20 seconds."""
    first = datetime(month.year, month.month, 1, 9, tzinfo=UTC)
    for number in range(count):
        yield {
            "source": source,
            "external_id": f"{month:%Y-%m}-{number:05}",
            "taken_at": (first + timedelta(minutes=number * 36_000 // count)).isoformat(),
            "value": "1" if number * answered % count < answered else "0",
        }


def evaluate_windows(people: People, metric_id: str) -> list[Json]:
    manager = people["contract_manager"]
    manager.post(f"/metrics/{metric_id}/windows/evaluation")
    return items(manager, "/windows", metric_id=metric_id)


def approved_credit(people: People, contract_id: str) -> Json:
    finance = people["finance"]
    found = eventually(lambda: items(finance, "/credits", contract_id=contract_id), "the credit")
    finance.post(f"/credits/{found[0]['id']}/decision", {"decision": "approve", "reason": ""})
    credit: Json = finance.get(f"/credits/{found[0]['id']}")
    return credit
