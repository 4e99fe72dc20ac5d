"""What the usual pages show: objects in the states of the everyday, made by API."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.demo import chain
from deploy.demo.api import eventually
from support.story import Cast, a_wish, an_offer


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it; `press` sends the form as it is, to show what is wrong.

    `unfold` opens what is folded in first. `wrong` choices get a value that nobody offered.
    `status` is what the page itself answers with, `attach` the content of a file that is sent,
    `leads` the address that pressing leads to, where it does not show what is wrong.
    """

    name: str
    who: str
    path: str
    press: str = ""
    fill: tuple[tuple[str, str], ...] = ()
    unfold: bool = False
    wrong: tuple[str, ...] = ()
    status: int = 200
    attach: str = ""
    leads: str = ""


@dataclass(frozen=True)
class Places:
    """Objects in the states that the pages show."""

    open_rfp: str
    receipt: str
    empty_lot: str
    closed: str
    scoring: str
    compared: str
    contract: str
    milestone: str
    later_milestone: str
    metric: str
    credit: str
    waiting_plan: str
    draft: str


def made_rfp(who: Cast, *, seconds: float, publish: bool = True) -> dict[str, Any]:
    wanted = a_wish()
    plan = chain.write_plan(who.apis, wanted)
    chain.approve_plan(who.apis, plan["id"])
    rfp = chain.draft_rfp(
        who.apis,
        plan["id"],
        wanted,
        deadline_at=datetime.now(UTC) + timedelta(seconds=seconds),
        invitees=[who.ids["huayun"], who.ids["nordwind"]],
        committee=who.ids,
    )
    if publish:
        chain.publish(who.apis, rfp["id"])
    return rfp


def places(who: Cast) -> Places:
    asked = made_rfp(who, seconds=900_000)
    chain.ask_and_answer(
        who.apis, asked["id"], "huayun", "坐席是否必须在上海办公?", "No, but the team lead is."
    )
    receipt = chain.bid(who.apis, asked, an_offer("nordwind", 3))
    closed, scoring = made_rfp(who, seconds=25), made_rfp(who, seconds=25)
    for rfp in (closed, scoring):
        for grade, vendor in enumerate(("huayun", "nordwind"), 3):
            chain.bid(who.apis, rfp, an_offer(vendor, grade))
    chain.open_bids(who.apis, scoring)
    closes = datetime.fromisoformat(closed["deadline_at"])
    eventually(lambda: datetime.now(UTC) > closes + timedelta(seconds=1), "the deadline")
    who.apis["evaluator1"].post(
        f"/rfps/{scoring['id']}/declaration", {"conflict": "none", "text": ""}
    )
    manager = who.apis["contract_manager"]
    contract = chain.items(manager, "/contracts")[-1]
    evaluations = chain.items(who.apis["buyer"], "/rfps", limit=100)
    waiting_plan = chain.write_plan(who.apis, a_wish())["id"]
    who.apis["requester"].post(f"/plans/{waiting_plan}/submission")
    milestones = manager.get(f"/contracts/{contract['id']}")["milestones"]
    credits = chain.items(manager, "/credits", contract_id=contract["id"])
    return Places(
        open_rfp=asked["id"],
        receipt=receipt["id"],
        empty_lot=asked["lots"][0]["id"],
        closed=closed["id"],
        scoring=scoring["id"],
        compared=next(
            each["id"] for each in evaluations if stage(each) in ("evaluated", "awarded")
        ),
        contract=contract["id"],
        milestone=milestones[0]["id"],
        later_milestone=milestones[1]["id"],
        metric=chain.metric_of(who.apis, contract["id"])["id"],
        credit=next(each["id"] for each in credits if each["state"] == "proposed"),
        waiting_plan=waiting_plan,
        draft=made_rfp(who, seconds=900_000, publish=False)["id"],
    )


def stage(rfp: dict[str, Any]) -> str:
    return str(rfp.get("stage") or rfp.get("state"))


def shots(at: Places) -> Iterator[Shot]:
    bidder, vendor = "nordwind.vendor_admin", "huayun.vendor_admin"
    contract = at.contract
    yield Shot("login", "", "/login")
    yield Shot("login-errors", "", "/login", press="main .btn-primary")
    for role in ("requester", "approver", "buyer", "evaluator1", "opener1", "quality1"):
        yield Shot(f"work-{role}", role, "/work")
    for role in ("contract_manager", "finance", "auditor", "operator", "admin"):
        yield Shot(f"work-{role}", role, "/work")
    yield Shot("work-vendor", vendor, "/work")
    yield Shot("plans", "requester", "/admin/plans")
    yield Shot("plan-form", "requester", "/admin/plans/new")
    yield Shot("plan-form-errors", "requester", "/admin/plans/new", press="main .btn-primary")
    yield Shot("plan-approval", "approver", f"/admin/plans/{at.waiting_plan}")
    yield Shot(
        "plan-approval-errors",
        "approver",
        f"/admin/plans/{at.waiting_plan}",
        press="main .btn-primary",
    )
    yield Shot("rfps", "buyer", "/admin/rfps")
    yield Shot("rfp-draft", "buyer", f"/admin/rfps/{at.draft}")
    yield Shot("rfp-form", "buyer", f"/admin/rfps/{at.draft}/edit")
    yield Shot("rfp-staff", "buyer", f"/admin/rfps/{at.open_rfp}")
    yield Shot("rfp-questions", "buyer", f"/admin/rfps/{at.open_rfp}?tab=questions")
    yield Shot("rfp-history", "buyer", f"/admin/rfps/{at.open_rfp}?tab=history")
    yield Shot("opportunities", vendor, "/portal/opportunities")
    yield Shot("rfp-vendor", vendor, f"/portal/opportunities/{at.open_rfp}")
    yield Shot("bid-form", vendor, f"/portal/bids/lots/{at.empty_lot}")
    yield Shot(
        "bid-form-errors",
        vendor,
        f"/portal/bids/lots/{at.empty_lot}",
        press="button[value=check]",
        fill=(("lines-0-title", "Agents 坐席"), ("lines-0-unit_price", "-1")),
    )
    yield Shot("receipt", bidder, f"/portal/bids/{at.receipt}")
    yield Shot("bids", bidder, "/portal/bids")
    yield Shot("opening", "opener1", f"/admin/rfps/{at.closed}/opening")
    yield Shot("opened", "opener1", f"/admin/rfps/{at.scoring}/opening")
    yield Shot("evaluations", "buyer", "/admin/evaluations")
    yield Shot("declaration", "evaluator2", f"/admin/evaluations/{at.scoring}")
    yield Shot("scoring", "evaluator1", f"/admin/evaluations/{at.scoring}")
    yield Shot(
        "scoring-errors",
        "evaluator1",
        f"/admin/evaluations/{at.scoring}",
        press="button[value=submit]",
    )
    yield Shot("comparison", "buyer", f"/admin/evaluations/{at.compared}")
    yield Shot("vendors", "buyer", "/admin/vendors")
    yield Shot("company", vendor, "/portal/company")
    yield Shot("contracts", "contract_manager", "/admin/contracts")
    yield Shot("contract", "contract_manager", f"/admin/contracts/{contract}")
    yield Shot("contract-vendor", vendor, f"/portal/contracts/{contract}")
    yield Shot("contract-sla", "contract_manager", f"/admin/contracts/{contract}/sla")
    yield Shot("contract-credits", "contract_manager", f"/admin/contracts/{contract}/credits")
    yield Shot("contract-history", "contract_manager", f"/admin/contracts/{contract}/history")
    yield Shot("milestone", "quality1", f"/admin/milestones/{at.milestone}")
    yield Shot("milestone-vendor", vendor, f"/portal/milestones/{at.later_milestone}")
    yield Shot("approvals", "finance", "/admin/approvals")
    yield Shot("credit", "finance", f"/admin/contracts/{contract}/credits/{at.credit}")
    yield Shot(
        "credit-errors",
        "finance",
        f"/admin/contracts/{contract}/credits/{at.credit}",
        press="main .btn-primary",
    )
    yield Shot("performance", "contract_manager", "/admin/performance")
    yield Shot("sla-chart", "contract_manager", f"/admin/performance/{at.metric}")
    yield Shot("sla-chart-vendor", vendor, f"/portal/performance/{at.metric}")
    yield Shot(
        "measurements", "contract_manager", f"/admin/performance/{at.metric}/measurements/new"
    )
    yield Shot("operations", "operator", "/admin/operations")
    yield Shot("audit", "auditor", "/admin/audit")
    yield Shot("people", "admin", "/admin/people")
    yield Shot("clients", "admin", "/admin/clients")
    yield Shot("account", "buyer", "/account")
    yield Shot("messages-vendor", vendor, "/portal/messages")
    yield Shot("messages-staff", "contract_manager", "/admin/messages")
    unknown = "/portal/contracts/01890000-0000-7000-8000-000000000000"
    yield Shot("not-found", vendor, unknown, status=404)
