"""Pages of plans, and the work that waits for each."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, rows
from support.pages import Browser
from support.plans import TYPED
from support.rfps import a_plan, stored

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.plans.persistence import plan_lines, plans
from shared.kernel import uuid7


class TestPages:
    @pytest.mark.parametrize("htmx", [False, True])
    def test_a_plan_from_the_empty_list_to_its_approval(
        self, client: FlaskClient, sessions: Sessions, htmx: bool
    ) -> None:
        requester = Browser(client, "requester", htmx=htmx)
        assert "No plans yet" in requester.get("/admin/plans").text
        requester.get("/admin/plans/new")
        requester.submit("/admin/plans", **TYPED)
        assert "Service desk 服务台" in requester.text and "Submit plan" in requester.text
        [plan] = rows(sessions, plans)
        requester.get(f"/admin/plans/{plan.id}/edit")
        requester.submit("/edit", title="Help desk")
        assert "Help desk" in requester.text
        requester.submit("/submission")
        assert "it cannot be you" in requester.text and "Record decision" not in requester.text
        approver = Browser(client, "approver", htmx=htmx)
        approver.get(f"/admin/plans/{plan.id}")
        assert "(optional)" not in approver.text
        approver.submit("/decision", 422, decision="reject")
        assert "Say why" in approver.text
        approver.submit("/decision", decision="reject", reason="Too dear")
        requester.get(f"/admin/plans/{plan.id}")
        assert "Too dear" in requester.text and "Correct the plan" in requester.text
        assert "Submit plan" not in requester.text
        assert re.search(rf'btn-primary" href="/admin/plans/{plan.id}/edit"', requester.text)
        requester.get(f"/admin/plans/{plan.id}/edit")
        requester.submit("/edit", objectives="Cheaper")
        requester.submit("/submission")
        approver.get(f"/admin/plans/{plan.id}")
        approver.submit("/decision", decision="approve", reason="")
        buyer = Browser(client, "buyer", htmx=htmx)
        buyer.get(f"/admin/plans/{plan.id}")
        assert (
            f"/admin/rfps/new?plan={plan.id}" in buyer.text and "Rejected: Too dear" in buyer.text
        )

    def test_rows_come_and_go_without_losing_what_was_typed(self, client: FlaskClient) -> None:
        requester = Browser(client, "requester")
        requester.get("/admin/plans/new")
        form = requester.form("/admin/plans")
        sent = form.fields | TYPED | {"add": "lines"}
        answer = client.post("/admin/plans/rows", data=sent, headers=requester.headers)
        requester.keep(answer, 200)
        assert 'id="lines-1-title"' in requester.text and 'value="899.50"' in requester.text
        again = requester.form("/admin/plans").fields | {"remove": "lines-0"}
        answer = client.post("/admin/plans/rows", data=again, headers=requester.headers)
        requester.keep(answer, 200)
        assert "lines-1-title" not in requester.text and "899.50" not in requester.text

    def test_an_existing_plan_gets_rows_too(self, client: FlaskClient, sessions: Sessions) -> None:
        plan = stored(sessions, a_plan(state=PlanState.DRAFT))
        requester = Browser(client, "requester")
        requester.get(f"/admin/plans/{plan.id}/edit")
        fields = requester.form("/edit").fields
        sent = fields | {"add": "lines", "title": "Changed"}
        answer = client.post(f"/admin/plans/{plan.id}/rows", data=sent, headers=requester.headers)
        requester.keep(answer, 200)
        typed = {"lines-1-title": "Chairs", "lines-1-category": "equipment", "lines-1-amount": "5"}
        requester.submit("/edit", **typed)
        assert "Chairs" in requester.text and "Changed" in requester.text
        assert len(rows(sessions, plan_lines)) == 2

    def test_what_is_wrong_stands_beside_the_answer(self, client: FlaskClient) -> None:
        requester = Browser(client, "requester")
        requester.get("/admin/plans/new")
        requester.submit("/admin/plans", 422, **(TYPED | {"cost_ceiling": "10"}))
        assert 'id="cost_ceiling-error"' in requester.text and 'value="Agents"' in requester.text
        requester.submit("/admin/plans", 422, **(TYPED | {"lines-0-amount": "ten", "title": ""}))
        assert 'id="lines-0-amount-error"' in requester.text and 'value="ten"' in requester.text
        requester.submit("/admin/plans", 422, **(TYPED | {"ends_on": "2026-08-01"}))
        assert 'id="ends_on-error"' in requester.text

    @pytest.mark.parametrize(
        ("typed", "names"),
        [
            ({"title": "", "ends_on": "2026-08-01", "cost_ceiling": "10"},
             ["title", "ends_on", "cost_ceiling"]),
            ({"lines-0-category": "", "ends_on": "2026-08-01", "cost_ceiling": "10"},
             ["lines-0-category", "ends_on", "cost_ceiling"]),
            ({"ends_on": "2026-08-01", "cost_ceiling": "10"}, ["ends_on", "cost_ceiling"]),
            ({"title": "", "currency": "JPY"},
             ["title", "cost_ceiling", "contingency", "lines-0-amount"]),
            ({"lines-0-amount": "x", "cost_ceiling": "10"}, ["lines-0-amount"]),
            ({"starts_on": "soon", "currency": ""}, ["starts_on", "currency"]),
        ],
    )  # fmt: skip
    def test_all_that_is_wrong_is_said_at_once(
        self, client: FlaskClient, typed: dict[str, str], names: list[str]
    ) -> None:
        requester = Browser(client, "requester")
        requester.get("/admin/plans/new")
        requester.submit("/admin/plans", 422, **(TYPED | typed))
        found = re.findall(r'id="([\w-]+)-error"', requester.text)
        assert sorted(found) == sorted(names)
        requester.get("/admin/plans/new")
        requester.submit("/admin/plans", **TYPED)

    def test_a_form_sent_twice_makes_one_plan(
        self, client: FlaskClient, sessions: Sessions
    ) -> None:
        requester = Browser(client, "requester")
        requester.get("/admin/plans/new")
        sent = requester.form("/admin/plans").fields | TYPED
        both = [client.post("/admin/plans", data=sent, headers=requester.headers) for _ in range(2)]
        assert [answer.status_code for answer in both] == [303, 303]
        assert both[0].location == both[1].location and len(rows(sessions, plans)) == 1

    def test_pages_speak_chinese(
        self, client: FlaskClient, actors: dict[str, Any], plan: Plan
    ) -> None:
        actors["chinese"] = replace(actors["buyer"], name="chinese", locale="zh-Hans")
        browser = Browser(client, "chinese")
        for path in ("/admin/plans", f"/admin/plans/{plan.id}"):
            assert 'lang="zh-Hans"' in browser.get(path).text

    def test_who_may_not_is_refused_and_who_may_succeeds(
        self, client: FlaskClient, sessions: Sessions
    ) -> None:
        draft = stored(sessions, a_plan(state=PlanState.DRAFT))
        waits = stored(sessions, a_plan(state=PlanState.SUBMITTED))
        key = str(uuid7())
        asked: list[tuple[str, str, dict[str, str], str]] = [
            ("GET", "", {}, "auditor"),
            ("GET", f"/{draft.id}", {}, "approver"),
            ("GET", "/new", {}, "requester"),
            ("POST", "/rows", TYPED, "requester"),
            ("POST", "", TYPED | {"idempotency_key": key}, "requester"),
            ("GET", f"/{draft.id}/edit", {}, "requester"),
            ("POST", f"/{draft.id}/rows", TYPED, "requester"),
            ("POST", f"/{draft.id}/edit", TYPED, "requester"),
            ("POST", f"/{draft.id}/submission", {}, "requester"),
            ("POST", f"/{waits.id}/decision", {"decision": "approve"}, "approver"),
        ]
        for method, path, form, owner in asked:
            url = "/admin/plans" + path
            strangers = ["huayun", "evaluator1"] + ["requester2"] * (str(draft.id) in path)
            for who in strangers:
                sent = form | {"csrf_token": f"csrf-{who}"}
                refused = client.open(url, method=method, data=sent, headers=bearer(who))
                if who == "requester2" and path == f"/{draft.id}":
                    continue  # requesters may read each other's plans
                assert refused.status_code in (403, 404), (method, path, who)
            unproved = client.open(url, method=method, data=form, headers=bearer(owner))
            assert unproved.status_code == (200 if method == "GET" else 403)
            sent = form | {"csrf_token": f"csrf-{owner}"}
            done = client.open(url, method=method, data=sent, headers=bearer(owner))
            assert done.status_code in (200, 303), (method, path, done.text)

    def test_one_cannot_approve_ones_own_plan(
        self, client: FlaskClient, sessions: Sessions, actors: dict[str, Any]
    ) -> None:
        own = a_plan(state=PlanState.SUBMITTED, requester_id=actors["writer"].user_id)
        stored(sessions, own)
        writer = Browser(client, "writer")
        assert "Record decision" not in writer.get(f"/admin/plans/{own.id}").text
        sent = {"csrf_token": "csrf-writer", "decision": "approve"}
        url = f"/admin/plans/{own.id}/decision"
        refused = client.post(url, data=sent, headers=bearer("writer"))
        assert refused.status_code == 403 and "somebody else" in refused.text
        sent["csrf_token"] = "csrf-approver"
        assert client.post(url, data=sent, headers=bearer("approver")).status_code == 303


@pytest.mark.parametrize("htmx", [False, True])
def test_whoever_decides_second_sees_how_it_stands(
    client: FlaskClient, sessions: Sessions, htmx: bool
) -> None:
    waits = stored(sessions, a_plan(state=PlanState.SUBMITTED))
    first, second = Browser(client, "approver"), Browser(client, "writer", htmx=htmx)
    for browser in (first, second):
        browser.get(f"/admin/plans/{waits.id}")
    text = first.text
    assert text.index('href="#decide"') < text.index('id="what"') < text.index('id="decide"')
    first.submit("/decision", decision="approve")
    second.submit("/decision", 409, decision="reject", reason="No.")
    assert "What you sent was not recorded." in second.text
    said = second.text.partition("Approved · ")[2].partition("What you sent")[0]
    assert "<time" in said and "approver" in said
    assert "Record decision" not in second.text and "Waiting for approval" not in second.text


def test_my_work_names_what_waits(client: FlaskClient, sessions: Sessions) -> None:
    stored(sessions, a_plan(state=PlanState.SUBMITTED))
    stored(sessions, a_plan(state=PlanState.REJECTED, title="Mend me"))
    stored(sessions, a_plan(state=PlanState.DRAFT, title="Submit me"))
    stored(sessions, a_plan(state=PlanState.APPROVED, title="Make an RFP of me"))

    def work(who: str) -> list[tuple[str, str]]:
        answer = client.get("/internal/work", headers=bearer(who))
        items = json.loads(answer.text)["items"]
        return [(item["verb"], item["kind"]) for item in items]

    assert work("approver") == [("Approve plan", "todo")]
    assert ("Make an RFP", "todo") in work("buyer")
    assert work("requester") == [
        ("Submit plan", "todo"),
        ("Correct the rejected plan", "todo"),
        ("Approval of plan", "waiting"),
    ]
    assert work("finance") == work("huayun") == []


@pytest.mark.parametrize("kind", ["plan", "rfp"])
def test_the_buttons_of_a_long_form_come_behind_its_fields(
    client: FlaskClient, sessions: Sessions, kind: str
) -> None:
    """For the keyboard and on a narrow screen; Enter saves, though rows have buttons as well."""
    plan = stored(sessions, a_plan())
    who, path = {
        "plan": ("requester", "/admin/plans/new"),
        "rfp": ("buyer", f"/admin/rfps/new?plan={plan.id}"),
    }[kind]
    form = client.get(path, headers=bearer(who)).text.partition('<form class="t-cols"')[2]
    assert form.index('name="title"') < form.rindex("<textarea") < form.index("t-next")
    assert form.index("<button hidden></button>") == form.index("<button")


def test_approvers_find_the_plans_that_wait_in_the_menu(
    client: FlaskClient, sessions: Sessions
) -> None:
    stored(sessions, a_plan(state=PlanState.SUBMITTED, title="Decide on me"))
    stored(sessions, a_plan(state=PlanState.DRAFT, title="Not yet"))
    here = '<a class="t-nav" href="{}" aria-current="page">'
    approver = Browser(client, "approver")
    text = re.sub(r"\s+", " ", approver.get("/admin/plans?show=submitted").text)
    assert here.format("/admin/plans?show=submitted") in text
    assert "Decide on me" in text and "Not yet" not in text
    text = re.sub(r"\s+", " ", approver.get("/admin/plans").text)
    assert here.format("/admin/plans") in text and text.count('aria-current="page"> <svg') == 1
