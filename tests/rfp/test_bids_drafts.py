"""Drafts and their files, by API; and that nothing of them or of bids can be read."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.bids import PRICE, an_offer, lot_path, send_bid, send_file
from support.database import Sessions, rows

from services.rfp.bids.persistence import bid_drafts, bid_files, bids
from services.rfp.config import Settings
from services.rfp.sealing.domain import unseal
from services.rfp.tenders.domain import Rfp
from shared.audit import audit_entries
from shared.idempotency import idempotency_keys
from shared.kernel import Actor, uuid7

Clock = Callable[[datetime], None]


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
        client.put(lot_path(rfp, "draft"), json={"files": []}, headers=bearer("huayun"))
        assert send_file(client, rfp, "huayun", self.content, key=key).status_code == 201

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

    def test_too_many_uploads_and_too_many_files_are_told_apart(
        self, client: FlaskClient, rfp: Rfp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.rfp.bids.usecases.drafts.MOST_UPLOADS", 1)
        first = send_file(client, rfp, "huayun", b"1").json
        client.delete(lot_path(rfp, f"files/{first['id']}"), headers=bearer("huayun"))
        refused = send_file(client, rfp, "huayun", b"2").json
        assert refused["errors"] == {"code": "too_many_uploads"}
        assert "uploaded 1 files" in refused["message"]


class TestSecrecy:
    def test_nothing_readable_is_kept_and_nobody_hears_who_bid(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings,
        actors: dict[str, Actor],
    ) -> None:  # fmt: skip
        file = send_file(client, rfp, "huayun", b"secret drawing", name="secret-name.pdf").json
        send_bid(client, rfp, "huayun", solution="secret words", files=[file["id"]])
        assert rows(sessions) == []
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
