"""The opening, by API: who, when, and what becomes readable."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.bids import PRICE, an_offer, close_bids, send_bid
from support.database import Sessions, events, rows
from support.openings import confirm, open_all, room
from support.rfps import EVALUATORS, OPENERS, an_rfp, stored

from services.rfp.bids.persistence import (
    bid_drafts,
    bid_lines,
    bid_promises,
    bids,
    opened_bids,
    openings,
)
from services.rfp.config import Settings
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps
from shared import audit

Clock = Callable[[datetime], None]


class TestWhoAndWhen:
    def test_nobody_opens_before_the_deadline(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun")
        answer = confirm(client, rfp, "opener1")
        assert answer.status_code == 409 and answer.json["errors"] == {"code": "too_early"}
        assert rows(sessions, openings) == []
        close_bids(sessions, rfp)
        assert confirm(client, rfp, "opener1").status_code == 200

    def test_the_clock_of_the_database_decides(
        self, client: FlaskClient, rfp: Rfp, clock: Clock
    ) -> None:
        clock(rfp.deadline_at - timedelta(microseconds=1))
        assert confirm(client, rfp, "opener1").json["errors"] == {"code": "too_early"}
        clock(rfp.deadline_at)
        assert confirm(client, rfp, "opener1").json == {"state": "waiting"}

    def test_one_opener_alone_opens_nothing_however_often(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun")
        close_bids(sessions, rfp)
        assert confirm(client, rfp, "opener1").json == {"state": "waiting"}
        again = confirm(client, rfp, "opener1")
        assert again.status_code == 409 and again.json["errors"] == {"code": "already_confirmed"}
        assert rows(sessions, bid_lines) == [] and rows(sessions, rfps)[0].opened_at is None

    def test_only_the_openers_of_the_rfp_open(
        self, client: FlaskClient, plan: Plan, sessions: Sessions, actors: dict[str, Any]
    ) -> None:
        """The roles of `opener2` would allow it; the committee of this RFP does not."""
        whole = an_rfp(plan)
        whole.committee = [m for m in whole.committee if m.person_id != an_id("opener2")]
        rfp: Rfp = stored(sessions, whole)
        close_bids(sessions, rfp)
        answer = confirm(client, rfp, "opener2")
        assert answer.status_code == 403 and answer.json["errors"] == {"code": "not_an_opener"}
        assert confirm(client, rfp, "opener1").status_code == 200

    def test_an_evaluator_does_not_open_even_with_the_role_of_an_opener(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, actors: dict[str, Any]
    ) -> None:
        close_bids(sessions, rfp)
        assert confirm(client, rfp, "evaluator1").status_code == 403
        actors["evaluator1"] = replace(
            actors["evaluator1"], roles=frozenset({"evaluator", "opener"})
        )
        answer = confirm(client, rfp, "evaluator1")
        assert answer.status_code == 403 and answer.json["errors"] == {"code": "not_an_opener"}
        assert rows(sessions, openings) == []

    def test_other_roles_are_refused_and_strangers_sent_away(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        close_bids(sessions, rfp)
        path = f"/api/v1/rfps/{rfp.id}/opening"
        assert client.post(path).status_code == client.get(path).status_code == 401
        for who in ("buyer", "evaluator1", "approver", "admin", "auditor", "huayun"):
            assert confirm(client, rfp, who).status_code == 403, who
        for who in ("evaluator1", "admin", "huayun", "requester"):
            assert client.get(path, headers=bearer(who)).status_code == 403, who
        for who in ("opener1", "buyer", "auditor"):
            assert client.get(path, headers=bearer(who)).status_code == 200, who
        assert confirm(client, rfp, "opener1").status_code == 200

    def test_a_draft_has_no_opening(
        self, client: FlaskClient, plan: Plan, sessions: Sessions
    ) -> None:
        draft: Rfp = stored(sessions, an_rfp(plan, draft=True))
        assert confirm(client, draft, "opener1").status_code == 404
        path = f"/api/v1/rfps/{draft.id}/opening"
        assert client.get(path, headers=bearer("opener1")).status_code == 404

    def test_what_is_open_is_not_opened_again(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun")
        open_all(client, sessions, rfp)
        for who in OPENERS:
            assert confirm(client, rfp, who).json["errors"] == {"code": "bids_opened"}
        assert len(events(sessions, "bids_opened")) == 1


class TestOpening:
    def test_what_was_sent_can_be_read(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        receipt = send_bid(client, rfp, "huayun").json
        assert rows(sessions, bid_lines) == rows(sessions, opened_bids) == []
        open_all(client, sessions, rfp)
        [bid] = rows(sessions, opened_bids)
        assert str(bid.bid_id) == receipt["id"] and bid.vendor_id == an_id("huayun-org")
        assert bid.solution == an_offer(rfp)["solution"]
        assert (bid.monthly, bid.one_off, bid.months) == (Decimal(1000), Decimal(PRICE), 12)
        assert bid.total == Decimal(PRICE) + 12_000 and bid.currency == "CNY"
        assert bid.submitted_by == f"usr_{an_id('huayun')}"
        lines = sorted(rows(sessions, bid_lines), key=lambda each: each.position)
        assert [(each.title, each.kind, each.quantity, each.unit_price) for each in lines] == [
            ("Agents", "monthly", Decimal(4), Decimal(250)),
            ("Transition", "one_off", Decimal(1), Decimal(PRICE)),
        ]
        [promise] = rows(sessions, bid_promises)
        assert (promise.target_id, promise.value) == (rfp.sla_targets[0].id, Decimal("96.5"))

    def test_only_the_last_version_of_a_bid_is_opened(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun", solution="first")
        send_bid(client, rfp, "huayun", method="PUT", solution="second")
        send_bid(client, rfp, "nordwind")
        open_all(client, sessions, rfp)
        assert {bid.solution for bid in rows(sessions, opened_bids)} == {
            "second",
            an_offer(rfp)["solution"],
        }
        assert sorted(bid.state for bid in rows(sessions, bids)) == [
            "opened",
            "opened",
            "replaced",
        ]

    def test_others_hear_of_it_once_and_hear_no_content(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        receipt = send_bid(client, rfp, "huayun").json
        open_all(client, sessions, rfp)
        [event] = events(sessions, "bids_opened")
        said = json.loads(event.payload)
        assert said["rfp_id"] == str(rfp.id) and said["bids"] == [
            {
                "bid_id": receipt["id"],
                "lot_id": receipt["lot_id"],
                "organisation_id": str(an_id("huayun-org")),
                "version": 1,
                "received_at": receipt["received_at"],
                "sha256": receipt["sha256"],
            }
        ]
        assert PRICE not in event.payload.decode()
        [*told] = [e for e in events(sessions, "notice") if b'"bids_opened"' in e.payload]
        assert {each.subject for each in told} == {str(an_id(name)) for name in EVALUATORS}
        assert json.loads(told[0].payload)["path"] == f"/admin/evaluations/{rfp.id}"
        [begun] = [e for e in events(sessions, "notice") if b"evaluation_begun" in e.payload]
        assert begun.subject == str(rfp.buyer_id)

    def test_the_minutes_stand_in_the_chain_of_the_rfp(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        receipt = send_bid(client, rfp, "huayun").json
        open_all(client, sessions, rfp)
        with sessions.begin() as session:
            history = audit.history(session, f"rfp:{rfp.id}")
            of_bid = audit.history(session, f"bid:{receipt['id']}")
            assert audit.verify(session, ()) == []
        said = [(each.actor, each.action) for each in reversed(history)]
        assert said[-3:] == [
            (f"usr_{an_id('opener1')}", "opening_confirmed"),
            (f"usr_{an_id('opener2')}", "opening_confirmed"),
            (f"usr_{an_id('opener2')}", "bids_opened"),
        ]
        minutes = history[0].detail
        assert minutes["openers"] == [str(an_id(name)) for name in OPENERS]
        assert minutes["bids"][0]["sha256"] == receipt["sha256"]
        assert minutes["bids"][0]["state"] == "opened"
        assert of_bid[0].action == "bid_opened"
        assert of_bid[0].detail["submitted_by"] == f"usr_{an_id('huayun')}"

    def test_drafts_are_gone_unread(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        client.put(
            f"/api/v1/lots/{rfp.lots[0].id}/draft", json=an_offer(rfp), headers=bearer("nordwind")
        )
        assert len(rows(sessions, bid_drafts)) == 1
        send_bid(client, rfp, "huayun")
        open_all(client, sessions, rfp)
        assert rows(sessions, bid_drafts) == []
        assert [bid.vendor_id for bid in rows(sessions, opened_bids)] == [an_id("huayun-org")]

    def test_without_the_key_nothing_is_opened_and_nothing_is_lost(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        send_bid(client, rfp, "huayun")
        place = settings.data / "keys" / "rfp" / str(rfp.id)
        key = place.read_bytes()
        place.unlink()
        close_bids(sessions, rfp)
        confirm(client, rfp, "opener1")
        answer = confirm(client, rfp, "opener2")
        assert answer.status_code == 409 and answer.json["errors"] == {"code": "key_missing"}
        assert rows(sessions, bids)[0].state == "submitted" and not place.exists()
        assert len(rows(sessions, openings)) == 1
        place.write_bytes(key)
        assert confirm(client, rfp, "opener2").json == {"state": "opened"}


class TestRoom:
    def test_before_the_deadline_nobody_learns_whether_there_are_bids(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        empty = {who: room(client, rfp, who) for who in ("opener1", "buyer", "auditor")}
        assert empty["buyer"]["bids"] is None and empty["buyer"]["stage"] == "open"
        for who in ("huayun", "nordwind"):
            send_bid(client, rfp, who)
        assert {who: room(client, rfp, who) for who in empty} == empty

    def test_after_it_bids_have_a_number_and_a_time_and_no_name(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        received = [
            send_bid(client, rfp, who).json["received_at"] for who in ("huayun", "nordwind")
        ]
        close_bids(sessions, rfp)
        confirm(client, rfp, "opener1")
        shown = room(client, rfp, "buyer")
        assert shown["stage"] == "closed"
        assert [each["number"] for each in shown["bids"]] == [1, 2]
        assert [each["received_at"] for each in shown["bids"]] == received
        hidden = ("bid_id", "organisation_id", "version", "state")
        assert all(each[name] is None for each in shown["bids"] for name in hidden)
        assert [bool(each["confirmed_at"]) for each in shown["openers"]] == [True, False]

    def test_after_the_opening_the_minutes_name_them(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        receipt = send_bid(client, rfp, "huayun").json
        open_all(client, sessions, rfp)
        [line] = room(client, rfp, "auditor")["bids"]
        assert line == {
            "number": 1,
            "received_at": receipt["received_at"],
            "bid_id": receipt["id"],
            "organisation_id": str(an_id("huayun-org")),
            "version": 1,
            "sha256": receipt["sha256"],
            "state": "opened",
        }
