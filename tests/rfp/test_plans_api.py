"""The JSON face of plans: the way of a plan, what is wrong with it, who may not."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, rows
from support.plans import BODY
from support.rfps import a_plan, stored

from services.rfp.plans.domain import PlanState
from services.rfp.plans.persistence import plans
from shared.kernel import uuid7

API = "/api/v1/plans"


def headers(who: str) -> dict[str, str]:
    return bearer(who, **{"Idempotency-Key": str(uuid7())})


def post(client: FlaskClient, who: str, path: str, body: Any = None) -> Any:
    return client.post(API + path, json=body or {}, headers=headers(who))


def test_the_way_of_a_plan(client: FlaskClient) -> None:
    made = post(client, "requester", "", BODY)
    assert made.status_code == 201, made.text
    plan = made.json
    assert plan["total"] == plan["cost_ceiling"] == "1000.00" and plan["state"] == "draft"
    assert plan["lines"] == BODY["lines"]
    one = f"/{plan['id']}"
    decision = {"decision": "approve", "reason": ""}
    assert post(client, "approver", f"{one}/decision", decision).status_code == 409
    assert post(client, "requester", f"{one}/submission").status_code == 204
    assert post(client, "requester", f"{one}/submission").status_code == 409
    assert post(client, "approver", f"{one}/decision", decision).status_code == 204
    shown = client.get(API + one, headers=bearer("auditor")).json
    assert shown["state"] == "approved" and shown["approver_id"]


def test_the_same_key_makes_one_plan(client: FlaskClient, sessions: Sessions) -> None:
    key = headers("requester")
    answers = [client.post(API, json=BODY, headers=key) for _ in range(2)]
    assert answers[0].json == answers[1].json and len(rows(sessions, plans)) == 1
    assert client.post(API, json=BODY | {"title": "x"}, headers=key).status_code == 422


def test_a_draft_is_written_anew(client: FlaskClient) -> None:
    url = f"{API}/{post(client, 'requester', '', BODY).json['id']}"
    changed = BODY | {"title": "Help desk", "lines": BODY["lines"] * 1}
    assert client.put(url, json=changed, headers=bearer("requester2")).status_code == 404
    answer = client.put(url, json=changed, headers=bearer("requester"))
    assert answer.status_code == 200 and answer.json["title"] == "Help desk"


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("cost_ceiling", "10.001", ["cost_ceiling"]),
        ("cost_ceiling", "-1", ["cost_ceiling"]),
        ("currency", "ZZZ", ["currency"]),
        ("currency", "JPY", ["contingency", "cost_ceiling", "lines"]),
        ("starts_on", "yesterday", ["starts_on"]),
        ("lines", [], ["lines"]),
        ("lines", [{"title": "x", "category": "magic", "amount": "1"}], ["lines"]),
        ("title", "x" * 201, ["title"]),
    ],
)
def test_wrong_answers_are_named(
    client: FlaskClient, field: str, value: Any, place: list[str]
) -> None:
    answer = post(client, "requester", "", BODY | {field: value})
    assert answer.status_code == 422, answer.text
    assert sorted(answer.json["errors"]["json"]) == place


def test_a_rule_is_a_conflict(client: FlaskClient) -> None:
    answer = post(client, "requester", "", BODY | {"contingency": "100.51"})
    assert answer.status_code == 409 and answer.json["errors"]["code"] == "plan_over_ceiling"
    assert "CNY\u00a01,000.01" in answer.json["message"]


def test_who_may_not_is_refused_and_who_may_succeeds(
    client: FlaskClient, sessions: Sessions
) -> None:
    draft = stored(sessions, a_plan(state=PlanState.DRAFT))
    waits = stored(sessions, a_plan(state=PlanState.SUBMITTED))
    decision = {"decision": "reject", "reason": "Too dear"}
    asked: list[tuple[str, str, Any, str]] = [
        ("POST", "", BODY, "requester"),
        ("PUT", f"/{draft.id}", BODY, "requester"),
        ("POST", f"/{draft.id}/submission", {}, "requester"),
        ("POST", f"/{waits.id}/decision", decision, "approver"),
        ("GET", "", None, "buyer"),
        ("GET", f"/{waits.id}", None, "requester"),
    ]
    for method, path, body, owner in asked:
        assert client.open(API + path, method=method, json=body).status_code == 401
        for who in ("huayun", "evaluator1", "auditor"):
            refused = client.open(API + path, method=method, json=body, headers=headers(who))
            expected = 200 if method == "GET" and who == "auditor" else 403
            assert refused.status_code == expected, (method, path, who)
        done = client.open(API + path, method=method, json=body, headers=headers(owner))
        assert done.status_code in (200, 201, 204), (method, path, done.text)


def test_the_list_goes_on_where_it_stopped(client: FlaskClient, sessions: Sessions) -> None:
    for _ in range(27):
        stored(sessions, a_plan())
    first = client.get(API, headers=bearer("buyer")).json
    second = client.get(f"{API}?after={first['after']}", headers=bearer("buyer")).json
    ids = {each["id"] for each in (*first["items"], *second["items"])}
    assert len(first["items"]) == 25 and len(ids) == 27 and second["after"] == ""
    drafts = client.get(f"{API}?state=draft", headers=bearer("buyer")).json
    assert drafts["items"] == []
