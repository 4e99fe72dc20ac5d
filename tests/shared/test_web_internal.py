"""Transactions of a request, and what the gateway asks every service."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from support.actors import actors, an_id, auditor, bearer, staff, vendor
from support.database import Sessions, know, rows
from support.web_app import make_app

from shared import audit, db
from shared.kernel import uuid7
from shared.messaging.dead_letters import bury, dead_letters
from shared.messaging.inbox import inbox
from shared.web import transaction
from shared.web.timeline import timeline

numbers = db.numbers


@pytest.fixture
def app(sessions: Sessions, tmp_path: Path) -> Flask:
    return make_app(sessions, tmp_path)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def write(session: Session, prefix: str) -> None:
    session.execute(sa.insert(numbers).values(prefix=prefix, year=2026, last=1))


def written(sessions: Sessions) -> list[str]:
    return [row.prefix for row in rows(sessions, numbers)]


def test_a_transaction_commits_when_its_block_ends(app: Flask, sessions: Sessions) -> None:
    with app.test_request_context(method="POST"):
        with transaction() as session:
            write(session, "a")
        with transaction() as later:
            write(later, "b")
    assert written(sessions) == ["a", "b"]


def test_an_error_rolls_back(app: Flask, sessions: Sessions) -> None:
    def work() -> None:
        with transaction() as session:
            write(session, "a")
            raise ZeroDivisionError

    with app.test_request_context(method="POST"):
        with pytest.raises(ZeroDivisionError):
            work()
        with transaction() as session:
            assert not session.scalar(sa.select(sa.func.count()).select_from(numbers))
    assert written(sessions) == []


def test_an_inner_block_joins_and_the_outer_one_commits(app: Flask, sessions: Sessions) -> None:
    with app.test_request_context(method="POST"), transaction() as outer:
        with transaction() as inner:
            assert inner is outer
            write(inner, "a")
        assert outer.in_transaction()
        write(outer, "b")
    assert written(sessions) == ["a", "b"]


def test_a_failed_inner_block_undoes_all_even_when_caught(app: Flask, sessions: Sessions) -> None:
    def fail() -> None:
        with transaction() as inner:
            write(inner, "b")
            raise ZeroDivisionError

    with app.test_request_context(method="POST"), transaction() as outer:
        write(outer, "a")
        with pytest.raises(ZeroDivisionError):
            fail()
        write(outer, "c")
    assert written(sessions) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/internal/operations"),
        ("GET", "/internal/dead-letters"),
        ("POST", "/internal/dead-letters/01890f3e-7b1a-7c1e-8000-000000000001/replay"),
        ("POST", "/internal/dead-letters/01890f3e-7b1a-7c1e-8000-000000000001/discard"),
        ("GET", "/internal/audit?chain=x"),
    ],
)
def test_only_those_who_run_the_system_are_answered(
    client: FlaskClient, method: str, path: str
) -> None:
    assert client.open(path, method=method).status_code == 401
    for who in ("buyer", "huayun", "callgrid"):
        assert client.open(path, method=method, headers=bearer(who)).status_code == 403
    assert client.open(path, method=method, headers=bearer("operator")).status_code in (200, 404)


def test_operations_tell_how_the_service_is(client: FlaskClient) -> None:
    told = client.get("/internal/operations", headers=bearer("operator")).json
    assert told == {
        "service": "demo",
        "outbox": {"pending": 0, "parked": 0, "oldest_age_seconds": 0.0},
        "dead_letters": 0,
        "loops": [],
        "jobs": {},
        "clock": [],
    }


def a_letter(sessions: Sessions, kind: str, value: bytes = b"{}") -> str:
    """A message as the consumer hands it to `bury`."""
    data = {"id": "01890f3e-7b1a-7c1e-8000-000000000009", "source": "/x", "specversion": "1.0"}
    headers = data | {"type": kind, "subject": "s", "time": "2026-11-22T09:00:00+00:00"}
    message = SimpleNamespace(
        topic="tandem.rfp.events",
        partition=0,
        offset=1,
        key=b"s",
        value=value,
        headers=[(f"ce_{name}", text.encode()) for name, text in headers.items()],
    )
    with sessions.begin() as session:
        bury(session, message, "ValueError", 5)
    (row,) = rows(sessions, dead_letters)
    return str(row.id)


def test_a_dead_letter_is_shown_and_discarded_once(client: FlaskClient, sessions: Sessions) -> None:
    letter = a_letter(sessions, "tandem.rfp.rfp_published.v1")
    operator = bearer("operator")
    listed = client.get("/internal/dead-letters", headers=operator).json
    assert listed and [item["id"] for item in listed["items"]] == [letter]
    shown = client.get(f"/internal/dead-letters/{letter}", headers=operator).json
    assert shown and shown["value"] == "{}" and shown["error"] == "ValueError"
    path = f"/internal/dead-letters/{letter}"
    assert client.post(f"{path}/discard", headers=operator).status_code == 204
    assert client.post(f"{path}/discard", headers=operator).status_code == 409
    (entry,) = rows(sessions, audit.audit_entries)
    assert (entry.action, entry.actor) == ("dead_letter_discarded", staff("operator").subject)


def test_all_letters_are_counted(client: FlaskClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        common = {"topic": "t", "partition": 0, "type": "x", "headers": {}, "error": "E"}
        many = [common | {"id": uuid7(), "offset": n, "attempts": 5} for n in range(120)]
        session.execute(sa.insert(dead_letters), many)
    told = client.get("/internal/operations", headers=bearer("operator")).json
    assert told and told["dead_letters"] == 120


def test_a_letter_that_nobody_handles_is_not_lost_by_replaying(
    client: FlaskClient, sessions: Sessions
) -> None:
    letter = a_letter(sessions, "tandem.rfp.unknown.v1")
    answer = client.post(f"/internal/dead-letters/{letter}/replay", headers=bearer("operator"))
    assert answer.status_code == 409
    assert rows(sessions, dead_letters)[0].state == "waiting"


def test_a_letter_is_replayed_through_the_handlers(
    app: Flask, client: FlaskClient, sessions: Sessions
) -> None:
    kind, heard = "tandem.rfp.rfp_published.v1", []

    def hear(session: Session, event: Any) -> None:
        heard.append(event.type)

    app.extensions["handlers"] = {kind: hear}
    sample = Path(f"tests/event_samples/{kind}.json").read_bytes()
    letter = a_letter(sessions, kind, sample)
    answer = client.post(f"/internal/dead-letters/{letter}/replay", headers=bearer("operator"))
    assert answer.status_code == 204, answer.text
    assert heard == [kind]
    assert len(rows(sessions, inbox)) == 1


def test_a_chain_is_told_newest_first(app: Flask, client: FlaskClient, sessions: Sessions) -> None:
    buyer, bidder = staff("buyer"), vendor("huayun")
    know(sessions, buyer, bidder, auditor())
    with sessions.begin() as session:
        audit.record(session, buyer, chain="rfp:1", action="made", detail={"title": "Calls"})
        audit.record(session, bidder, chain="rfp:1", action="hidden")
        audit.record(session, "system", chain="rfp:1", action="closed")
    told = client.get("/internal/audit?chain=rfp:1", headers=bearer("auditor")).json
    assert told and [item["action"] for item in told["items"]] == ["closed", "hidden", "made"]
    words = {"made": "Made: %(title)s", "closed": "Closed"}
    with app.test_request_context(), sessions.begin() as session:
        staff_view = timeline(session, "rfp:1", words)
        vendor_view = timeline(session, "rfp:1", words, names=False)
    assert [(line.what, line.who) for line in staff_view] == [
        ("Closed", ""),
        ("Made: Calls", "buyer"),
    ]
    assert {line.who for line in vendor_view} == {""}
    assert all(line.at > datetime(2020, 1, 1, tzinfo=UTC) for line in staff_view)


def test_an_auditor_from_outside_reads_no_chain(sessions: Sessions, tmp_path: Path) -> None:
    own = auditor()
    outsider = replace(auditor("outsider"), organisation_id=an_id("office"))
    know(sessions, own, outsider)
    with sessions.begin() as session:
        audit.record(session, "system", chain="rfp:1", action="closed")
    client = make_app(sessions, tmp_path, actors(own, outsider)).test_client()
    path = "/internal/audit?chain=rfp:1"
    assert client.get(path, headers=bearer("outsider")).status_code == 403
    assert len(client.get(path, headers=bearer("auditor")).json["items"]) == 1  # type: ignore[index]
