from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.database import Sessions, rows
from support.pages import Browser
from support.rfps import BIDDERS, EVALUATORS, NOW, OPENERS, TIERS, a_plan, an_rfp, stored

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders.domain import Question, Rfp
from services.rfp.tenders.persistence import questions, rfps, sla_targets
from shared.kernel import uuid7

API = "/api/v1"
PEOPLE = {
    "invitees": [str(an_id(f"{name}-org")) for name in BIDDERS],
    "evaluators": [str(an_id(name)) for name in EVALUATORS],
    "openers": [str(an_id(name)) for name in OPENERS],
}
SLA: dict[str, Any] = {
    "title": "Calls answered 接通率",
    "unit": "%",
    "formula": "ratio",
    "direction": "higher",
    "target": "95",
    "minimum": "90",
    "window": "month",
    "tiers": TIERS,
}
MILESTONE = {
    "title": "Go-live",
    "due_on": "2026-12-01",
    "percent": "100",
    "acceptance_criteria": "Every agent is trained.",
}
BODY: dict[str, Any] = {
    "title": "Service desk 服务台",
    "description": "Calls in two languages",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
    "starts_on": "2026-09-01",
    "ends_on": "2027-08-31",
    "deadline_at": (NOW + timedelta(days=2)).isoformat(),
    "price_formula": "lowest_ratio",
    "lots": [{"title": "First level", "description": ""}],
    "sla_targets": [SLA],
    "milestones": [MILESTONE],
    **PEOPLE,
}
TYPED: dict[str, Any] = {
    "title": "Service desk 服务台",
    "description": "Calls in two languages",
    "starts_on": "2026-09-01",
    "ends_on": "2027-08-31",
    "time_zone": "Asia/Shanghai",
    "deadline_at": (NOW + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
    "price_formula": "lowest_ratio",
    "lots-0-title": "First level",
    "sla_targets-0-title": "Calls answered",
    "sla_targets-0-formula": "ratio",
    "sla_targets-0-direction": "higher",
    "sla_targets-0-unit": "%",
    "sla_targets-0-target": "95",
    "sla_targets-0-minimum": "90",
    "sla_targets-0-tiers-0-to": "95",
    "sla_targets-0-tiers-0-percent": "10",
    "sla_targets-0-tiers-1-percent": "0",
    "milestones-0-title": "Go-live",
    "milestones-0-due_on": "2026-12-01",
    "milestones-0-percent": "100",
    "milestones-0-acceptance_criteria": "Trained.",
    **PEOPLE,
}


def headers(who: str) -> dict[str, str]:
    return bearer(who, **{"Idempotency-Key": str(uuid7())})


def post(client: FlaskClient, who: str, path: str, body: Any = None) -> Any:
    return client.post(API + path, json=body or {}, headers=headers(who))


def get(client: FlaskClient, who: str, path: str) -> Any:
    return client.get(API + path, headers=bearer(who))


def a_question(sessions: Sessions, rfp: Rfp, text: str = "Which hours?") -> Question:
    asked = Question(rfp.id, an_id("huayun-org"), an_id("huayun"), text, NOW)
    stored(sessions, asked)
    return asked


class TestApi:
    def test_the_way_of_an_rfp(self, client: FlaskClient, plan: Plan) -> None:
        made = post(client, "buyer", "/rfps", BODY | {"plan_id": str(plan.id)})
        assert made.status_code == 201, made.text
        rfp = made.json
        assert rfp["stage"] == "draft" and rfp["sla_targets"][0]["tiers"] == TIERS
        assert [each["weight"] for each in rfp["criteria"]] == ["20", "25", "20", "15", "20"]
        assert sorted(rfp["openers"]) == sorted(PEOPLE["openers"])
        one = f"/rfps/{rfp['id']}"
        assert get(client, "huayun", one).status_code == 404
        assert post(client, "buyer", f"{one}/publication").status_code == 204
        assert post(client, "buyer", f"{one}/publication").status_code == 409
        seen = get(client, "huayun", one).json
        assert seen["stage"] == "open" and seen["lots"] == rfp["lots"]
        assert not {"openers", "evaluators", "invitees", "plan_id", "buyer_id"} & set(seen)
        asked = post(client, "huayun", f"{one}/questions", {"text": "Which hours?"})
        assert asked.status_code == 201 and asked.json["text"] == "Which hours?"
        assert get(client, "nordwind", f"{one}/questions").json["items"] == []
        answer = post(client, "buyer", f"/questions/{asked.json['id']}/answer", {"text": "All"})
        assert answer.status_code == 200 and answer.json["answer"] == "All"
        [known] = get(client, "nordwind", f"{one}/questions").json["items"]
        assert known["answer"] == "All" and not {"asked_by", "organisation_id"} & set(known)

    def test_the_same_key_makes_one_draft(
        self, client: FlaskClient, plan: Plan, sessions: Sessions
    ) -> None:
        key, body = headers("buyer"), BODY | {"plan_id": str(plan.id)}
        both = [client.post(f"{API}/rfps", json=body, headers=key) for _ in range(2)]
        assert both[0].json == both[1].json and len(rows(sessions, rfps)) == 1
        other = client.post(f"{API}/rfps", json=body | {"title": "x"}, headers=key)
        assert other.status_code == 422

    def test_a_draft_is_written_anew_and_a_published_one_is_not(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        rfp = post(client, "buyer", "/rfps", BODY | {"plan_id": str(plan.id)}).json
        url = f"{API}/rfps/{rfp['id']}"
        changed = client.put(url, json=BODY | {"title": "Help desk"}, headers=bearer("buyer"))
        assert changed.json["title"] == "Help desk" and changed.json["number"] == rfp["number"]
        post(client, "buyer", f"/rfps/{rfp['id']}/publication")
        assert client.put(url, json=BODY, headers=bearer("buyer")).status_code == 409

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"milestones": [MILESTONE | {"percent": "99"}]}, "percents_off"),
            ({"sla_targets": [SLA | {"tiers": TIERS[1:]}]}, "tiers_broken"),
            ({"invitees": []}, "nobody_invited"),
            ({"evaluators": PEOPLE["evaluators"][:2]}, "committee_too_small"),
            ({"invitees": [str(an_id("stranger-org"))]}, "vendor_not_admitted"),
            ({"openers": [str(an_id("buyer")), PEOPLE["openers"][0]]}, "role_missing"),
            ({"deadline_at": NOW.isoformat()}, "deadline_too_soon"),
            ({"criteria": [{"key": "p", "title": "P", "weight": "99", "is_price": True}]},
             "weights_off"),
        ],
    )  # fmt: skip
    def test_a_draft_with_gaps_is_kept_but_not_published(
        self, client: FlaskClient, plan: Plan, change: dict[str, Any], code: str
    ) -> None:
        made = post(client, "buyer", "/rfps", BODY | {"plan_id": str(plan.id)} | change)
        assert made.status_code == 201, made.text
        refused = post(client, "buyer", f"/rfps/{made.json['id']}/publication")
        assert refused.status_code == 409 and refused.json["errors"] == {"code": code}

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"title": ""}, "title"),
            ({"time_zone": "Mars/Base"}, "time_zone"),
            ({"deadline_at": "soon"}, "deadline_at"),
            ({"lots": []}, "lots"),
            ({"price_formula": "dice"}, "price_formula"),
            ({"sla_targets": [SLA | {"formula": "guess"}]}, "sla_targets"),
            ({"sla_targets": [SLA | {"tiers": [{"percent": "101"}]}]}, "sla_targets"),
            ({"milestones": [MILESTONE | {"percent": "0"}]}, "milestones"),
            ({"invitees": ["x"]}, "invitees"),
            ({"criteria": [{"key": "P!", "title": "P", "weight": "100"}]}, "criteria"),
            ({"criteria": [{"key": "p", "title": "P", "weight": "99.999"}]}, "criteria"),
        ],
    )
    def test_wrong_answers_are_named(
        self, client: FlaskClient, plan: Plan, change: dict[str, Any], place: str
    ) -> None:
        answer = post(client, "buyer", "/rfps", BODY | {"plan_id": str(plan.id)} | change)
        assert answer.status_code == 422 and set(answer.json["errors"]["json"]) == {place}

    def test_a_time_without_offset_is_where_the_buyer_lives(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        body = BODY | {"plan_id": str(plan.id), "deadline_at": "2030-01-01T17:00"}
        made = post(client, "buyer", "/rfps", body).json
        assert made["deadline_at"].startswith("2030-01-01T09:00")

    def test_lists_show_each_their_own(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, plan: Plan
    ) -> None:
        draft = stored(sessions, an_rfp(plan, draft=True))

        def ids(who: str, query: str = "") -> set[str]:
            return {each["id"] for each in get(client, who, f"/rfps{query}").json["items"]}

        assert ids("buyer") == ids("auditor") == {str(rfp.id), str(draft.id)}
        assert ids("buyer", "?stage=draft") == {str(draft.id)}
        assert ids("huayun") == ids("evaluator1") == {str(rfp.id)}
        assert ids("stranger") == ids("finance") == set()

    def test_who_may_not_is_refused_and_who_may_succeeds(
        self, client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp
    ) -> None:
        draft = stored(sessions, an_rfp(plan, draft=True))
        question = a_question(sessions, rfp)
        asked: list[tuple[str, str, Any, str, tuple[str, ...]]] = [
            ("POST", "/rfps", BODY | {"plan_id": str(plan.id)}, "buyer", ("huayun", "requester")),
            ("PUT", f"/rfps/{draft.id}", BODY, "buyer", ("nordwind", "approver", "auditor")),
            ("POST", f"/rfps/{draft.id}/publication", {}, "buyer", ("huayun", "opener1")),
            ("POST", f"/rfps/{rfp.id}/questions", {"text": "?"}, "huayun", ("buyer", "stranger")),
            ("POST", f"/questions/{question.id}/answer", {"text": "!"}, "buyer", ("huayun",)),
            ("GET", f"/rfps/{rfp.id}", None, "nordwind", ("stranger", "finance")),
            ("GET", f"/rfps/{rfp.id}/questions", None, "nordwind", ("stranger", "finance")),
        ]
        for method, path, body, owner, strangers in asked:
            url = API + path
            assert client.open(url, method=method, json=body).status_code == 401
            for who in strangers:
                refused = client.open(url, method=method, json=body, headers=headers(who))
                assert refused.status_code in (403, 404), (method, path, who)
            done = client.open(url, method=method, json=body, headers=headers(owner))
            assert done.status_code in (200, 201, 204), (method, path, done.text)


class TestWriting:
    @pytest.mark.parametrize("htmx", [False, True])
    def test_a_draft_is_made_mended_and_published(
        self, client: FlaskClient, sessions: Sessions, plan: Plan, htmx: bool
    ) -> None:
        buyer = Browser(client, "buyer", htmx=htmx)
        assert "No RFPs yet" in buyer.get("/admin/rfps").text
        assert plan.number in buyer.get("/admin/rfps/new").text
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        assert 'value="Service desk"' in buyer.text and 'value="25"' in buyer.text
        few = TYPED | {"evaluators": PEOPLE["evaluators"][:2], "milestones-0-percent": "90"}
        buyer.submit("/admin/rfps", **few)
        assert "add up to 90, not to 100" in buyer.text and "at least 2 openers" in buyer.text
        assert "/publication" not in buyer.text
        [rfp] = rows(sessions, rfps)
        buyer.get(f"/admin/rfps/{rfp.id}/edit")
        form = buyer.form("/edit").fields
        assert form["sla_targets-0-tiers-0-to"] == ["95"] and len(form["invitees"]) == 2
        assert form["deadline_at"] == [TYPED["deadline_at"]]
        mended = {"milestones-0-percent": "100", "evaluators": PEOPLE["evaluators"]}
        buyer.submit("/edit", **mended)
        assert "Publish it to 2 vendors" in buyer.text
        buyer.submit("/publication")
        assert "Vendors prepare their bids" in buyer.text
        [target] = rows(sessions, sla_targets)
        assert target.tiers == [
            {"from": None, "to": "95", "percent": "10"},
            {"from": "95", "to": None, "percent": "0"},
        ]

    def test_rows_come_and_go_without_losing_what_was_typed(
        self, client: FlaskClient, plan: Plan
    ) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        sent: dict[str, Any] = buyer.form("/admin/rfps").fields | TYPED

        def press(name: str, value: str) -> None:
            answer = client.post(
                "/admin/rfps/rows", data=sent | {name: value}, headers=buyer.headers
            )
            buyer.keep(answer, 200)
            sent.clear()
            sent.update(buyer.form("/admin/rfps").fields)

        for rows_name, added in (
            ("lots", "lots-1-title"),
            ("milestones", "milestones-1-title"),
            ("sla_targets-0-tiers", "sla_targets-0-tiers-2-percent"),
            ("sla_targets", "sla_targets-1-tiers-1-percent"),
        ):
            assert added not in sent
            press("add", rows_name)
            assert added in sent, rows_name
        press("remove", "sla_targets-0-tiers-0")
        assert sent["sla_targets-0-tiers-0-percent"] == ["0"]
        press("remove", "sla_targets-0")
        press("remove", "lots-0")
        assert sent["lots-0-title"] == [""] and "lots-1-title" not in sent
        assert sent["title"] == [TYPED["title"]] and sent["openers"] == sorted(
            PEOPLE["openers"], key=sent["openers"].index
        )

    def test_what_is_wrong_stands_beside_the_answer(self, client: FlaskClient, plan: Plan) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        wrong = {"title": "", "lots-0-title": "", "lots-0-description": "x", "deadline_at": "x"}
        wrong |= {"sla_targets-0-tiers-0-percent": "101", "criteria-1-weight": "a"}
        buyer.submit("/admin/rfps", 422, **(TYPED | wrong))
        for name in ("title", "lots-0-title", "sla_targets-0-tiers-0-percent", "criteria-1-weight"):
            assert f'id="{name}-error"' in buyer.text, name
        assert 'value="101"' in buyer.text and 'value="Go-live"' in buyer.text
        both = {"openers": [*PEOPLE["openers"], PEOPLE["evaluators"][0]]}
        buyer.submit("/admin/rfps", 422, **(TYPED | wrong | both | {
            "title": "x", "lots-0-title": "y", "deadline_at": TYPED["deadline_at"],
            "sla_targets-0-tiers-0-percent": "10", "criteria-1-weight": "25",
        }))  # fmt: skip
        assert "Nobody both opens bids and evaluates them." in buyer.text
        assert 'id="openers-error"' in buyer.text

    def test_a_form_sent_twice_makes_one_draft(
        self, client: FlaskClient, sessions: Sessions, plan: Plan
    ) -> None:
        buyer = Browser(client, "buyer")
        buyer.get(f"/admin/rfps/new?plan={plan.id}")
        sent = buyer.form("/admin/rfps").fields | TYPED
        both = [client.post("/admin/rfps", data=sent, headers=buyer.headers) for _ in range(2)]
        assert both[0].location == both[1].location and len(rows(sessions, rfps)) == 1

    def test_no_rfp_without_an_approved_plan(self, client: FlaskClient, sessions: Sessions) -> None:
        waits = stored(sessions, a_plan(state=PlanState.SUBMITTED))
        buyer = Browser(client, "buyer")
        assert "No plan is approved yet" in buyer.get("/admin/rfps/new").text
        assert "approved plan only" in buyer.get(f"/admin/rfps/new?plan={waits.id}", 409).text
        buyer.get("/admin/rfps/new?plan=x", 404)

    def test_a_published_rfp_has_no_form(self, client: FlaskClient, rfp: Rfp) -> None:
        refused = Browser(client, "buyer").get(f"/admin/rfps/{rfp.id}/edit", 409)
        assert "can no longer be changed" in refused.text


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
        form = TYPED | {"currency": "CNY"}
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
