from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.database import Sessions, rows
from support.rfps import (
    MILESTONE_SENT as MILESTONE,
)
from support.rfps import (
    NOW,
    PEOPLE,
    TIERS,
    a_question,
    an_rfp,
    stored,
)
from support.rfps import (
    RFP_SENT as BODY,
)
from support.rfps import (
    SLA_SENT as SLA,
)

from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps
from shared.kernel import uuid7

API = "/api/v1"


def headers(who: str) -> dict[str, str]:
    return bearer(who, **{"Idempotency-Key": str(uuid7())})


def post(client: FlaskClient, who: str, path: str, body: Any = None) -> Any:
    return client.post(API + path, json=body or {}, headers=headers(who))


def get(client: FlaskClient, who: str, path: str) -> Any:
    return client.get(API + path, headers=bearer(who))


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
            ({"openers": [str(an_id("approver")), PEOPLE["openers"][0]]}, "role_missing"),
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
