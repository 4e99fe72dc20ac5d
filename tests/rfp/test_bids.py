"""Drafts and submission, by API."""

import json
import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import an_id, bearer, vendor_client
from support.bids import MONTHS, PRICE, an_offer, lot_path, send_bid, send_file
from support.database import Sessions, events, rows
from support.rfps import NOW, a_plan, an_rfp, an_sla_target, stored

from services.rfp.app import create_app
from services.rfp.bids.domain import (
    BidContent,
    BidExists,
    BidMissing,
    LineKind,
    LinesMissing,
    PriceLine,
    Promise,
    PromiseMissing,
    PromiseTooWeak,
    PromiseUnknown,
    months,
    next_version,
    require_complete,
)
from services.rfp.bids.persistence import bid_drafts, bid_files, bids
from services.rfp.config import Settings
from services.rfp.plans.domain import Plan
from services.rfp.sealing.domain import unseal
from services.rfp.tenders.domain import Direction, Rfp, SlaTarget
from services.rfp.vendors.persistence import vendors
from shared.audit import audit_entries
from shared.kernel import Actor, uuid7
from shared.web.idempotency import idempotency_keys

Clock = Callable[[datetime], None]


def content(*lines: PriceLine, promises: list[Promise] | None = None) -> BidContent:
    return BidContent(solution="x", lines=lines, promises=promises or [])


def line(kind: LineKind, quantity: str, unit_price: str) -> PriceLine:
    return PriceLine("x", kind, Decimal(quantity), Decimal(unit_price))


class TestPrice:
    @pytest.mark.parametrize(
        ("starts_on", "ends_on", "count"),
        [
            (date(2026, 1, 1), date(2026, 12, 31), 12),
            (date(2026, 1, 15), date(2027, 1, 14), 12),
            (date(2026, 1, 15), date(2027, 1, 15), 13),
            (date(2026, 1, 1), date(2026, 1, 1), 1),
            (date(2026, 1, 31), date(2026, 2, 27), 1),
            (date(2026, 1, 15), date(2026, 2, 10), 1),
            (date(2028, 2, 1), date(2028, 2, 29), 1),
            (date(2026, 12, 1), date(2027, 1, 31), 2),
        ],
    )
    def test_a_month_that_begins_counts(self, starts_on: date, ends_on: date, count: int) -> None:
        assert months(starts_on, ends_on) == count

    def test_the_total_is_once_plus_months_times_monthly(self) -> None:
        bid = content(
            line(LineKind.MONTHLY, "2", "1000"),
            line(LineKind.MONTHLY, "1", "0.5"),
            line(LineKind.ONE_OFF, "1", "300"),
        )
        charges = bid.charges("CNY", date(2026, 1, 1), date(2026, 12, 31))
        assert (charges.monthly, charges.one_off) == (Decimal("2000.50"), Decimal("300.00"))
        assert charges.total == Decimal("24306.00")

    def test_each_line_is_rounded_half_up_to_the_digits_of_its_currency(self) -> None:
        assert line(LineKind.ONE_OFF, "3", "0.335").amount("CNY") == Decimal("1.01")
        assert line(LineKind.ONE_OFF, "1", "0.005").amount("CNY") == Decimal("0.01")
        assert line(LineKind.ONE_OFF, "1", "10.5").amount("JPY") == Decimal("11")

    def test_content_comes_back_as_it_was_sealed(self) -> None:
        bid = content(
            line(LineKind.MONTHLY, "0.5", "1000.000001"), promises=[Promise(an_id("t"), Decimal(9))]
        )
        assert BidContent.decoded(bid.encoded()) == BidContent(
            solution="x", lines=list(bid.lines), promises=bid.promises, documents=[]
        )


class TestCompleteness:
    one = line(LineKind.ONE_OFF, "1", "1")
    higher, lower = an_sla_target(), an_sla_target(direction=Direction.LOWER, minimum=Decimal(4))

    def check(self, targets: list[SlaTarget], **values: str) -> None:
        known = {"higher": self.higher.id, "lower": self.lower.id, "other": an_id("other")}
        promises = [Promise(known[name], Decimal(value)) for name, value in values.items()]
        require_complete(content(self.one, promises=promises), targets)

    def test_promises_meet_the_minimum_in_its_direction(self) -> None:
        self.check([self.higher, self.lower], higher="90", lower="4")
        with pytest.raises(PromiseTooWeak, match=r"89\.99 does not meet the minimum of 90"):
            self.check([self.higher, self.lower], higher="89.99", lower="4")
        with pytest.raises(PromiseTooWeak, match=r"4\.01"):
            self.check([self.higher, self.lower], higher="100", lower="4.01")

    def test_a_target_without_minimum_takes_any_promise(self) -> None:
        free = an_sla_target(minimum=None)
        require_complete(content(self.one, promises=[Promise(free.id, Decimal(0))]), [free])

    def test_each_target_needs_one_promise_and_no_other_has_one(self) -> None:
        with pytest.raises(PromiseMissing, match="Calls answered"):
            self.check([self.higher])
        with pytest.raises(PromiseUnknown):
            self.check([self.higher], higher="95", other="1")
        twice = [Promise(self.higher.id, Decimal(95))] * 2
        with pytest.raises(PromiseUnknown):
            require_complete(content(self.one, promises=twice), [self.higher])

    def test_a_bid_without_a_price_is_none(self) -> None:
        with pytest.raises(LinesMissing):
            require_complete(content(), [])


def test_a_second_bid_says_that_it_replaces_the_first(rfp: Rfp) -> None:
    assert next_version(None, replace=False) == 1
    with pytest.raises(BidMissing):
        next_version(None, replace=True)
    first: Any = type("Bid", (), {"version": 1})()
    assert next_version(first, replace=True) == 2
    with pytest.raises(BidExists):
        next_version(first, replace=False)


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
        assert len(rows(sessions, bids)) == 1 and len(events(sessions, "notice_raised")) == 1
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
        assert "89.9 does not meet the minimum of 90" in answer.json["message"]
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


class TestDraft:
    def put(self, client: FlaskClient, rfp: Rfp, who: str = "huayun", **changes: Any) -> Any:
        body = an_offer(rfp, **changes)
        return client.put(lot_path(rfp, "draft"), json=body, headers=bearer(who))

    def get(self, client: FlaskClient, rfp: Rfp, who: str = "huayun") -> Any:
        return client.get(lot_path(rfp, "draft"), headers=bearer(who))

    def test_a_draft_is_empty_until_it_is_saved(self, client: FlaskClient, rfp: Rfp) -> None:
        empty = self.get(client, rfp).json
        assert empty == {
            "lot_id": str(rfp.lots[0].id),
            "solution": "",
            "lines": [],
            "promises": [],
            "files": [],
            "updated_at": None,
        }

    def test_a_draft_comes_back_right_or_wrong_to_its_vendor_alone(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        lines = [{"title": "Agents", "kind": "monthly", "quantity": "many", "unit_price": ""}]
        saved = self.put(client, rfp, lines=lines, solution="")
        assert saved.status_code == 200, saved.text
        assert saved.json == self.get(client, rfp).json
        assert saved.json["lines"][0]["quantity"] == "many" and saved.json["updated_at"]
        assert self.get(client, rfp, "nordwind").json["lines"] == []
        assert rows(sessions, bids) == [] and rows(sessions) == []

    def test_a_draft_is_no_bid_and_closes_with_the_rfp(
        self, client: FlaskClient, rfp: Rfp, clock: Clock
    ) -> None:
        self.put(client, rfp)
        clock(rfp.deadline_at)
        for answer in (self.put(client, rfp), self.get(client, rfp),
                       send_file(client, rfp, "huayun", b"late")):  # fmt: skip
            assert answer.status_code == 409
            assert answer.json["errors"] == {"code": "rfp_closed"}

    def test_what_was_bid_stays_as_the_draft_to_replace_from(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        send_bid(client, rfp, "huayun")
        draft = self.get(client, rfp).json
        offer = an_offer(rfp)
        assert draft["solution"] == offer["solution"]
        assert draft["lines"][1] == offer["lines"][1]
        assert draft["promises"] == offer["promises"]

    def test_a_draft_that_is_no_text_is_refused(self, client: FlaskClient, rfp: Rfp) -> None:
        for wrong in ({"solution": "\0"}, {"lines": 3}, {"lines": [{"title": ["x"]}]}):
            assert self.put(client, rfp, **wrong).status_code == 422


class TestFiles:
    content = os.urandom(150_000)

    def test_a_file_is_answered_with_its_hash_and_lies_encrypted(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        answer = send_file(client, rfp, "huayun", b"canary" * 20_000, name="Konzept 方案.pdf")
        assert answer.status_code == 201, answer.text
        assert answer.json["name"] == "Konzept 方案.pdf" and answer.json["size"] == 120_000
        [row] = rows(sessions, bid_files)
        kept = settings.data / "storage" / "rfp" / row.key
        assert row.padded_size == kept.stat().st_size == 1 + 2 * (65_536 + 16)
        assert b"canary" not in kept.read_bytes() and kept.parent.stat().st_mode & 0o077 == 0

    def test_the_draft_lists_its_files_and_lets_them_go(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        one, two = (send_file(client, rfp, "huayun", b"%d" % n, name=f"{n}.pdf").json
                    for n in (1, 2))  # fmt: skip
        path = lot_path(rfp, "draft")
        assert client.get(path, headers=bearer("huayun")).json["files"] == [one, two]
        kept = client.put(
            path, json=an_offer(rfp, files=[two["id"]]), headers=bearer("huayun")
        ).json
        assert kept["files"] == [two]
        gone = client.put(path, json=an_offer(rfp, files=[one["id"]]), headers=bearer("huayun"))
        assert gone.status_code == 409 and gone.json["errors"] == {"code": "file_unknown"}
        removed = client.delete(lot_path(rfp, f"files/{two['id']}"), headers=bearer("huayun"))
        assert removed.status_code == 204
        assert client.get(path, headers=bearer("huayun")).json["files"] == []

    def test_the_file_of_another_vendor_or_lot_cannot_be_taken(
        self, client: FlaskClient, rfp: Rfp
    ) -> None:
        theirs = send_file(client, rfp, "nordwind", b"x").json["id"]
        other_lot = send_file(client, rfp, "huayun", b"x", lot=1).json["id"]
        for foreign in (theirs, other_lot, str(uuid7())):
            answer = send_bid(client, rfp, "huayun", files=[foreign])
            assert answer.status_code == 409 and answer.json["errors"]["code"] == "file_unknown"
            path = lot_path(rfp, f"files/{foreign}")
            assert client.delete(path, headers=bearer("huayun")).status_code == 409
        assert send_bid(client, rfp, "nordwind", files=[theirs]).status_code == 201

    def test_the_same_key_and_file_give_the_same_answer(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        key = uuid7()
        first = send_file(client, rfp, "huayun", self.content, key=key)
        again = send_file(client, rfp, "huayun", self.content, key=key)
        assert again.status_code == 201 and again.json == first.json
        other = send_file(client, rfp, "huayun", b"other", key=key)
        assert other.status_code == 422
        assert len(rows(sessions, bid_files)) == 1
        client.delete(lot_path(rfp, f"files/{first.json['id']}"), headers=bearer("huayun"))
        assert send_file(client, rfp, "huayun", b"other", key=key).status_code == 201

    def test_nothing_is_kept_of_a_file_that_is_refused(
        self, client: FlaskClient, rfp: Rfp, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.rfp.bids.usecases.drafts.MOST_FILES", 1)
        assert send_file(client, rfp, "huayun", b"").status_code == 409
        assert send_file(client, rfp, "huayun", b"1").status_code == 201
        assert send_file(client, rfp, "huayun", b"2").json["errors"]["code"] == "too_many_files"
        monkeypatch.setattr("services.rfp.bids.usecases.drafts.FILE_BYTES", 1000)
        assert send_file(client, rfp, "nordwind", bytes(1001)).status_code == 413
        assert len([*(settings.data / "storage").rglob("*.*")]) == 0
        assert len([p for p in (settings.data / "storage").rglob("*") if p.is_file()]) == 1


class TestSecrecy:
    def test_nothing_readable_is_kept_and_nobody_hears_who_bid(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings,
        actors: dict[str, Actor],
    ) -> None:  # fmt: skip
        file = send_file(client, rfp, "huayun", b"secret drawing", name="secret-name.pdf").json
        send_bid(client, rfp, "huayun", solution="secret words", files=[file["id"]])
        [notice] = rows(sessions)
        assert notice.topic == "tandem.notices"
        assert notice.subject == str(actors["huayun"].person_id)
        said = json.loads(notice.payload)
        assert said["template"] == "bid_received" and said["params"] == {}
        secrets = ("secret", PRICE, file["sha256"], str(an_id("huayun-org")))
        tables = (bids, bid_drafts, bid_files, idempotency_keys, audit_entries)
        public = [dict(row._mapping) for t in tables for row in rows(sessions, t)]
        for row in public:
            for secret in secrets[: 3 if "vendor_id" in row else 4]:
                assert secret not in str(row)

    def test_the_audit_of_a_bid_says_neither_whose_it_is_nor_for_what(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        first = send_bid(client, rfp, "huayun").json
        second = send_bid(client, rfp, "huayun", method="PUT").json
        entries = rows(sessions, audit_entries)
        said = {(each.chain, each.action): each for each in entries}
        assert set(said) == {
            (f"bid:{first['id']}", "bid_received"),
            (f"bid:{first['id']}", "bid_replaced"),
            (f"bid:{second['id']}", "bid_received"),
        }
        assert {each.actor for each in entries} == {"vendor"}
        received = said[f"bid:{second['id']}", "bid_received"].detail
        assert received == {"version": 2, "sha256": second["sha256"], "padded_size": 4096}

    def test_an_envelope_opens_with_the_key_of_its_rfp_in_its_own_place(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        send_bid(client, rfp, "huayun")
        [bid] = rows(sessions, bids)
        key = (settings.data / "keys" / "rfp" / str(rfp.id)).read_bytes()
        context = f"bid|{rfp.lots[0].id}|{an_id('huayun-org')}|1"
        assert PRICE.encode() in unseal(bid.envelope, key, context)
        assert bid.envelope[0] == 1

    def test_small_bids_all_have_the_same_size(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun", solution="x")
        send_bid(client, rfp, "nordwind", solution="x" * 2500)
        assert {len(bid.envelope) for bid in rows(sessions, bids)} == {4096 + 29}

    def test_uploads_leave_nothing_in_the_temporary_folder(
        self, client: FlaskClient, rfp: Rfp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "spool"
        folder.mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(folder))
        made: list[Any] = []
        monkeypatch.setattr("tempfile.TemporaryFile", lambda *a, **k: made.append(a))
        monkeypatch.setattr("tempfile.SpooledTemporaryFile", lambda *a, **k: made.append(a))
        assert send_file(client, rfp, "huayun", os.urandom(2_000_000)).status_code == 201
        assert made == [] and list(folder.iterdir()) == []


def test_the_period_of_the_builders_is_a_year() -> None:
    rfp = an_rfp(a_plan())
    assert months(rfp.starts_on, rfp.ends_on) == MONTHS
