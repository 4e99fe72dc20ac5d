"""From the broker to handlers: once each, the bad ones aside, outages waited for."""

import json
from collections import Counter
from pathlib import Path
from random import randbytes
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from conftest import NOW
from support.database import Sessions, rows
from support.messages import (
    ERASED,
    A,
    B,
    Cemetery,
    Consumer,
    an_event,
    consume,
    sent_messages,
)
from support.settings import environment

from shared import telemetry
from shared.config import ServiceSettings, service_settings
from shared.messaging import inbox, kafka
from shared.messaging.consumer import consume_batch
from shared.messaging.envelope import Event
from shared.worker import Worker


@pytest.fixture
def buried(monkeypatch: pytest.MonkeyPatch) -> Cemetery:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return Cemetery()


def test_an_event_that_comes_twice_is_handled_once(sessions: Sessions, buried: Cemetery) -> None:
    seen: list[str] = []
    consumer = Consumer(sent_messages(sessions, an_event()) * 2)
    handlers = {ERASED: lambda session, event: seen.append(telemetry.cause.get().causationid)}
    assert consume(consumer, sessions, buried, handlers) == 2
    assert seen == [str(rows(sessions)[0].id)]
    assert consumer.committed == 2 and not buried


def test_unknown_types_are_skipped(sessions: Sessions, buried: Cemetery) -> None:
    consumer = Consumer(sent_messages(sessions, an_event()))
    consume(consumer, sessions, buried, {})
    assert consumer.committed == 1 and not buried and rows(sessions, inbox.inbox) == []


def test_what_became_of_messages_is_counted(sessions: Sessions, buried: Cemetery) -> None:
    known, other = an_event(A), Event.of(
        "tandem.identity.organisation_changed.v1", source="/tandem/gateway", subject=B, time=NOW,
        data=json.loads(Path("tests/event_samples/tandem.identity.organisation_changed.v1.json").read_text()),
    )  # fmt: skip
    first, second = sent_messages(sessions, known, other)
    broken = SimpleNamespace(**vars(first) | {"value": b"{"})
    counts: Counter[str] = Counter()
    for messages in ([first, second, first], [broken, second]):
        consume_batch(
            Consumer(messages), sessions, {ERASED: lambda session, event: None},
            group="rfp", bury=buried.bury, counts=counts,
        )  # fmt: skip
    assert counts == {"handled": 1, "duplicates": 1, "unknown": 2, "buried": 1}


def test_a_database_that_is_away_moves_no_offset(sessions: Sessions, buried: Cemetery) -> None:
    def away(session: Any, event: Event) -> None:
        raise sa.exc.OperationalError("select", {}, Exception("gone"))

    ran: list[Event] = []
    consumer = Consumer(sent_messages(sessions, an_event()))
    with pytest.raises(sa.exc.OperationalError):
        consume(consumer, sessions, buried, {ERASED: away})
    assert consumer.committed == 0 and rows(sessions, inbox.inbox) == [] and not buried
    consume(consumer, sessions, buried, {ERASED: lambda session, event: ran.append(event)})
    assert len(ran) == 1 and consumer.committed == 1


def test_one_bad_message_does_not_stop_the_good_ones(sessions: Sessions, buried: Cemetery) -> None:
    good: list[str] = []

    def handler(session: Any, event: Event) -> None:
        if event.subject == str(A):
            raise ZeroDivisionError
        good.append(event.subject)

    consumer = Consumer(sent_messages(sessions, an_event(A), an_event(B)))
    consume(consumer, sessions, buried, {ERASED: handler})
    assert good == [str(B)] and consumer.committed == 2
    assert [(error, attempts) for _, error, attempts in buried] == [("ZeroDivisionError", 5)]


@pytest.mark.parametrize(
    ("change", "error"),
    [({"value": b"{"}, "Undecodable"), ({"value": b"{}"}, "InvalidData"),
     ({"headers": []}, "Undecodable"), ({"value": None}, "Undecodable")],
)  # fmt: skip
def test_poison_is_put_aside_at_once(
    sessions: Sessions, buried: Cemetery, change: dict[str, Any], error: str
) -> None:
    [message] = sent_messages(sessions, an_event())
    consumer = Consumer([SimpleNamespace(**vars(message) | change)])
    consume(consumer, sessions, buried, {ERASED: lambda session, event: None})
    assert [(found, attempts) for _, found, attempts in buried] == [(error, 1)]
    assert consumer.committed == 1


def test_headers_of_others_may_be_anything(sessions: Sessions, buried: Cemetery) -> None:
    [message] = sent_messages(sessions, an_event())
    heard: list[Event] = []
    foreign = [("trace", b"\xff"), ("null", None), ("type", b"theirs")]
    consumer = Consumer([SimpleNamespace(**vars(message) | {"headers": message.headers + foreign})])
    consume(consumer, sessions, buried, {ERASED: lambda session, event: heard.append(event)})
    assert len(heard) == 1 and not buried


def test_headers_of_ours_have_an_end(sessions: Sessions, buried: Cemetery) -> None:
    """Their texts go into columns with an index, which take no more than a third of a page."""
    [message] = sent_messages(sessions, an_event())
    headers = [each for each in message.headers if each[0] != "ce_source"]
    long = vars(message) | {"headers": [*headers, ("ce_source", b"x" * 9_000)]}
    consumer = Consumer([SimpleNamespace(**long), message])
    consume(consumer, sessions, buried, {ERASED: lambda session, event: None})
    assert [error for _, error, _ in buried] == ["Undecodable"] and consumer.committed == 2


def test_a_database_that_refuses_a_statement_is_not_away(
    sessions: Sessions, buried: Cemetery
) -> None:
    """PostgreSQL files a limit that was passed under the errors of operation, as an outage."""

    def handler(session: Any, event: Event) -> None:
        source = randbytes(9_000).hex()  # more than an index takes, and not to be compressed
        session.execute(sa.insert(inbox.inbox).values(consumer="", source=source, event_id=A))

    consumer = Consumer(sent_messages(sessions, an_event()))
    consume(consumer, sessions, buried, {ERASED: handler})
    assert [error for _, error, _ in buried] == ["OperationalError"] and consumer.committed == 1


def test_a_consumer_that_gets_nothing_to_read_joins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    seat, given = kafka.Seat(), SimpleNamespace(assignment=lambda: {"partition"})
    none = SimpleNamespace(assignment=set)
    seat.require(none)
    later = seat.taken_at + kafka.UNASSIGNED_S + 1
    monkeypatch.setattr("time.monotonic", lambda: later)
    with pytest.raises(kafka.Unassigned):
        seat.require(none)
    seat.require(given)
    seat.require(none)


def test_a_worker_closes_a_consumer_without_partitions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Any] = []
    settings = service_settings(ServiceSettings, "rfp", environment(tmp_path))
    worker = Worker("rfp", settings, {}, {}, {})
    monkeypatch.setattr(kafka, "UNASSIGNED_S", -1)
    monkeypatch.setattr(kafka, "new_consumer", lambda *_: SimpleNamespace(assignment=set))
    monkeypatch.setattr(kafka, "Publisher", lambda *_: SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(kafka, "close_consumer", closed.append)
    with pytest.raises(kafka.Unassigned):
        worker.consume()
    assert len(closed) == 1
