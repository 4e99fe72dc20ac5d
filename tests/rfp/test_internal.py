"""What the gateway asks for My work: of every subject, in the words of the reader."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from support.actors import an_id, bearer, partner
from support.bids import an_offer, close_bids, lot_path, send_bid
from support.database import Sessions
from support.opened import add_bid, an_evaluated_rfp, an_opened_rfp, bids_by_vendor
from support.rfps import NOW, a_plan, an_rfp, stored

from services.rfp.awards.domain import Award
from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders.domain import Lot, Rfp
from shared.kernel import uuid7

KEYS = {"verb", "object", "href", "why", "due_at", "kind"}


def work(client: FlaskClient, who: str) -> list[dict[str, Any]]:
    answer = client.get("/internal/work", headers=bearer(who))
    assert answer.status_code == 200
    return list(answer.json["items"])


def figures(client: FlaskClient, who: str) -> dict[str, tuple[str, str]]:
    told = client.get("/internal/work", headers=bearer(who)).json["figures"]
    return {each["title"]: (each["value"], each["href"]) for each in told}


def test_figures_lead_to_the_lists_of_whoever_has_them(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    stored(sessions, a_plan(state=PlanState.SUBMITTED, title="Night shift"))
    opened = ("1", "/admin/rfps?show=open")
    seen = {"RFPs open for bids": opened, "RFPs in evaluation": ("0", "/admin/rfps?show=opened")}
    assert figures(client, "buyer") == seen | {
        "Plans under approval": ("1", "/admin/plans?show=submitted")
    }
    assert figures(client, "huayun") == {
        "RFPs open for bids": ("1", "/portal/opportunities?show=open")
    }
    assert figures(client, "finance") == {}
    for href in ("/admin/rfps?show=open", "/admin/plans?show=submitted"):
        assert client.get(href, headers=bearer("buyer")).status_code == 200


def test_each_person_hears_of_their_own_work(
    client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp
) -> None:
    stored(sessions, a_plan(state=PlanState.SUBMITTED, title="Night shift"))
    stored(sessions, an_rfp(plan, draft=True))
    verbs = {
        who: {item["verb"] for item in work(client, who)}
        for who in ("approver", "requester", "buyer", "huayun", "stranger", "finance", "auditor")
    }
    assert verbs == {
        "approver": {"Approve plan"},
        "requester": {"Approval of plan"},
        "buyer": {"Admit vendor", "Publish RFP", "Submission of bids"},
        "huayun": {"Prepare bid"},
        "stranger": set(),
        "finance": set(),
        "auditor": set(),
    }


def test_a_plan_whose_rfps_all_came_to_nothing_asks_for_another(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    def asked() -> list[str]:
        return [each["href"] for each in work(client, "buyer") if each["verb"] == "Make an RFP"]

    own = [f"/admin/plans/{plan.id}"]
    assert asked() == own
    stored(sessions, an_rfp(plan, cancelled_at=NOW))
    assert asked() == own
    stored(sessions, an_rfp(plan, unsuccessful_at=NOW))
    assert asked() == own
    stored(sessions, an_rfp(plan))
    assert asked() == []


def test_items_have_the_agreed_shape_and_lead_somewhere(
    client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp
) -> None:
    stored(sessions, a_plan(state=PlanState.SUBMITTED))
    stored(sessions, an_rfp(plan, draft=True))
    for who in ("approver", "requester", "buyer", "huayun"):
        for item in work(client, who):
            assert set(item) == KEYS and item["kind"] in ("todo", "waiting")
            assert client.get(item["href"], headers=bearer(who)).status_code == 200, item


def test_it_speaks_the_readers_language(
    client: FlaskClient, actors: dict[str, Any], rfp: Rfp
) -> None:
    actors["huayun"] = replace(actors["huayun"], locale="zh-Hans")
    [item] = work(client, "huayun")
    assert (item["verb"], item["why"]) == ("准备投标", "您已受邀")
    assert item["due_at"] == rfp.deadline_at.isoformat()


def test_anybody_signed_in_may_ask_and_nobody_else(
    client: FlaskClient, actors: dict[str, Any]
) -> None:
    actors["callgrid"] = partner("callgrid")
    assert work(client, "callgrid") == []
    assert client.get("/internal/work").status_code == 401


def waiting(client: FlaskClient, who: str) -> list[tuple[str, str, str]]:
    seen = [item for item in work(client, who) if item["kind"] == "waiting"]
    return [(item["verb"], item["href"], item["object"]) for item in seen]


def test_buyers_and_bidders_see_what_they_wait_for(
    client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp
) -> None:
    receipt: Any = send_bid(client, rfp, "huayun").json
    mine = (f"/portal/bids/{receipt['id']}", f"{rfp.number} · First level")
    page, name = f"/admin/rfps/{rfp.id}", f"{rfp.number} · {rfp.title}"
    assert waiting(client, "buyer") == [("Submission of bids", page, name)]
    assert waiting(client, "huayun") == [("Opening of bids", *mine)]
    assert waiting(client, "nordwind") == []
    client.put(lot_path(rfp, "draft"), json=an_offer(rfp, solution="x"), headers=bearer("huayun"))
    assert waiting(client, "huayun") == []  # the changed draft is to be finished
    close_bids(sessions, rfp)
    assert waiting(client, "buyer") == [("Opening of bids", f"{page}/opening", name)]
    assert waiting(client, "huayun") == [("Opening of bids", *mine)]


def test_a_bidder_waits_until_their_lot_is_decided(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    an_opened_rfp(sessions, plan)
    assert [verb for verb, *_ in waiting(client, "huayun")] == ["Evaluation of bids"]
    later, earlier = sorted((uuid7(), uuid7()), reverse=True)  # ids of one moment have no order
    lots_of_it = [Lot(1, "First level", id=later), Lot(2, "Second level", id=earlier)]
    rfp = an_evaluated_rfp(sessions, plan, lots=lots_of_it)
    bids = bids_by_vendor(sessions, rfp)
    add_bid(sessions, rfp, rfp.lots[1].id, "huayun", Decimal(7), NOW)
    lots = [thing for verb, _, thing in waiting(client, "huayun") if verb == "Award"]
    assert lots == [f"{rfp.number} · First level", f"{rfp.number} · Second level"]
    made = Award(
        lot_id=rfp.lots[0].id, rfp_id=rfp.id, bid_id=bids["huayun"], rank=1, reason="Best.",
        organisation_id=an_id("huayun-org"), awarded_by=an_id("buyer"), awarded_at=NOW,
        standstill_ends_at=NOW,
    )  # fmt: skip
    stored(sessions, made)
    lots = [thing for verb, _, thing in waiting(client, "huayun") if verb == "Award"]
    assert lots == [f"{rfp.number} · Second level"]
