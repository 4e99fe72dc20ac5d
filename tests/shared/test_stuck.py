"""Parked events and failed jobs: listed, settled once, by whom is in the audit."""

import sys
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import NOW
from flask.testing import FlaskClient
from support.actors import an_id, bearer, staff
from support.database import Sessions, rows
from support.web_app import make_app

from shared import audit, stuck
from shared.kernel import NotFound
from shared.messaging import outbox, parked
from shared.messaging.envelope import Event

ERASED = "tandem.identity.person_erased.v1"
A = an_id("a")


@pytest.fixture
def client(sessions: Sessions, tmp_path: Any) -> FlaskClient:
    return make_app(sessions, tmp_path).test_client()


@pytest.fixture
def event_id(sessions: Sessions) -> Any:
    data = {"person_id": str(A)}
    event = Event.of(ERASED, source="/tandem/gateway", subject=A, time=NOW, data=data)
    with sessions.begin() as session:
        outbox.record(session, event)
    with sessions.begin() as session:
        values = {"parked_at": NOW, "parked_because": "MessageSizeTooLargeError"}
        session.execute(sa.update(outbox.outbox).values(values))
    return event.id


def a_job(sessions: Sessions, lock: str | None = None, status: str = "failed") -> int:
    values = {"lock": lock, "status": status}
    added = (
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, attempts)"
        " VALUES ('default', 'send_mail', :lock, CAST(:status AS procrastinate_job_status), 8)"
        " RETURNING id"
    )
    with sessions.begin() as session:
        number: int = session.execute(sa.text(added), values).scalar_one()
    return number


def states(sessions: Sessions) -> list[str]:
    with sessions.begin() as session:
        return list(session.scalars(sa.text("SELECT status::text FROM procrastinate_jobs")))


def audited(sessions: Sessions) -> list[tuple[str, str, str]]:
    found = rows(sessions, audit.audit_entries)
    return [(row.chain.partition(":")[0], row.action, row.actor) for row in found]


def test_a_parked_event_is_listed_and_settled_once(
    client: FlaskClient, sessions: Sessions, event_id: Any
) -> None:
    operator = bearer("operator")
    told = client.get("/internal/stuck", headers=operator).json
    assert told and told["jobs"] == []
    assert [(each["id"], each["type"]) for each in told["events"]] == [(str(event_id), ERASED)]
    where = f"/internal/parked-events/{event_id}"
    assert client.post(f"{where}/release", headers=operator).status_code == 204
    assert client.post(f"{where}/discard", headers=operator).status_code == 404
    [row] = rows(sessions)
    assert row.parked_at is row.published_at is row.parked_because is None
    who = staff("operator").subject
    assert audited(sessions) == [("outbox_event", "event_released", who)]


def test_a_discarded_event_is_never_sent(
    client: FlaskClient, sessions: Sessions, event_id: Any
) -> None:
    where = f"/internal/parked-events/{event_id}/discard"
    assert client.post(where, headers=bearer("operator")).status_code == 204
    [row] = rows(sessions)
    assert row.published_at and row.parked_because == "MessageSizeTooLargeError"
    with sessions.begin() as session:
        assert parked.waiting(session) == [] and outbox.state(session).pending == 0


def test_a_failed_job_is_tried_again(client: FlaskClient, sessions: Sessions) -> None:
    number, operator = a_job(sessions), bearer("operator")
    told = client.get("/internal/stuck", headers=operator).json
    assert told and [(each["id"], each["name"]) for each in told["jobs"]] == [(number, "send_mail")]
    where = f"/internal/failed-jobs/{number}"
    assert client.post(f"{where}/retry", headers=operator).status_code == 204
    assert states(sessions) == ["todo"]
    assert client.post(f"{where}/remove", headers=operator).status_code == 404
    assert audited(sessions) == [("job", "job_retried", staff("operator").subject)]


def test_a_failed_job_whose_work_waits_already_is_removed(
    client: FlaskClient, sessions: Sessions
) -> None:
    number, operator = a_job(sessions, "same"), bearer("operator")
    a_job(sessions, "same", "todo")
    where = f"/internal/failed-jobs/{number}"
    assert client.post(f"{where}/retry", headers=operator).status_code == 409
    assert audited(sessions) == []
    assert client.post(f"{where}/remove", headers=operator).status_code == 204
    assert states(sessions) == ["todo"]
    assert audited(sessions) == [("job", "job_removed", staff("operator").subject)]


@pytest.mark.parametrize(
    "path", [f"parked-events/{A}/release", f"parked-events/{A}/discard",
             "failed-jobs/1/retry", "failed-jobs/1/remove", "stuck"],
)  # fmt: skip
def test_only_those_who_run_the_system_may(client: FlaskClient, path: str) -> None:
    method = "GET" if path == "stuck" else "POST"
    for headers, status in ((None, 401), (bearer("buyer"), 403), (bearer("huayun"), 403)):
        answer = client.open(f"/internal/{path}", method=method, headers=headers)
        assert answer.status_code == status
    answer = client.open(f"/internal/{path}", method=method, headers=bearer("operator"))
    assert answer.status_code in (200, 404)


def test_the_command_does_the_same(
    sessions: Sessions, event_id: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = a_job(sessions)
    with sessions.begin() as session:
        listed = stuck.done(session, None, "")
        assert len(listed) == 2 and str(event_id) in listed[0] and "send_mail" in listed[1]
    for order, which in (("discard", str(event_id)), ("retry", str(number))):
        monkeypatch.setattr(sys, "argv", ["stuck", "rfp", order, which])
        asked = stuck.arguments()
        with sessions.begin() as session:
            stuck.done(session, asked.order, asked.id)
            with pytest.raises(NotFound):
                stuck.done(session, asked.order, asked.id)
    actions = {("job", "job_retried", "system"), ("outbox_event", "event_discarded", "system")}
    assert set(audited(sessions)) == actions


@pytest.mark.parametrize(
    "asked",
    [["release"], ["discard", "7"], ["retry"], ["retry", "x"], ["remove", "-1"],
     ["remove", str(2**63)]],
)  # fmt: skip
def test_an_order_without_its_id_is_explained(
    asked: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["stuck", "rfp", *asked])
    with pytest.raises(SystemExit) as ended:
        stuck.arguments()
    assert ended.value.code == 2 and asked[0] in capsys.readouterr().err
