from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, rows
from support.pages import Browser
from support.rfps import (
    NOW,
    RFP_TYPED,
    a_question,
    an_rfp,
    stored,
)

from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import questions
from shared.kernel import uuid7


class TestReading:
    def test_every_tab_and_stage_has_its_page(
        self, client: FlaskClient, sessions: Sessions, plan: Plan
    ) -> None:
        past = {"deadline_at": NOW - timedelta(hours=1)}
        come: dict[str, Any] = {}
        for say, moment in (
            ("Two bid openers", ""),
            ("evaluators score", "opened_at"),
            ("Compare the bids", "evaluated_at"),
            ("All lots are awarded", "awarded_at"),
        ):
            come |= {moment: NOW} if moment else {}
            rfp = stored(sessions, an_rfp(plan, **past, **come))
            for tab in ("", "?tab=questions", "?tab=history", "?tab=nonsense"):
                text = Browser(client, "buyer").get(f"/admin/rfps/{rfp.id}{tab}").text
                assert say in text, (say, tab)
            assert "Open bids" in Browser(client, "opener1").get(f"/admin/rfps/{rfp.id}").text or (
                moment
            )
            assert Browser(client, "huayun").get(f"/portal/opportunities/{rfp.id}")

    def test_the_list_filters_by_stage(self, client: FlaskClient, rfp: Rfp) -> None:
        buyer = Browser(client, "buyer")
        assert rfp.number in buyer.get("/admin/rfps?show=open").text
        assert rfp.number not in buyer.get("/admin/rfps?show=closed").text
        assert "No RFP is at this stage" in buyer.text

    def test_an_opportunity_shows_what_is_asked_and_nobody_else(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        vendor = Browser(client, "huayun")
        assert rfp.number in vendor.get("/portal/opportunities").text
        text = vendor.get(f"/portal/opportunities/{rfp.id}").text
        for part in ("First level", "Price reasonableness", "Below 90 %", "No open faults."):
            assert part in text
        assert f"/portal/bids/lots/{rfp.lots[0].id}" in text
        for hidden in ("nordwind", "opener1", "evaluator1", "120,000"):
            assert hidden not in text
        assert "data-say" in vendor.get(f"/portal/opportunities/{rfp.id}/deadline").text

    def test_a_stranger_finds_no_opportunity(self, client: FlaskClient, rfp: Rfp) -> None:
        stranger = Browser(client, "stranger")
        assert "No invitations yet" in stranger.get("/portal/opportunities").text
        stranger.get(f"/portal/opportunities/{rfp.id}", 404)

    @pytest.mark.parametrize("htmx", [False, True])
    def test_a_question_is_asked_and_answered(
        self, client: FlaskClient, sessions: Sessions, rfp: Rfp, htmx: bool
    ) -> None:
        vendor, buyer = (Browser(client, name, htmx=htmx) for name in ("huayun", "buyer"))
        vendor.get(f"/portal/opportunities/{rfp.id}?tab=questions")
        vendor.submit("/questions", 422, text="")
        vendor.submit("/questions", text="Which hours?")
        assert "You asked" in vendor.text and "Waits for an answer" in vendor.text
        assert "1 question waits for your answer" in buyer.get(f"/admin/rfps/{rfp.id}").text
        buyer.get(f"/admin/rfps/{rfp.id}?tab=questions")
        assert "huayun" not in buyer.text
        buyer.submit("/answer", 422, text="")
        buyer.submit("/answer", text="All day")
        rival = Browser(client, "nordwind", htmx=htmx)
        text = rival.get(f"/portal/opportunities/{rfp.id}?tab=questions").text
        assert "All day" in text and "You asked" not in text
        history = buyer.get(f"/admin/rfps/{rfp.id}?tab=history").text
        assert "Question answered to all bidders" in history and "huayun" not in history

    def test_the_buyer_chooses_which_question_to_answer(
        self, client: FlaskClient, sessions: Sessions, rfp: Rfp
    ) -> None:
        first, second = (a_question(sessions, rfp, text) for text in ("One?", "Two?"))
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/{rfp.id}?tab=questions")
        assert str(first.id) in buyer.form("/answer").action
        buyer.get(f"/admin/rfps/{rfp.id}?tab=questions&answer={second.id}")
        buyer.submit("/answer", text="Two!")
        answers = {row.text: row.answer for row in rows(sessions, questions)}
        assert answers == {"One?": None, "Two?": "Two!"}

    def test_after_the_deadline_nobody_asks(
        self, client: FlaskClient, sessions: Sessions, plan: Plan
    ) -> None:
        closed = stored(sessions, an_rfp(plan, deadline_at=NOW - timedelta(seconds=1)))
        url = f"/portal/opportunities/{closed.id}"
        assert "Ask a question" not in Browser(client, "huayun").get(f"{url}?tab=questions").text
        sent = {"csrf_token": "csrf-huayun", "idempotency_key": str(uuid7()), "text": "?"}
        refused = client.post(f"{url}/questions", data=sent, headers=bearer("huayun"))
        assert refused.status_code == 409 and "takes no more bids" in refused.text

    def test_who_may_not_is_refused_and_who_may_succeeds(
        self, client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp
    ) -> None:
        draft: UUID = stored(sessions, an_rfp(plan, draft=True)).id
        question = a_question(sessions, rfp)
        key, new = {"idempotency_key": str(uuid7())}, {"plan_id": str(plan.id)}
        form = RFP_TYPED | {"currency": "CNY"}
        admin, portal = "/admin/rfps", f"/portal/opportunities/{rfp.id}"
        asked: list[tuple[str, str, dict[str, Any], str, tuple[str, ...]]] = [
            ("GET", admin, {}, "auditor", ("huayun", "finance")),
            ("GET", f"{admin}/{rfp.id}", {}, "opener1", ("huayun", "finance")),
            ("GET", f"{admin}/{draft}", {}, "buyer", ("opener1", "huayun")),
            ("GET", f"{admin}/new", {}, "buyer", ("requester", "huayun")),
            ("POST", f"{admin}/rows", form | new, "buyer", ("approver", "huayun")),
            ("POST", admin, form | new | key, "buyer", ("approver", "huayun")),
            ("GET", f"{admin}/{draft}/edit", {}, "buyer", ("auditor",)),
            ("POST", f"{admin}/{draft}/rows", form, "buyer", ("auditor", "huayun")),
            ("POST", f"{admin}/{draft}/edit", form, "buyer", ("requester", "huayun")),
            ("POST", f"{admin}/{draft}/publication", {}, "buyer", ("requester", "huayun")),
            ("POST", f"{admin}/questions/{question.id}/answer", {"text": "!"}, "buyer",
             ("requester", "huayun")),
            ("GET", "/portal/opportunities", {}, "huayun", ("buyer",)),
            ("GET", portal, {}, "huayun", ("buyer", "stranger")),
            ("GET", f"{portal}/deadline", {}, "huayun", ("buyer", "stranger")),
            ("POST", f"{portal}/questions", key | {"text": "?"}, "huayun", ("buyer", "stranger")),
        ]  # fmt: skip
        for method, url, sent, owner, strangers in asked:
            for who in strangers:
                theirs = sent | {"csrf_token": f"csrf-{who}"}
                refused = client.open(url, method=method, data=theirs, headers=bearer(who))
                assert refused.status_code in (403, 404), (method, url, who)
            unproved = client.open(url, method=method, data=sent, headers=bearer(owner))
            assert unproved.status_code == (200 if method == "GET" else 403), (method, url)
            ours = sent | {"csrf_token": f"csrf-{owner}"}
            done = client.open(url, method=method, data=ours, headers=bearer(owner))
            assert done.status_code in (200, 303), (method, url, done.text[:500])


def test_pages_speak_chinese(
    client: FlaskClient, actors: dict[str, Any], sessions: Sessions, plan: Plan, rfp: Rfp
) -> None:
    for name in ("buyer", "huayun"):
        actors[name] = replace(actors[name], locale="zh-Hans")
    draft = stored(sessions, an_rfp(plan, draft=True, milestones=[]))
    for who, path, words in (
        ("buyer", "/admin/rfps", "招标"),
        ("buyer", f"/admin/rfps/{rfp.id}", "价格合理性"),
        ("buyer", f"/admin/rfps/{draft.id}", "里程碑"),
        ("buyer", f"/admin/rfps/new?plan={plan.id}", "技术能力"),
        ("huayun", f"/portal/opportunities/{rfp.id}", "数据安全"),
    ):
        text = Browser(client, who).get(path).text
        assert 'lang="zh-Hans"' in text and words in text, path


def test_my_work_names_what_waits(
    client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp
) -> None:
    draft = stored(sessions, an_rfp(plan, draft=True))
    a_question(sessions, rfp)

    def work(who: str) -> dict[str, dict[str, Any]]:
        items = client.get("/internal/work", headers=bearer(who)).json["items"]
        return {item["verb"]: item for item in items if "RFP-" in item["object"]}

    buyer = work("buyer")
    assert buyer["Publish RFP"]["href"] == f"/admin/rfps/{draft.id}"
    assert buyer["Answer questions"]["due_at"] == rfp.deadline_at.isoformat()
    assert set(work("huayun")) == {"Prepare bid"} and work("stranger") == {}
    assert work("requester") == {}


def test_a_draft_whose_deadline_has_passed_is_not_overdue(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    draft = stored(sessions, an_rfp(plan, draft=True, deadline_at=NOW - timedelta(days=21)))
    items = client.get("/internal/work", headers=bearer("buyer")).json["items"]
    [item] = [each for each in items if each["href"] == f"/admin/rfps/{draft.id}"]
    assert item["due_at"] is None and item["why"] == "Its deadline has passed. Set a later one."
    for path in ("/admin/rfps", item["href"]):
        assert "overdue" not in Browser(client, "buyer").get(path).text


def test_a_draft_whose_deadline_has_passed_asks_for_a_later_one(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    draft = stored(sessions, an_rfp(plan, draft=True, deadline_at=NOW - timedelta(days=1)))
    for path in ("/admin/rfps", f"/admin/rfps/{draft.id}"):
        text = Browser(client, "buyer").get(path).text
        assert "Deadline has passed: choose a later one" in text and ">closed<" not in text
