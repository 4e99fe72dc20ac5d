"""Uploads and what may go wrong around their commit: no row without its bytes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.bid_pages import form_path
from support.bids import send_bid, send_file
from support.database import Sessions, rows
from support.openings import decrypt_files, open_all
from support.pages import Browser

from services.rfp.bids import jobs
from services.rfp.bids.persistence import add_file_row, bid_documents, bid_files
from services.rfp.config import Settings
from services.rfp.tenders.domain import Rfp
from shared.audit import audit_entries
from shared.files import LocalStorage
from shared.jobs import Context
from shared.kernel import uuid7
from shared.web.transactions import transaction

DAY = 24 * 3600


@pytest.fixture
def storage(settings: Settings) -> LocalStorage:
    return LocalStorage(settings.data / "storage" / "rfp")


def stored(storage: LocalStorage) -> list[str]:
    return [str(p.relative_to(storage.root)) for p in storage.root.rglob("*") if p.is_file()]


@contextmanager
def answer_lost() -> Iterator[Any]:
    """The COMMIT of an upload is done, and the connection breaks before we hear of it."""
    with transaction() as session:
        yield session
    if session.info.pop("uploads", False):
        raise ConnectionError("server closed the connection unexpectedly")


@contextmanager
def breaking(module: str) -> Iterator[None]:
    def added(session: Any, *args: Any) -> None:
        add_file_row(session, *args)
        session.info["uploads"] = True

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("services.rfp.bids.usecases.drafts.add_file_row", added)
        broken.setattr(f"services.rfp.bids.{module}.transaction", answer_lost)
        yield


def test_a_lost_answer_to_the_commit_leaves_row_and_bytes(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, storage: LocalStorage, settings: Settings
) -> None:
    key, content = uuid7(), os.urandom(70_000)
    with breaking("api"):
        assert send_file(client, rfp, "huayun", content, key=key).status_code == 500
    [row] = rows(sessions, bid_files)
    assert stored(storage) == [row.key]
    again = send_file(client, rfp, "huayun", content, key=key)
    assert again.status_code == 201 and again.json["id"] == str(row.id)
    assert stored(storage) == [row.key]
    send_bid(client, rfp, "huayun", files=[again.json["id"]])
    open_all(client, sessions, rfp)
    decrypt_files(sessions, settings)
    assert [each.state for each in rows(sessions, bid_documents)] == ["readable"]


def test_so_does_the_form(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, storage: LocalStorage
) -> None:
    sent = {"csrf_token": "csrf-huayun", "file": (BytesIO(b"x" * 99), "a.pdf")}
    with breaking("vendor_pages.saving"):
        answer = client.post(form_path(rfp), data=sent, headers=bearer("huayun"))
    assert answer.status_code == 500
    [row] = rows(sessions, bid_files)
    assert stored(storage) == [row.key]


def test_a_repeat_brings_back_bytes_that_are_gone(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, storage: LocalStorage, settings: Settings
) -> None:
    key, content = uuid7(), os.urandom(70_000)
    first = send_file(client, rfp, "huayun", content, key=key).json
    storage.delete(rows(sessions, bid_files)[0].key)
    again = send_file(client, rfp, "huayun", content, key=key)
    assert again.status_code == 201 and again.json == first
    [row] = rows(sessions, bid_files)
    assert stored(storage) == [row.key]
    send_bid(client, rfp, "huayun", files=[first["id"]])
    open_all(client, sessions, rfp)
    decrypt_files(sessions, settings)
    assert [each.state for each in rows(sessions, bid_documents)] == ["readable"]


def test_what_no_row_names_is_swept_after_a_day(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, storage: LocalStorage, settings: Settings
) -> None:
    send_file(client, rfp, "huayun", b"kept")
    send_bid(client, rfp, "huayun", files=[send_file(client, rfp, "huayun", b"bid").json["id"]])
    open_all(client, sessions, rfp)
    decrypt_files(sessions, settings)
    kept = set(stored(storage))
    assert len(kept) == 3  # one of them decrypted
    for name in ("bids/orphan", "opened/orphan", "bids/half.partial", "bids/young"):
        storage.put(name, [b"x"])
    for name in {*stored(storage)} - {"bids/young"}:
        then = (storage.root / name).stat().st_mtime - DAY - 60
        os.utime(storage.root / name, (then, then))
    jobs.sweep_files(Context(sessions, settings))
    assert set(stored(storage)) == {*kept, "bids/young"}


def test_a_fault_of_the_store_stops_no_other_file(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for who in ("huayun", "nordwind"):
        file = send_file(client, rfp, who, b"x").json
        send_bid(client, rfp, who, files=[file["id"]])
    open_all(client, sessions, rfp)
    first = min(rows(sessions, bid_documents), key=lambda each: each.bid_id)
    bad = next(row.key for row in rows(sessions, bid_files) if row.id == first.id)
    get = LocalStorage.get

    def failing(self: LocalStorage, key: str) -> Iterator[bytes]:
        if key == bad:
            raise OSError("input/output error")
        return get(self, key)

    with monkeypatch.context() as broken:
        broken.setattr(LocalStorage, "get", failing)
        for _ in range(2):
            decrypt_files(sessions, settings)
    states = {each.id: each.state for each in rows(sessions, bid_documents)}
    assert states.pop(first.id) == "sealed" and set(states.values()) == {"readable"}
    page = Browser(client, "buyer").get(f"/admin/rfps/{rfp.id}/opening").text
    assert "1 held up by a fault of the store" in page
    stuck = [each for each in rows(sessions, audit_entries) if each.action == "document_stuck"]
    assert [each.chain for each in stuck] == [f"bid:{first.bid_id}"]
    decrypt_files(sessions, settings)
    assert {each.state for each in rows(sessions, bid_documents)} == {"readable"}
    assert "held up" not in Browser(client, "buyer").get(f"/admin/rfps/{rfp.id}/opening").text
