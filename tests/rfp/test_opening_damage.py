"""Bids and files that are not what was sealed; and what becomes of files."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import an_id
from support.bids import send_bid, send_file
from support.database import Sessions, events, rows
from support.openings import decrypt_files, open_all, room, spoil

from services.rfp import worker
from services.rfp.bids.persistence import (
    bid_documents,
    bid_files,
    bids,
    opened_bids,
)
from services.rfp.bids.usecases.opening import DECRYPT
from services.rfp.config import Settings
from services.rfp.tenders.domain import Rfp
from shared import audit
from shared.files import LocalStorage, files

Clock = Callable[[datetime], None]


class TestDamage:
    def test_a_bid_that_cannot_be_read_stops_no_other(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        bad = send_bid(client, rfp, "huayun").json
        good = send_bid(client, rfp, "nordwind").json
        [envelope] = [b.envelope for b in rows(sessions, bids) if str(b.id) == bad["id"]]
        spoil(sessions, bad["id"], envelope=envelope[:-1] + bytes([envelope[-1] ^ 1]))
        open_all(client, sessions, rfp)
        states = {str(bid.id): bid.state for bid in rows(sessions, bids)}
        assert states == {bad["id"]: "unreadable", good["id"]: "opened"}
        [bid] = rows(sessions, opened_bids)
        assert str(bid.bid_id) == good["id"]
        [event] = events(sessions, "bids_opened")
        assert [each["bid_id"] for each in json.loads(event.payload)["bids"]] == [good["id"]]
        with sessions.begin() as session:
            minutes = audit.history(session, f"rfp:{rfp.id}")[0].detail
            assert audit.history(session, f"bid:{bad['id']}")[0].action == "bid_unreadable"
        assert {each["bid_id"]: each["state"] for each in minutes["bids"]} == states

    def test_envelopes_that_changed_places_do_not_open(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        for who in ("huayun", "nordwind"):
            send_bid(client, rfp, who)
        one, two = rows(sessions, bids)
        spoil(sessions, one.id, envelope=two.envelope)
        spoil(sessions, two.id, envelope=one.envelope)
        open_all(client, sessions, rfp)
        assert [bid.state for bid in rows(sessions, bids)] == ["unreadable"] * 2

    def test_an_old_version_in_the_place_of_the_new_does_not_open(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun", solution="old")
        send_bid(client, rfp, "huayun", method="PUT", solution="new")
        old, new = sorted(rows(sessions, bids), key=lambda bid: bid.version)
        spoil(sessions, new.id, envelope=old.envelope)
        open_all(client, sessions, rfp)
        assert rows(sessions, opened_bids) == []

    def test_content_that_does_not_fit_our_tables_stops_no_other(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As a bid that was sealed elsewhere might hold."""
        require = "services.rfp.bids.usecases.submission.require_complete"
        monkeypatch.setattr(require, lambda *_: None)
        unknown = [{"target_id": str(an_id("nothing")), "value": "1"}]
        send_bid(client, rfp, "huayun", promises=unknown)
        send_bid(client, rfp, "nordwind")
        open_all(client, sessions, rfp)
        assert sorted(bid.state for bid in rows(sessions, bids)) == ["opened", "unreadable"]
        assert len(rows(sessions, opened_bids)) == 1


class TestFiles:
    content = os.urandom(200_001)

    @pytest.fixture
    def opened(self, client: FlaskClient, rfp: Rfp, sessions: Sessions) -> dict[str, Any]:
        """A bid with one file, opened; the file is still encrypted."""
        file: dict[str, Any] = send_file(client, rfp, "huayun", self.content, name="方案.pdf").json
        send_bid(client, rfp, "huayun", files=[file["id"]])
        open_all(client, sessions, rfp)
        return file

    def stored_bytes(self, sessions: Sessions, settings: Settings) -> bytes:
        [file] = rows(sessions, files)
        return b"".join(LocalStorage(settings.data / "storage" / "rfp").get(file.key))

    def test_a_job_makes_files_readable(
        self, opened: dict[str, Any], sessions: Sessions, settings: Settings, rfp: Rfp
    ) -> None:
        [waiting] = rows(sessions, bid_documents)
        assert (waiting.state, waiting.name, waiting.size) == ("sealed", "方案.pdf", 200_001)
        assert waiting.file_id is None and rows(sessions, files) == []
        decrypt_files(sessions, settings)
        [document], [file] = rows(sessions, bid_documents), rows(sessions, files)
        assert (document.state, document.key, document.file_id) == ("readable", None, file.id)
        assert file.sha256 == document.sha256 == opened["sha256"]
        assert file.sha256 == hashlib.sha256(self.content).hexdigest()
        assert (file.name, file.scan_state) == ("方案.pdf", "not_scanned")
        assert self.stored_bytes(sessions, settings) == self.content

    def test_the_job_runs_again_without_doing_it_again(
        self, opened: dict[str, Any], sessions: Sessions, settings: Settings, rfp: Rfp
    ) -> None:
        decrypt_files(sessions, settings)
        decrypt_files(sessions, settings)
        assert len(rows(sessions, files)) == 1

    def test_the_opening_defers_the_job(
        self, opened: dict[str, Any], sessions: Sessions, rfp: Rfp
    ) -> None:
        with sessions.begin() as session:
            deferred = sa.text("SELECT task_name, args FROM procrastinate_jobs")
            assert [tuple(row) for row in session.execute(deferred)] == [(DECRYPT, {})]
        assert DECRYPT in worker.JOBS and DECRYPT in worker.CRON["* * * * *"]

    @pytest.mark.parametrize("damage", ["truncated", "changed", "foreign"])
    def test_a_damaged_file_is_recorded_and_stops_no_other(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings, damage: str
    ) -> None:
        good, bad = (send_file(client, rfp, "huayun", self.content, name=name).json["id"]
                     for name in ("good.pdf", "bad.pdf"))  # fmt: skip
        receipt = send_bid(client, rfp, "huayun", files=[good, bad]).json
        places = {str(row.id): settings.data / "storage" / "rfp" / row.key
                  for row in rows(sessions, bid_files)}  # fmt: skip
        sealed = places[bad].read_bytes()
        places[bad].write_bytes({
            "truncated": sealed[: -(65_536 + 16)],
            "changed": sealed[:1000] + bytes([sealed[1000] ^ 1]) + sealed[1001:],
            "foreign": places[good].read_bytes(),
        }[damage])  # fmt: skip
        open_all(client, sessions, rfp)
        decrypt_files(sessions, settings)
        found = {each.name: each for each in rows(sessions, bid_documents)}
        assert found["good.pdf"].state == "readable" and found["bad.pdf"].state == "damaged"
        assert found["bad.pdf"].file_id is None and len(rows(sessions, files)) == 1
        assert len([*(settings.data / "storage/rfp/opened").iterdir()]) == 1
        with sessions.begin() as session:
            last = audit.history(session, f"bid:{receipt['id']}")[0]
        assert last.action == "document_damaged" and last.detail == {"document_id": bad}
        [line] = room(client, rfp)["bids"]
        assert line["state"] == "opened"

    def test_a_store_that_was_away_costs_no_file(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        file_id = send_file(client, rfp, "huayun", self.content).json["id"]
        send_bid(client, rfp, "huayun", files=[file_id])
        store = settings.data / "storage" / "rfp"
        open_all(client, sessions, rfp)
        away = store.rename(store.with_name("away"))
        decrypt_files(sessions, settings)
        [waiting] = rows(sessions, bid_documents)
        assert waiting.state == "sealed" and waiting.key
        shutil.rmtree(store, ignore_errors=True)
        away.rename(store)
        decrypt_files(sessions, settings)
        assert self.stored_bytes(sessions, settings) == self.content

    def test_a_replaced_bid_takes_the_files_of_the_last_version(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        old, new = (send_file(client, rfp, "huayun", content, name=name).json["id"]
                    for name, content in (("old.pdf", b"old"), ("new.pdf", b"new")))  # fmt: skip
        send_bid(client, rfp, "huayun", files=[old])
        send_bid(client, rfp, "huayun", method="PUT", files=[new])
        open_all(client, sessions, rfp)
        decrypt_files(sessions, settings)
        assert self.stored_bytes(sessions, settings) == b"new"
