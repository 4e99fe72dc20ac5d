"""Submission and receipts, by API."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import an_id, bearer, vendor_client
from support.bids import an_offer, lot_path, send_bid, send_file
from support.database import Sessions, rows
from support.rfps import NOW, an_rfp, stored

from services.rfp.app import create_app
from services.rfp.bids.persistence import bids
from services.rfp.config import Settings
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.vendors.persistence import vendors
from shared.kernel import Actor, uuid7

Clock = Callable[[datetime], None]


class TestSubmission:
    def test_the_answer_is_a_receipt(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        answer = send_bid(client, rfp, "huayun")
        assert answer.status_code == 201, answer.text
        receipt, [bid] = answer.json, rows(sessions, bids)
        assert receipt == {
            "id": str(bid.id),
            "lot_id": str(rfp.lots[0].id),
            "version": 1,
            "state": "submitted",
            "received_at": bid.received_at.isoformat(),
            "sha256": bid.sha256,
            "padded_size": 4096,
        }
        shown = client.get(f"/api/v1/bids/{bid.id}", headers=bearer("huayun"))
        assert shown.json == receipt
        assert client.get("/api/v1/bids", headers=bearer("huayun")).json["items"] == [receipt]

    def test_a_second_bid_is_a_conflict_and_put_replaces_the_first(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        assert send_bid(client, rfp, "huayun", method="PUT").json["errors"] == {
            "code": "bid_missing"
        }
        assert send_bid(client, rfp, "huayun").status_code == 201
        again = send_bid(client, rfp, "huayun")
        assert again.status_code == 409 and again.json["errors"] == {"code": "bid_exists"}
        replaced = send_bid(client, rfp, "huayun", method="PUT")
        assert replaced.status_code == 201 and replaced.json["version"] == 2
        assert {bid.version: bid.state for bid in rows(sessions, bids)} == {
            1: "replaced",
            2: "submitted",
        }
        listed = client.get("/api/v1/bids", headers=bearer("huayun")).json["items"]
        assert [each["version"] for each in listed] == [2, 1]

    def test_lots_and_vendors_do_not_stand_in_each_others_way(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        for who in ("huayun", "nordwind"):
            for lot in (0, 1):
                assert send_bid(client, rfp, who, lot=lot).json["version"] == 1

    def test_the_same_key_gives_the_same_receipt_even_after_the_deadline(
        self, client: FlaskClient, rfp: Rfp, clock: Clock, sessions: Sessions
    ) -> None:
        key = uuid7()
        first = send_bid(client, rfp, "huayun", key=key)
        clock(rfp.deadline_at + timedelta(hours=1))
        again = send_bid(client, rfp, "huayun", key=key)
        assert (again.status_code, again.json) == (201, first.json)
        assert len(rows(sessions, bids)) == 1
        assert send_bid(client, rfp, "huayun").status_code == 409

    def test_the_same_key_with_another_body_is_refused(self, client: FlaskClient, rfp: Rfp) -> None:
        key = uuid7()
        assert send_bid(client, rfp, "huayun", key=key).status_code == 201
        assert send_bid(client, rfp, "huayun", key=key, solution="Other").status_code == 422
        assert send_bid(client, rfp, "huayun", key=key, method="PUT").status_code == 422

    def test_a_bid_that_was_refused_may_use_its_key_again(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        key = uuid7()
        assert send_bid(client, rfp, "huayun", key=key, lines=[]).status_code == 409
        assert send_bid(client, rfp, "huayun", key=key).status_code == 201

    @pytest.mark.parametrize(("early", "status"), [(1, 201), (0, 409), (-1, 409)])
    def test_the_deadline_is_the_first_moment_that_is_too_late(
        self, client: FlaskClient, rfp: Rfp, clock: Clock, early: int, status: int
    ) -> None:
        clock(rfp.deadline_at - timedelta(microseconds=early))
        answer = send_bid(client, rfp, "huayun")
        assert answer.status_code == status
        if status == 201:
            received = datetime.fromisoformat(answer.json["received_at"])
            assert received == rfp.deadline_at - timedelta(microseconds=1)
        else:
            assert answer.json["errors"] == {"code": "rfp_closed"}

    def test_nobody_uninvited_learns_of_the_rfp(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, actors: dict[str, Actor]
    ) -> None:
        assert send_bid(client, rfp, "stranger").status_code == 404
        assert send_bid(client, rfp, "huayun").status_code == 201

    def test_a_draft_rfp_does_not_exist_for_vendors(
        self, client: FlaskClient, plan: Plan, sessions: Sessions
    ) -> None:
        hidden: Rfp = stored(sessions, an_rfp(plan, draft=True))
        assert send_bid(client, hidden, "huayun").status_code == 404

    def test_a_vendor_that_is_no_longer_admitted_cannot_bid(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        own = vendors.c.organisation_id == an_id("huayun-org")
        with sessions.begin() as session:
            session.execute(sa.update(vendors).where(own).values(standing="prospective"))
        for answer in (send_bid(client, rfp, "huayun"), send_file(client, rfp, "huayun", b"x")):
            assert answer.status_code == 403, answer.text
            assert answer.json["errors"] == {"code": "not_admitted"}
        with sessions.begin() as session:
            session.execute(sa.update(vendors).where(own).values(standing="approved"))
        assert send_bid(client, rfp, "huayun").status_code == 201

    def test_promises_below_the_minimum_are_refused_with_the_reason(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        weak = [{"target_id": str(rfp.sla_targets[0].id), "value": "89.9"}]
        answer = send_bid(client, rfp, "huayun", promises=weak)
        assert answer.status_code == 409 and answer.json["errors"] == {"code": "promise_too_weak"}
        assert "89.9 is worse than 90" in answer.json["message"]
        missing = send_bid(client, rfp, "huayun", promises=[])
        assert missing.json["errors"] == {"code": "promise_missing"}

    @pytest.mark.parametrize(
        ("field", "value"),
        [("quantity", "0"), ("quantity", "-1"), ("quantity", "1.0005"), ("quantity", "1e9"),
         ("unit_price", "0"), ("unit_price", "-0.01"), ("unit_price", "0.0000001"),
         ("unit_price", "NaN"), ("unit_price", "ten"), ("unit_price", 10.5), ("unit_price", None),
         ("unit_price", "1e999999999"), ("unit_price", "9999999999999"), ("kind", "yearly"),
         ("title", ""), ("title", "\0"), ("title", "\ud800"), ("title", "x" * 201)],
    )  # fmt: skip
    def test_a_wrong_line_is_refused_never_rounded(
        self, client: FlaskClient, rfp: Rfp, field: str, value: Any
    ) -> None:
        first, second = an_offer(rfp)["lines"]
        answer = send_bid(client, rfp, "huayun", lines=[first, second | {field: value}])
        assert answer.status_code == 422, answer.text
        assert list(answer.json["errors"]["json"]["lines"]) == ["1"]

    @pytest.mark.parametrize(
        "changes",
        [{"solution": ""}, {"solution": "\0"}, {"lines": "x"}, {"lines": [3]}, {"promises": [3]},
         {"promises": [{"target_id": "x", "value": "1"}]}, {"files": ["x"]},
         {"lines": [{"title": "x"}] * 201}, {"solution": "x" * 20_001}],
    )  # fmt: skip
    def test_a_wrong_body_is_refused(
        self, client: FlaskClient, rfp: Rfp, changes: dict[str, Any]
    ) -> None:
        assert send_bid(client, rfp, "huayun", **changes).status_code == 422

    def test_what_we_do_not_ask_for_changes_nothing(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        smuggled = {"vendor_id": str(an_id("nordwind-org")), "version": 9, "state": "opened",
                    "received_at": "2020-01-01T00:00:00Z", "id": str(uuid7())}  # fmt: skip
        assert send_bid(client, rfp, "huayun", **smuggled).status_code == 201
        [bid] = rows(sessions, bids)
        assert (bid.vendor_id, bid.version, bid.state) == (an_id("huayun-org"), 1, "submitted")
        assert bid.received_at >= NOW and str(bid.id) != smuggled["id"]

    def test_text_is_limited(self, client: FlaskClient, rfp: Rfp) -> None:
        fat = [{**an_offer(rfp)["lines"][0], "title": "標" * 200}] * 200
        assert send_bid(client, rfp, "huayun", lines=fat).status_code == 201

    def test_a_system_of_the_vendor_bids_and_gets_no_notice(
        self, settings: Settings, sessions: Sessions, rfp: Rfp
    ) -> None:
        system = vendor_client("huayun-erp", "huayun-org")
        app = create_app(settings, sessions=sessions, identify={"erp": system}.get)
        assert send_bid(app.test_client(), rfp, "erp").status_code == 201
        assert rows(sessions) == []


class TestWhoMay:
    def paths(self, rfp: Rfp) -> list[tuple[str, str]]:
        lot = [("GET", "draft"), ("PUT", "draft"), ("POST", "files"), ("POST", "bid"),
               ("PUT", "bid"), ("DELETE", f"files/{uuid7()}")]  # fmt: skip
        return [(method, lot_path(rfp, what)) for method, what in lot] + [
            ("GET", "/api/v1/bids"),
            ("GET", f"/api/v1/bids/{uuid7()}"),
        ]

    def test_strangers_and_staff_are_told_so_before_anything_is_read(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        for method, path in self.paths(rfp):
            assert client.open(path, method=method).status_code == 401, path
            for who in ("buyer", "opener1", "evaluator1", "admin", "auditor"):
                answer = client.open(path, method=method, headers=bearer(who))
                assert answer.status_code == 403, (who, path)

    def test_an_uninvited_vendor_finds_nothing(self, client: FlaskClient, rfp: Rfp) -> None:
        for method, path in self.paths(rfp)[:5]:
            key = {"Idempotency-Key": str(uuid7())}
            answer = client.open(
                path, method=method, query_string={"name": "x"}, headers=bearer("stranger", **key),
                **({"data": b"x"} if "files" in path else {"json": an_offer(rfp)}),  # type: ignore[arg-type]
            )  # fmt: skip
            assert answer.status_code == 404, (path, answer.text)

    def test_a_receipt_is_found_by_its_bidder_alone(self, client: FlaskClient, rfp: Rfp) -> None:
        bid = send_bid(client, rfp, "huayun").json
        path = f"/api/v1/bids/{bid['id']}"
        assert client.get(path, headers=bearer("nordwind")).status_code == 404
        assert client.get("/api/v1/bids", headers=bearer("nordwind")).json["items"] == []
        assert client.get(path, headers=bearer("huayun")).json == bid
