"""What the gateway asks for My work: of every subject, in the words of the reader."""

from dataclasses import replace
from typing import Any

from flask.testing import FlaskClient
from support.actors import bearer, partner
from support.database import Sessions
from support.rfps import a_plan, an_rfp, stored

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders.domain import Rfp

KEYS = {"verb", "object", "href", "why", "due_at", "kind"}


def work(client: FlaskClient, who: str) -> list[dict[str, Any]]:
    answer = client.get("/internal/work", headers=bearer(who))
    assert answer.status_code == 200
    return list(answer.json["items"])


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
        "buyer": {"Admit vendor", "Publish RFP"},
        "huayun": {"Prepare bid"},
        "stranger": set(),
        "finance": set(),
        "auditor": set(),
    }


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
