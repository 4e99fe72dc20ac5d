"""Burials, and what an operator does about dead letters."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError
from support.database import Sessions, rows
from support.messages import (
    ERASED,
    A,
    Broker,
    Consumer,
    an_event,
    consume,
    sent_messages,
)

from shared.messaging import dead_letters, inbox, kafka
from shared.messaging.consumer import burier
from shared.messaging.dead_letters import LetterSettled, LetterStillFails
from shared.messaging.envelope import Event


class Topic(Broker):
    """A dead-letter topic that takes letters up to a size."""

    limit = 1_048_588

    def send(self, topic: str, value: bytes, key: bytes, headers: list[Any]) -> SimpleNamespace:
        size = len(value) + len(key or b"") + sum(len(name) + len(said) for name, said in headers)
        if size > self.limit:
            raise MessageSizeTooLargeError
        return super().send(topic, value, key, headers)


def really_burying(sessions: Sessions, topic: Broker) -> Any:
    publisher = kafka.Publisher("nowhere:1", "test")
    publisher.producer = topic
    return SimpleNamespace(bury=burier(sessions, publisher, "rfp"))


@pytest.mark.parametrize(
    ("name", "content", "shown"),
    [("a\0b", b"c\0d", "c\\x00d"), ("null", None, ""), ("bytes", b"\xff\x00", "\\xff\\x00")],
)
def test_strange_headers_are_buried_too(
    sessions: Sessions, name: str, content: bytes | None, shown: str
) -> None:
    [message] = sent_messages(sessions, an_event())
    strange = [*message.headers, (name, content), ("ce_time", content)]
    consumer, topic = Consumer([SimpleNamespace(**vars(message) | {"headers": strange})]), Topic()
    consume(consumer, sessions, really_burying(sessions, topic), {})
    assert consumer.committed == 1 and len(topic.log) == 1
    [letter] = rows(sessions, dead_letters.dead_letters)
    assert letter.error == "Undecodable" and letter.value == message.value
    assert letter.type == ERASED and letter.headers["ce_time"] == shown


def test_a_message_that_outgrows_the_topic_is_named_there(sessions: Sessions) -> None:
    [message] = sent_messages(sessions, an_event())
    large = vars(message) | {"value": b"x" * (Topic.limit - 400), "headers": []}
    consumer, topic = Consumer([SimpleNamespace(**large | {"headers": message.headers})]), Topic()
    consume(consumer, sessions, really_burying(sessions, topic), {})
    assert consumer.committed == 1
    [sent] = topic.log
    said = dict(sent.headers)
    assert (sent.key, sent.value, said["dlq-truncated"]) == (None, b"", b"true")
    assert (said["dlq-original-topic"], said["dlq-original-offset"]) == (
        sent.topic[:-8].encode(),
        b"0",
    )
    [letter] = rows(sessions, dead_letters.dead_letters)
    assert letter.value == large["value"], "the list has it whole"


def test_a_message_without_key_and_value_is_buried(sessions: Sessions) -> None:
    [message] = sent_messages(sessions, an_event())
    empty = vars(message) | {"value": None, "key": None}
    consumer, topic = Consumer([SimpleNamespace(**empty)]), Topic()
    consume(consumer, sessions, really_burying(sessions, topic), {ERASED: lambda s, e: None})
    assert consumer.committed == 1 and topic.log[0].value == b""


@pytest.mark.parametrize("away", [KafkaTimeoutError(), OSError(), KeyError()])
def test_whatever_hinders_a_burial_moves_no_offset(sessions: Sessions, away: Exception) -> None:
    def bury(message: Any, error: str, attempts: int) -> None:
        raise away

    consumer = Consumer(
        [
            SimpleNamespace(
                **vars(sent_messages(sessions, an_event())[0]),
            )
        ]
    )
    consumer.messages[0].value = b"{"
    with pytest.raises(type(away)):
        consume(consumer, sessions, SimpleNamespace(bury=bury), {})
    assert (consumer.committed, consumer.position) == (0, 0)


class TestDeadLetters:
    @pytest.fixture
    def letter(self, sessions: Sessions) -> dead_letters.DeadLetter:
        [message] = sent_messages(sessions, an_event())
        with sessions.begin() as session:
            dead_letters.bury(session, message, "ZeroDivisionError", 5)
            dead_letters.bury(session, message, "ZeroDivisionError", 5)
            [letter] = dead_letters.waiting(session)
        return letter

    def test_it_is_listed_once_and_shown_whole(
        self, sessions: Sessions, letter: dead_letters.DeadLetter
    ) -> None:
        with sessions.begin() as session:
            shown = dead_letters.show(session, letter.id)
        assert letter.type == ERASED and shown["headers"]["ce_type"] == ERASED
        assert json.loads(shown["value"]) == {"person_id": str(A)}

    def test_a_replay_handles_it_once(
        self, sessions: Sessions, letter: dead_letters.DeadLetter
    ) -> None:
        ran: list[Event] = []
        handlers = {ERASED: lambda session, event: ran.append(event)}
        with sessions.begin() as session:
            dead_letters.replay(session, letter.id, handlers, consumer="rfp")
            assert len(ran) == 1 and dead_letters.waiting(session) == []
            with pytest.raises(LetterSettled):
                dead_letters.replay(session, letter.id, handlers, consumer="rfp")
            with pytest.raises(LetterSettled):
                dead_letters.discard(session, letter.id)

    def test_a_replay_that_fails_leaves_it_waiting(
        self, sessions: Sessions, letter: dead_letters.DeadLetter
    ) -> None:
        with sessions.begin() as session:
            with pytest.raises(LetterStillFails, match="ZeroDivisionError"):
                dead_letters.replay(
                    session, letter.id, {ERASED: lambda s, e: 1 / 0}, consumer="rfp"
                )
            assert dead_letters.waiting(session) == [letter]
        assert rows(sessions, inbox.inbox) == []

    def test_a_replay_holds_it_against_its_schema_too(
        self, sessions: Sessions, letter: dead_letters.DeadLetter
    ) -> None:
        ran: list[Event] = []
        table = dead_letters.dead_letters
        with sessions.begin() as session:
            session.execute(sa.update(table).values(value=b'{"person_id": 7}'))
            with pytest.raises(LetterStillFails, match="InvalidData"):
                dead_letters.replay(
                    session, letter.id, {ERASED: lambda s, e: ran.append(e)}, consumer="rfp"
                )
        assert ran == []

    def test_a_discarded_letter_is_gone_from_the_list(
        self, sessions: Sessions, letter: dead_letters.DeadLetter
    ) -> None:
        with sessions.begin() as session:
            dead_letters.discard(session, letter.id)
            assert dead_letters.waiting(session) == []
