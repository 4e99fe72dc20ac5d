"""RFPs that end without an award: nobody has bid, or no bid is chosen."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer, staff, vendor
from support.bids import an_offer, close_bids, send_bid
from support.database import Sessions, events, rows
from support.evaluating import give, key
from support.opened import (
    add_bid,
    an_evaluated_rfp,
    an_opened_rfp,
    bids_by_vendor,
    declare,
    save,
    score,
    sheet,
    submit,
)
from support.openings import confirm, open_all, room, spoil
from support.pages import Browser
from support.rfps import BIDDERS, EVALUATORS, NOW

from services.rfp.awards import usecases
from services.rfp.awards.domain import LotAwarded, LotClosed, NotEvaluated, ReasonTooShort
from services.rfp.awards.persistence import awards, closures
from services.rfp.awards.queries.outcomes import has_outcome
from services.rfp.bids import jobs
from services.rfp.bids.persistence import bid_drafts, opening_notices
from services.rfp.config import Settings
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Criterion, Rfp, Stage
from shared import audit
from shared.jobs import Context

BUYER = staff("buyer")
WHY = "Neither of the bidders can begin in September."


def stage_of(sessions: Sessions, rfp: Rfp) -> Stage:
    with sessions() as session:
        return session.get_one(Rfp, rfp.id, populate_existing=True).stage(NOW + timedelta(days=1))


def told(sessions: Sessions, template: str) -> list[tuple[str, str]]:
    notices = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    own = [each for each in notices if each["template"] == template]
    return sorted((each["person_id"], each["path"]) for each in own)


def announced(sessions: Sessions) -> list[Any]:
    return [json.loads(row.payload) for row in events(sessions, "rfp_unsuccessful")]


def all_parties(rfp: Rfp) -> list[tuple[str, str]]:
    invited = [(str(an_id(name)), f"/portal/opportunities/{rfp.id}") for name in BIDDERS]
    buying = [(str(an_id(name)), f"/admin/rfps/{rfp.id}") for name in ("buyer", "requester")]
    return sorted([*invited, *buying])


def close(sessions: Sessions, rfp: Rfp, lot: int = 0, reason: str = WHY) -> None:
    with sessions.begin() as session:
        usecases.close_lot(session, BUYER, lot_id=rfp.lots[lot].id, reason=reason, now=NOW)


class TestNobodyHasBid:
    def test_the_clock_ends_the_rfp_and_says_so_once(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        path = f"/api/v1/lots/{rfp.lots[0].id}/draft"
        client.put(path, json=an_offer(rfp), headers=bearer("huayun"))
        close_bids(sessions, rfp)
        for _ in range(2):
            jobs.tell_openers(Context(sessions, settings))
        assert stage_of(sessions, rfp) is Stage.UNSUCCESSFUL
        assert told(sessions, "rfp_unsuccessful") == all_parties(rfp)
        assert told(sessions, "opening_due") == rows(sessions, opening_notices) == []
        [said] = announced(sessions)
        assert (said["cause"], said["ended"]) == ("no_bids", True)
        assert [lot["title"] for lot in said["lots"]] == ["First level", "Second level"]
        assert rows(sessions, bid_drafts) == []
        with sessions() as session:
            latest = audit.history(session, f"rfp:{rfp.id}")[0]
        assert (latest.actor, latest.action) == ("system", "rfp_unsuccessful")
        assert latest.detail == {"cause": "no_bids"}

    def test_openers_who_are_faster_than_the_clock_end_it_too(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        open_all(client, sessions, rfp, "unsuccessful")
        assert events(sessions, "bids_opened") == [] and len(announced(sessions)) == 1
        assert room(client, rfp)["stage"] == "unsuccessful"
        assert confirm(client, rfp, "opener1").json["errors"] == {"code": "bids_opened"}
        for who in ("buyer", "opener1", *EVALUATORS):
            work = client.get("/internal/work", headers=bearer(who)).json["items"]
            assert not [item for item in work if str(rfp.id) in item["href"]], who

    def test_with_one_bid_it_goes_on(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        send_bid(client, rfp, "huayun")
        close_bids(sessions, rfp)
        jobs.tell_openers(Context(sessions, settings))
        assert stage_of(sessions, rfp) is Stage.CLOSED and announced(sessions) == []

    def test_both_sides_read_it_on_their_pages(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        close_bids(sessions, rfp)
        jobs.tell_openers(Context(sessions, settings))
        for who, path in (("buyer", "/admin/rfps"), ("huayun", "/portal/opportunities")):
            page = Browser(client, who).get(f"{path}/{rfp.id}").text
            assert "It ended without an award." in page and "Unsuccessful" in page
            assert "Sealed until" not in page and "Waiting for others" not in page
            assert (f"/admin/rfps/new?plan={rfp.plan_id}" in page) is (who == "buyer")
        assert "unsuccessful" in Browser(client, "buyer").get("/admin/rfps?show=unsuccessful").text
        Browser(client, "buyer").get(f"/admin/rfps/{rfp.id}/opening")


class TestNoneIsChosen:
    @pytest.fixture
    def rfp(self, sessions: Sessions, plan: Plan) -> Rfp:
        """Both bids are below the threshold."""
        strict = [
            Criterion(1, "technical", "Technical", Decimal(60), minimum=Decimal("4.5")),
            Criterion(2, "price", "Price", Decimal(40), is_price=True),
        ]
        return an_evaluated_rfp(sessions, plan, criteria=strict)

    def test_the_buyer_closes_the_lot_with_a_reason(self, sessions: Sessions, rfp: Rfp) -> None:
        close(sessions, rfp, reason=f" {WHY} ")
        [row] = rows(sessions, closures)
        assert (row.lot_id, row.reason, row.closed_by) == (rfp.lots[0].id, WHY, an_id("buyer"))
        assert stage_of(sessions, rfp) is Stage.UNSUCCESSFUL
        with sessions() as session:
            ended, closed = audit.history(session, f"rfp:{rfp.id}")[:2]
        assert (closed.action, closed.detail["reason"]) == ("lot_closed", WHY)
        assert (ended.action, ended.actor) == ("rfp_unsuccessful", BUYER.subject)
        [said] = announced(sessions)
        assert (said["cause"], said["ended"]) == ("not_awarded", True) and WHY not in str(said)
        assert told(sessions, "rfp_unsuccessful") == all_parties(rfp)
        assert told(sessions, "lot_unsuccessful") == []

    def test_once_and_with_twenty_characters(self, sessions: Sessions, rfp: Rfp) -> None:
        with pytest.raises(ReasonTooShort):
            close(sessions, rfp, reason="x" * 19 + "   ")
        close(sessions, rfp)
        with pytest.raises(LotClosed):
            close(sessions, rfp)

    def test_not_before_all_have_scored_and_not_after_the_award(
        self, sessions: Sessions, plan: Plan, client: FlaskClient
    ) -> None:
        with pytest.raises(NotEvaluated):
            close(sessions, an_opened_rfp(sessions, plan))
        ranked = an_evaluated_rfp(sessions, plan)
        give(client, ranked, bids_by_vendor(sessions, ranked)["huayun"])
        with pytest.raises(LotAwarded):
            close(sessions, ranked)

    def test_by_api_and_by_nobody_else(self, client: FlaskClient, rfp: Rfp) -> None:
        url = f"/api/v1/lots/{rfp.lots[0].id}/closure"
        for who in ("evaluator1", "auditor", "huayun", "approver"):
            sent = client.post(url, json={"reason": WHY}, headers=bearer(who) | key())
            assert sent.status_code == 403, who
        short = client.post(url, json={"reason": "No."}, headers=bearer("buyer") | key())
        assert short.status_code == 422
        done = client.post(url, json={"reason": WHY}, headers=bearer("buyer") | key())
        assert done.status_code == 201 and done.json["reason"] == WHY

    @pytest.mark.parametrize("htmx", [False, True])
    def test_by_page(self, client: FlaskClient, rfp: Rfp, sessions: Sessions, htmx: bool) -> None:
        browser = Browser(client, "buyer", htmx=htmx)
        assert "Award this lot" not in browser.get(f"/admin/evaluations/{rfp.id}").text
        browser.get(f"/admin/awards/lots/{rfp.lots[0].id}/closure")
        browser.submit("/closure", 422, reason="No.")
        assert "at least 20 characters" in browser.text
        browser.submit("/closure", reason=WHY)
        assert "Closed without an award" in browser.text and WHY in browser.text
        bid_id = bids_by_vendor(sessions, rfp)["nordwind"]
        receipt = Browser(client, "nordwind").get(f"/portal/bids/{bid_id}").text
        assert "The lot ended without an award" in receipt and WHY not in receipt
        browser.get(f"/admin/awards/lots/{rfp.lots[0].id}/closure", 404)

    @pytest.mark.parametrize("name", BIDDERS)
    def test_bidders_read_their_own_points(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, name: str
    ) -> None:
        close(sessions, rfp)
        own = f"/bids/{bids_by_vendor(sessions, rfp)[name]}"
        answer = client.get(f"/api/v1{own}/outcome", headers=bearer(name)).json
        assert (answer["came"], answer["awarded_at"], answer["winner"]) == ("closed", None, "")
        assert answer["closed_at"] and answer["points"][0]["mean"] and not answer["winning_total"]
        browser = Browser(client, name)
        assert f"/portal{own}/outcome" in browser.get(f"/portal{own}").text
        text = browser.get(f"/portal{own}/outcome").text
        assert "chosen no bid" in text and "declined" not in text and WHY not in text

    def test_the_award_leaves_the_work_of_the_buyer(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        def verbs() -> set[str]:
            items = client.get("/internal/work", headers=bearer("buyer")).json["items"]
            return {item["verb"] for item in items if str(rfp.id) in item["href"]}

        assert verbs() == {"Award the lots"}
        close(sessions, rfp)
        assert verbs() == set()


class TestSeveralLots:
    @pytest.fixture
    def rfp(self, sessions: Sessions, plan: Plan) -> Rfp:
        """Both lots have a ranking."""
        rfp = an_opened_rfp(sessions, plan)
        second = add_bid(sessions, rfp, rfp.lots[1].id, "nordwind", Decimal(1_300_000), NOW)
        for who in EVALUATORS:
            declare(sessions, who, rfp)
            grades = {"huayun": "4", "nordwind": "3"}
            given = [*sheet(bids_by_vendor(sessions, rfp), rfp, grades),
                     *sheet({"nordwind": second}, rfp, grades)]  # fmt: skip
            save(sessions, who, rfp, given)
            submit(sessions, staff(who), rfp)
        return rfp

    def test_a_lot_that_ends_does_not_end_the_others(
        self, client: FlaskClient, sessions: Sessions, rfp: Rfp
    ) -> None:
        close(sessions, rfp, 1)
        assert stage_of(sessions, rfp) is Stage.EVALUATED
        [said] = announced(sessions)
        assert not said["ended"] and [lot["title"] for lot in said["lots"]] == ["Second level"]
        [(person, path)] = told(sessions, "lot_unsuccessful")
        assert person == str(an_id("nordwind")) and path.startswith("/portal/bids/")
        assert told(sessions, "rfp_unsuccessful") == []
        give(client, rfp, bids_by_vendor(sessions, rfp)["huayun"])
        assert stage_of(sessions, rfp) is Stage.AWARDED

    def test_the_last_one_closed_after_an_award_completes_the_award(
        self, client: FlaskClient, sessions: Sessions, rfp: Rfp
    ) -> None:
        give(client, rfp, bids_by_vendor(sessions, rfp)["huayun"])
        assert stage_of(sessions, rfp) is Stage.EVALUATED
        close(sessions, rfp, 1)
        assert stage_of(sessions, rfp) is Stage.AWARDED and len(rows(sessions, awards)) == 1


def test_bids_that_cannot_be_read_leave_the_decision_to_the_buyer(
    client: FlaskClient, rfp: Rfp, sessions: Sessions
) -> None:
    bid_id = send_bid(client, rfp, "huayun").json["id"]
    spoil(sessions, bid_id, envelope=b"\x01nothing")
    open_all(client, sessions, rfp)
    assert stage_of(sessions, rfp) is Stage.EVALUATED
    assert told(sessions, "bids_opened") == []
    [(person, path)] = told(sessions, "bids_unreadable")
    assert (person, path) == (str(an_id("buyer")), f"/admin/evaluations/{rfp.id}")
    Browser(client, "buyer").get(path)
    close(sessions, rfp)
    assert stage_of(sessions, rfp) is Stage.UNSUCCESSFUL


def test_bidders_whose_bid_could_not_be_read_hear_of_the_award(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    bad = send_bid(client, rfp, "huayun").json["id"]
    send_bid(client, rfp, "nordwind")
    spoil(sessions, bad, envelope=b"\x01nothing")
    open_all(client, sessions, rfp)
    for who in EVALUATORS:
        score(sessions, who, rfp, {"nordwind": "4"})
    give(client, rfp, bids_by_vendor(sessions, rfp)["nordwind"])
    assert told(sessions, "award_without") == [(str(an_id("huayun")), f"/portal/bids/{bad}")]


def test_the_receipt_knows_the_outcome_of_its_own_bid_only(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    rfp = an_evaluated_rfp(sessions, plan)
    bids = bids_by_vendor(sessions, rfp)
    give(client, rfp, bids["huayun"])
    with sessions() as session:
        seen = [has_outcome(session, vendor(name), bids["huayun"]) for name in BIDDERS]
    assert seen == [True, False]
