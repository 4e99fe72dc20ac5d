"""Pages behind other pages: forms, tabs, single records, and what operators and admins see."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo import chain
from deploy.demo.api import eventually
from support.endings import WINNING, Endings
from support.scenes import Places, Shot
from support.story import Cast, a_wish

STUCK_IN = "contracts"
WRONG_CSV = "taken_at,value,external_id\n2026-10-05T10:00:00+08:00,many,a\nnever,1,b\n"


@dataclass(frozen=True)
class Corners:
    plan: str
    draft_plan: str
    rfp: str  # with a question that waits and a draft of a bid on its lot
    lot: str
    vendor: str
    prospect: str
    contract: str
    credit: str
    metric: str
    unmeasured: str
    window: str
    imported: str
    reviewed: str  # a milestone with a deliverable that waits for its first review
    unfinished: str  # another of the same contract, for which nothing was handed in
    person: str
    client: str
    letter: str


def corners(who: Cast, at: Places, ended: Endings, letter: str) -> Corners:
    """`letter` is a message that nobody could handle; it waits in the database of STUCK_IN."""
    apis, manager = who.apis, who.apis["contract_manager"]
    rfp = apis["buyer"].get(f"/rfps/{ended.open_rfp}")
    asked = {"text": f"May we visit the site {secrets.token_hex(3)}? 可否现场勘察?"}
    apis[WINNING].post(f"/rfps/{rfp['id']}/questions", asked)
    reviewed, unfinished = delivering(who, ended.metric)
    return Corners(
        plan=rfp["plan_id"],
        draft_plan=chain.write_plan(apis, a_wish())["id"],
        rfp=rfp["id"],
        lot=drafted(who, rfp),
        vendor=who.ids["huayun"],
        prospect=eventually(lambda: prospect(who), "the newcomer's company"),
        contract=at.contract,
        credit=at.credit,
        metric=at.metric,
        unmeasured=ended.metric,
        window=chain.items(manager, "/windows", metric_id=at.metric)[0]["id"],
        imported=imported(who, at.metric),
        reviewed=reviewed,
        unfinished=unfinished,
        person=who.ids[WINNING],
        client=chain.items(apis["admin"], "/clients")[0]["id"],
        letter=letter,
    )


def drafted(who: Cast, rfp: dict[str, Any]) -> str:
    """A bid with everything that is asked for, not submitted. Answers its lot."""
    lot, target = rfp["lots"][0]["id"], rfp["sla_targets"][0]["id"]
    line = {"title": "Agents 坐席", "kind": "monthly", "quantity": "12", "unit_price": "8200.00"}
    draft = {
        "solution": "Twelve agents in Dalian, fluent in two languages. 十二名双语坐席。",
        "lines": [line],
        "promises": [{"target_id": target, "value": "97.5"}],
    }
    who.apis[WINNING].upload(f"/lots/{lot}/files", "solution-方案.pdf", b"%PDF-1.7")
    who.apis[WINNING].put(f"/lots/{lot}/draft", draft)
    return str(lot)


def delivering(who: Cast, metric: str) -> tuple[str, str]:
    """Two milestones of the contract that the metric measures."""
    manager = who.apis["contract_manager"]
    contract = manager.get(f"/metrics/{metric}")["contract_id"]
    first, second = (e["id"] for e in manager.get(f"/contracts/{contract}")["milestones"])
    who.apis[WINNING].upload(f"/milestones/{first}/deliverables", "runbook-手册.pdf", b"%PDF")
    return first, second


def prospect(who: Cast) -> str:
    """A vendor whom nobody has admitted."""
    found = chain.items(who.apis["buyer"], "/vendors")
    return next((e["organisation_id"] for e in found if e["standing"] == "prospective"), "")


def imported(who: Cast, metric: str) -> str:
    """Of this month, which is not evaluated yet."""
    taken = (datetime.now(UTC) - timedelta(seconds=30)).isoformat()
    lines = ("taken_at,value,external_id", f"{taken},1,{secrets.token_hex(8)}")
    path = f"/metrics/{metric}/measurements/csv"
    sent = who.apis["contract_manager"].upload(path, "calls.csv", "\n".join(lines).encode())
    return str(sent["id"])


def shots(at: Corners) -> Iterator[Shot]:
    yield from of_plans_and_rfps(at)
    yield from of_contracts(at)
    yield from of_measurements(at)
    yield from of_administration(at)
    yield from of_operations(at)


def of_plans_and_rfps(at: Corners) -> Iterator[Shot]:
    edit, new = f"/admin/plans/{at.draft_plan}/edit", f"/admin/rfps/new?plan={at.plan}"
    save, nothing = "main .t-cols .btn-primary", (("title", ""),)
    yield Shot("plan", "buyer", f"/admin/plans/{at.plan}")
    yield Shot("plan-draft", "requester", f"/admin/plans/{at.draft_plan}")
    yield Shot("plan-edit", "requester", edit)
    yield Shot("plan-edit-errors", "requester", edit, save, nothing)
    yield Shot("rfp-from-plan", "buyer", "/admin/rfps/new")
    yield Shot("rfp-new", "buyer", new)
    yield Shot("rfp-new-errors", "buyer", new, save, nothing)
    yield Shot("vendor", "buyer", f"/admin/vendors/{at.vendor}")
    prospect = f"/admin/vendors/{at.prospect}"
    yield Shot("vendor-prospect", "buyer", prospect)
    yield Shot("vendor-prospect-errors", "buyer", prospect, "main form .btn-primary")
    asked = f"{at.rfp}?tab=questions"
    answer = 'form[action$="/answer"] .btn-primary'
    yield Shot("answer-errors", "buyer", f"/admin/rfps/{asked}", answer)
    asked = f"/portal/opportunities/{asked}"
    yield Shot("question", WINNING, asked)
    yield Shot("question-errors", WINNING, asked, 'form[action$="/questions"] button')
    yield Shot("bid-draft", WINNING, f"/portal/bids/lots/{at.lot}")
    yield Shot("bid-check", WINNING, f"/portal/bids/lots/{at.lot}/check")


def of_contracts(at: Corners) -> Iterator[Shot]:
    for side, name in (("admin", "contract_manager"), ("portal", WINNING)):
        contract = f"/{side}/contracts/{at.contract}"
        for tab in ("milestones", "sla", "credits", "history"):
            yield Shot(f"{side}-{tab}", name, f"{contract}/{tab}")
        yield Shot(f"{side}-credit", name, f"{contract}/credits/{at.credit}")
        yield Shot(f"{side}-all-milestones", name, f"/{side}/milestones")
    review, upload = f"/admin/milestones/{at.reviewed}", f"/portal/milestones/{at.unfinished}"
    yield Shot("review", "quality1", review)
    yield Shot("review-errors", "quality1", review, 'form[action$="/review"] .btn-primary')
    yield Shot("hand-in", WINNING, upload)
    yield Shot("hand-in-errors", WINNING, upload, 'form[action$="/deliverables"] button')
    yield Shot("own-contracts", WINNING, "/portal/contracts")


def of_measurements(at: Corners) -> Iterator[Shot]:
    manager, there = "contract_manager", f"/admin/performance/{at.metric}"
    unmeasured = f"/admin/performance/{at.unmeasured}"
    entry = f"{unmeasured}/measurements/new"
    yield Shot("own-performance", WINNING, "/portal/performance")
    yield Shot("grants", manager, f"{there}/grants")
    yield Shot("grants-errors", manager, f"{unmeasured}/grants", 'form[action$="/grants"] button')
    yield Shot("window", manager, f"{there}/windows/{at.window}")
    yield Shot("own-window", WINNING, f"/portal/performance/{at.metric}/windows/{at.window}")
    yield Shot("import", manager, f"/admin/performance/imports/{at.imported}")
    send = 'form[action$="/imports"] button'
    yield Shot("import-errors", manager, entry, send)
    yield Shot("import-refused", manager, entry, send, attach=WRONG_CSV, leads="**/imports/*")
    yield Shot("measurement-errors", manager, entry, 'form[action$="/measurements"] button')


def of_administration(at: Corners) -> Iterator[Shot]:
    people, save = "/admin/people", "main form .btn-primary"
    organisations, nothing = f"{people}/organisations", (("name", ""),)
    for name, there in (
        ("person", f"{people}/{at.person}"),
        ("organisation", f"{organisations}/{at.vendor}"),
        ("client", f"/admin/clients/{at.client}"),
    ):
        yield Shot(name, "admin", there)
        yield Shot(f"{name}-errors", "admin", there, "main form[novalidate] button", nothing)
    for name, there in (
        ("person", f"{people}/new"),
        ("organisation", f"{organisations}/new"),
        ("client", "/admin/clients/new"),
    ):
        yield Shot(f"{name}-new", "admin", there)
        yield Shot(f"{name}-new-errors", "admin", there, save)
    yield Shot("people-found", "admin", f"{people}?search=huayun")
    yield Shot("forbidden", "quality1", people, status=403)


def of_operations(at: Corners) -> Iterator[Shot]:
    letter = f"/admin/operations/dead-letters/{STUCK_IN}/{at.letter}"
    yield Shot("letter", "operator", letter)
    yield Shot("audit-of-contract", "auditor", f"/admin/audit?object=contract:{at.contract}")
