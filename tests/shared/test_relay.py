"""From the outbox to the broker: in order, once acknowledged gone, and nothing overtaken."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from cloudevents.core.formats.json import JSONFormat
from conftest import NOW
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from structlog.testing import capture_logs
from support.database import Sessions, rows
from support.messages import (
    A,
    B,
    Broker,
    an_event,
    record,
    relay,
)

from shared import audit, telemetry
from shared.kernel import NotFound
from shared.messaging import outbox, parked
from shared.messaging.envelope import decode
from shared.messaging.notices import notify
from shared.messaging.replay import replay
from shared.messaging.schemas import InvalidData
from shared.telemetry import Cause


def test_sequences_count_from_one_per_topic_and_subject(sessions: Sessions) -> None:
    record(sessions, an_event(A), an_event(B), an_event(A))
    found = [(row.subject, row.sequence) for row in rows(sessions)]
    assert found == [(str(A), 1), (str(B), 1), (str(A), 2)]


def test_data_that_does_not_fit_its_schema_is_never_recorded(sessions: Sessions) -> None:
    with pytest.raises(InvalidData):
        record(sessions, an_event(person_id=7))
    assert rows(sessions) == []


def test_an_event_survives_the_wire_and_others_read_it_too(sessions: Sessions) -> None:
    broker, cause = Broker(), Cause("request-1", "00-" + "1" * 32 + "-" + "2" * 16 + "-01")
    before = telemetry.cause.set(cause)
    record(sessions, event := an_event())
    telemetry.cause.reset(before)
    relay(sessions, broker)
    [sent] = broker.log
    read = decode(sent.topic, sent.headers, sent.value)
    assert vars(read) == vars(event) | {"sequence": 1, "cause": cause}
    message = KafkaMessage(dict(sent.headers), sent.key, sent.value)
    theirs = from_binary_event(message, JSONFormat()).get_attributes()
    assert theirs["id"] == str(event.id) and theirs["time"] == NOW
    assert theirs["partitionkey"] == sent.key.decode() == str(A) and theirs["sequence"] == "1"
    assert theirs["correlationid"] == "request-1" and theirs["traceparent"] == cause.traceparent


def test_the_relay_marks_what_was_acknowledged_and_sends_the_rest_again_in_order(
    sessions: Sessions,
) -> None:
    record(sessions, *(an_event(subject) for subject in (A, B, A, B)))
    broker = Broker()
    broker.refuses = {1: KafkaTimeoutError()}
    assert relay(sessions, broker) == 2  # both of B; the second A waits for the first
    assert relay(sessions, broker) == 2
    assert relay(sessions, broker) == 0
    keys = [message.key.decode() for message in broker.log]
    assert keys == [str(each) for each in (A, B, A, B, A, A)]


def test_what_the_broker_can_never_take_is_parked_and_blocks_its_key(sessions: Sessions) -> None:
    record(sessions, an_event(A), an_event(B), an_event(A))
    broker = Broker()
    broker.refuses = {1: MessageSizeTooLargeError()}
    assert relay(sessions, broker) == 1
    assert relay(sessions, broker) == 0, "the second A went past the parked first"
    with sessions.begin() as session:
        state = outbox.state(session)
        assert (state.pending, state.parked) == (1, 1)
        [event] = parked.waiting(session)
        assert (event.subject, event.because) == (str(A), "MessageSizeTooLargeError")
        parked.release(session, event.id)
    assert relay(sessions, broker) == 2


def test_a_parked_event_that_is_discarded_frees_its_subject(sessions: Sessions) -> None:
    record(sessions, an_event(A), an_event(A))
    broker = Broker()
    broker.refuses = {1: MessageSizeTooLargeError()}
    relay(sessions, broker)
    with sessions.begin() as session:
        [event] = parked.waiting(session)
        parked.discard(session, event.id)
        with pytest.raises(NotFound):
            parked.release(session, event.id)
    assert relay(sessions, broker) == 1
    since = rows(sessions)[0].recorded_at
    with sessions.begin() as session:
        assert outbox.state(session).parked == 0
        assert outbox.replay(session, since=since, until=since + timedelta(days=1)) == 1


def test_what_the_producer_refuses_is_not_overtaken_either(sessions: Sessions) -> None:
    class Producer(Broker):
        def send(self, topic: str, value: bytes, *more: Any, **said: Any) -> SimpleNamespace:
            if json.loads(value).get("note") == "too large":
                raise MessageSizeTooLargeError
            return super().send(topic, value, *more, **said)

    record(sessions, an_event(A), an_event(A, note="too large"), an_event(A), an_event(B))
    broker = Producer()
    assert relay(sessions, broker) == 2
    sent = [(message.key.decode(), dict(message.headers)["ce_sequence"]) for message in broker.log]
    assert sent == [(str(A), b"1"), (str(B), b"1")]
    assert [bool(row.parked_at) for row in rows(sessions)] == [False, True, False, False]


@pytest.mark.parametrize(("silent", "replaced"), [(set(), False), ({2}, True)])
def test_a_producer_with_a_doubtful_send_is_replaced_and_says_so_once(
    sessions: Sessions, silent: set[int], replaced: bool
) -> None:
    record(sessions, an_event(A), an_event(B), an_event(B))
    broker = Broker()
    broker.refuses = {2: KafkaTimeoutError(), 3: KafkaTimeoutError()}
    broker.silent = silent
    with capture_logs() as logged:
        assert relay(sessions, broker) == 1
    assert broker.is_closed is replaced
    [said] = logged
    assert (said["topic"], said["error"]) == ("tandem.identity.events", "KafkaTimeoutError")


def test_a_broker_that_is_away_is_told_once_per_batch(sessions: Sessions) -> None:
    class Away(Broker):
        def send(self, *said: Any, **more: Any) -> SimpleNamespace:
            raise KafkaTimeoutError

    record(sessions, an_event(A), an_event(B))
    with capture_logs() as logged:
        assert relay(sessions, broker := Away()) == 0
    assert broker.is_closed
    assert [each["error"] for each in logged] == ["KafkaTimeoutError"]


def test_only_one_relay_works_at_a_time(engine: sa.Engine, sessions: Sessions) -> None:
    record(sessions, an_event())
    with engine.connect() as other, other.begin():
        other.execute(sa.text("SELECT pg_advisory_xact_lock(1)"))
        assert relay(sessions, Broker()) == 0
    assert relay(sessions, Broker()) == 1


def test_sent_events_go_out_again_with_the_same_ids(sessions: Sessions) -> None:
    broker = Broker()
    record(sessions, an_event(A), an_event(B))
    relay(sessions, broker)
    with sessions.begin() as session:
        first = rows(sessions)[0].recorded_at
        assert outbox.replay(session, since=first, until=first) == 1
    relay(sessions, broker)
    ids = [dict(message.headers)["ce_id"] for message in broker.log]
    assert ids == [ids[0], ids[1], ids[0]]


def test_what_is_sent_again_is_as_old_as_the_order(sessions: Sessions) -> None:
    record(sessions, an_event(A))
    relay(sessions, Broker())
    days_ago = NOW - timedelta(days=9)
    with sessions.begin() as session:
        session.execute(
            sa.update(outbox.outbox).values(recorded_at=days_ago, pending_since=days_ago)
        )
    with sessions.begin() as session:
        assert replay(session, days_ago, days_ago) == 1
    with sessions.begin() as session:
        assert outbox.state(session).oldest_age_seconds < 60
        [entry] = audit.history(session, "outbox:replays")
    assert (entry.action, entry.detail["count"]) == ("events_replayed", 1)


def test_a_notice_goes_to_each_person_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        notify(
            session, source="/tandem/rfp", to=[B, A, B], template="rfp_published",
            subject_type="rfp", subject_id=A, path="/portal/opportunities", now=NOW, dedupe="1",
        )  # fmt: skip
    found = rows(sessions)
    assert sorted(row.subject for row in found) == sorted([str(A), str(B)])
    assert {json.loads(row.payload)["dedupe_key"] for row in found} == {"rfp_published:1"}
