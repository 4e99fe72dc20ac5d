"""Somebody of the committee leaves, and somebody else takes the seat."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer, staff
from support.bids import close_bids, send_bid
from support.database import Sessions, events, know, rows
from support.opened import an_opened_rfp, bids_by_vendor, declare, score, sheet
from support.openings import confirm
from support.pages import Browser
from support.rfps import NOW

from services.rfp.evaluations import usecases
from services.rfp.evaluations.persistence import scores
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import committee, rfps
from shared import audit
from shared.kernel import Actor

WHY = "She has left the company."
GRADES = {"huayun": "4", "nordwind": "3"}


@pytest.fixture(autouse=True)
def _deputies(sessions: Sessions, actors: dict[str, Actor]) -> None:
    more = [staff("evaluator4"), staff("opener3"), staff("deputy", "opener", "evaluator")]
    actors.update({each.name: each for each in more})
    know(sessions, *more)


def replace(client: FlaskClient, rfp: Rfp, leaving: str, joining: str, who: str = "buyer") -> Any:
    sent = {"leaving": str(an_id(leaving)), "joining": str(an_id(joining)), "reason": WHY}
    return client.post(f"/api/v1/rfps/{rfp.id}/committee", json=sent, headers=bearer(who))


def serving(sessions: Sessions, rfp: Rfp) -> set[Any]:
    return {row.person_id for row in rows(sessions, committee, rfp_id=rfp.id)}


def told(sessions: Sessions) -> set[tuple[str, str]]:
    said = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    return {
        (each["person_id"], each["template"])
        for each in said
        if each["template"].startswith("committee")
    }


def test_both_are_told_and_it_is_on_record(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    assert replace(client, rfp, "opener1", "opener3").status_code == 204
    assert an_id("opener3") in serving(sessions, rfp)
    assert an_id("opener1") not in serving(sessions, rfp)
    assert told(sessions) == {
        (str(an_id("opener1")), "committee_left"), (str(an_id("opener3")), "committee_joined"),
    }  # fmt: skip
    with sessions() as session:
        [entry] = audit.history(session, f"rfp:{rfp.id}")
    assert (entry.action, entry.detail["reason"]) == ("member_replaced", WHY)
    assert entry.detail["leaving"] == str(an_id("opener1"))
    send_bid(client, rfp, "huayun")
    close_bids(sessions, rfp)
    assert confirm(client, rfp, "opener1").status_code == 403
    assert confirm(client, rfp, "opener3").json == {"state": "waiting"}


@pytest.mark.parametrize(
    ("leaving", "joining", "code"),
    [
        ("opener1", "evaluator4", "role_missing"),
        ("opener1", "opener2", "two_duties"),
        ("opener1", "buyer", "buyer_on_committee"),
        ("opener3", "deputy", "not_on_committee"),
    ],
)
def test_who_cannot(client: FlaskClient, rfp: Rfp, leaving: str, joining: str, code: str) -> None:
    assert replace(client, rfp, leaving, joining).json["errors"] == {"code": code}
    for who in ("opener1", "approver", "huayun"):
        assert replace(client, rfp, "opener1", "opener3", who).status_code == 403


def test_nobody_who_has_acted_in_the_other_duty(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    replace(client, rfp, "opener1", "deputy")
    send_bid(client, rfp, "huayun")
    close_bids(sessions, rfp)
    confirm(client, rfp, "deputy")
    replace(client, rfp, "deputy", "opener3")
    refused = replace(client, rfp, "evaluator1", "deputy")
    assert refused.status_code == 409 and refused.json["errors"] == {"code": "other_duty"}


class TestScores:
    @pytest.fixture
    def rfp(self, sessions: Sessions, plan: Plan) -> Rfp:
        return an_opened_rfp(sessions, plan)

    def test_what_was_submitted_stays(
        self, client: FlaskClient, sessions: Sessions, rfp: Rfp
    ) -> None:
        for who in ("evaluator1", "evaluator2"):
            score(sessions, who, rfp, GRADES)
        replace(client, rfp, "evaluator1", "evaluator4")
        assert (str(an_id("evaluator1")), "committee_left_scored") in told(sessions)
        score(sessions, "evaluator3", rfp, GRADES)
        assert rows(sessions, rfps)[0].evaluated_at is None
        [row] = client.get("/api/v1/evaluations", headers=bearer("buyer")).json["items"]
        assert (row["submitted"], row["scorers"]) == (3, 4)
        score(sessions, "evaluator4", rfp, GRADES)
        shown = client.get(f"/api/v1/evaluations/{rfp.id}", headers=bearer("buyer")).json
        assert shown["part"] == "compare"
        assert {each["person_id"] for each in shown["scores"]} == {
            str(an_id(f"evaluator{n}")) for n in (1, 2, 3, 4)
        }
        Browser(client, "buyer").get(f"/admin/evaluations/{rfp.id}")

    def test_what_was_not_is_dropped(
        self, client: FlaskClient, sessions: Sessions, rfp: Rfp
    ) -> None:
        declare(sessions, "evaluator1", rfp)
        with sessions.begin() as session:
            given = sheet(bids_by_vendor(sessions, rfp), rfp, GRADES)
            who = staff("evaluator1")
            usecases.save_scores(session, who, rfp_id=rfp.id, given=given, now=NOW)
        assert rows(sessions, scores)
        replace(client, rfp, "evaluator1", "evaluator4")
        assert rows(sessions, scores) == []
        assert (str(an_id("evaluator1")), "committee_left_unscored") in told(sessions)
        for who in ("evaluator2", "evaluator3", "evaluator4"):
            score(sessions, who, rfp, GRADES)
        assert rows(sessions, rfps)[0].evaluated_at
        fixed = replace(client, rfp, "evaluator2", "deputy")
        assert fixed.json["errors"] == {"code": "committee_fixed"}


def test_by_page(client: FlaskClient, rfp: Rfp, sessions: Sessions) -> None:
    buyer = Browser(client, "buyer")
    assert f"/admin/evaluations/{rfp.id}/committee" in buyer.get(f"/admin/rfps/{rfp.id}").text
    buyer.get(f"/admin/evaluations/{rfp.id}/committee")
    ids = {"leaving": str(an_id("opener1")), "joining": str(an_id("evaluator4"))}
    buyer.submit("/committee", 422, **ids, reason=WHY)
    assert "does not hold the role" in buyer.text and WHY in buyer.text
    buyer.submit("/committee", **ids | {"joining": str(an_id("opener3"))}, reason=WHY)
    assert an_id("opener3") in serving(sessions, rfp)
    assert WHY in buyer.get(f"/admin/rfps/{rfp.id}?tab=history").text
    Browser(client, "evaluator1").get(f"/admin/evaluations/{rfp.id}/committee", 403)


def test_who_has_left_counts_no_more_as_an_opener(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    send_bid(client, rfp, "huayun")
    close_bids(sessions, rfp)
    assert confirm(client, rfp, "opener1").json == {"state": "waiting"}
    assert replace(client, rfp, "opener1", "opener3").status_code == 204
    assert confirm(client, rfp, "opener2").json == {"state": "waiting"}
    assert confirm(client, rfp, "opener3").json == {"state": "opened"}
