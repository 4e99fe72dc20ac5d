"""One consumer per service: handles what comes, commits the database, then the offset."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from kafka import KafkaConsumer
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from shared import db, metrics
from shared.logging import get_logger
from shared.messaging import dead_letters, kafka
from shared.messaging.envelope import Undecodable
from shared.messaging.inbox import Handler, handle_once, read
from shared.messaging.schemas import InvalidData

log = get_logger(__name__)
ATTEMPTS = 5
POISON = (Undecodable, InvalidData)
Bury = Callable[[Any, str, int], None]


class Unavailable(Exception):
    """The database is away: wait in place and read the batch again."""


def consume_batch(
    consumer: KafkaConsumer,
    sessions: sessionmaker[Session],
    handlers: Mapping[str, Handler],
    *,
    group: str,
    bury: Bury,
    counts: Counter[str] | None = None,
) -> int:
    """Handle what has come and say how many. A failing batch is taken message by message.

    `counts` learns how many were handled, of a type that is unknown here, or handled before.
    """
    batches = kafka.poll(consumer)
    messages = list(chain.from_iterable(batches.values()))
    try:
        if messages:
            fates = handle_all(messages, sessions, handlers, group=group, bury=bury)
            kafka.commit(consumer)
            if counts is not None:
                counts.update(fates)
    except Exception:  # database or broker are away: nothing was decided about these messages
        kafka.seek_back(consumer, batches)
        raise
    if messages:  # handled for good: whatever goes wrong now brings nothing back
        note(messages, fates, handlers)
    return len(messages)


def note(messages: Sequence[Any], fates: Sequence[str], handlers: Mapping[str, Handler]) -> None:
    """For who watches. A type is named only where we know it: anybody could invent one."""
    types = (said(message, "ce_type") for message in messages)
    known = (each if each in handlers else "other" for each in types)
    for (event_type, fate), count in Counter(zip(known, fates, strict=True)).items():
        metrics.MESSAGES.labels(event_type, fate).inc(count)
    with suppress(ValueError, TypeError):  # no time, or one that is none
        age = datetime.now(UTC) - datetime.fromisoformat(said(messages[0], "ce_time"))
        metrics.EVENT_AGE_SECONDS.labels(messages[0].topic).observe(age.total_seconds())


def said(message: Any, name: str) -> str:
    return dead_letters.as_text(dict(message.headers).get(name))


def handle_all(
    messages: Sequence[Any],
    sessions: sessionmaker[Session],
    handlers: Mapping[str, Handler],
    *,
    group: str,
    bury: Bury,
) -> list[str]:
    try:
        with sessions.begin() as session:
            return handle_each(session, messages, handlers, group)
    except Exception as error:
        if db.is_outage(error):
            raise
        # Which one it was, and whether it lasts, shows one by one.
        log.warning("A batch failed; its messages are handled one by one", exc_info=True)
        alone = (
            handle_alone(message, sessions, handlers, group=group, bury=bury)
            for message in messages
        )
        return list(chain.from_iterable(alone))


def handle_each(
    session: Session, messages: Iterable[Any], handlers: Mapping[str, Handler], group: str
) -> list[str]:
    """What became of each."""
    fates = []
    for message in messages:
        event = read(message, handlers)
        is_new = handle_once(session, event, handlers, consumer=group)
        old = "duplicates" if event.type in handlers else "unknown"
        fates.append("handled" if is_new else old)
    return fates


def handle_alone(
    message: Any,
    sessions: sessionmaker[Session],
    handlers: Mapping[str, Handler],
    *,
    group: str,
    bury: Bury,
) -> list[str]:
    """Try a message a few times on a healthy database, then put it among the dead letters."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with sessions.begin() as session:
                return handle_each(session, [message], handlers, group)
        except Exception as error:
            if db.is_outage(error):
                raise
            require_database(sessions)
            log.warning("A message failed", attempt=attempt, offset=message.offset, exc_info=True)
            if attempt == ATTEMPTS or isinstance(error, POISON):
                bury(message, type(error).__name__, attempt)
                break
        time.sleep(0.2 * attempt)
    return ["buried"]


def require_database(sessions: sessionmaker[Session]) -> None:
    try:
        with sessions() as session:
            session.execute(select(func.now()))
    except OperationalError as error:
        raise Unavailable from error


def burier(sessions: sessionmaker[Session], producer: kafka.Publisher, group: str) -> Bury:
    """First the dead-letter topic acknowledges, then the list has it, then the offset moves."""

    def bury(message: Any, error: str, attempts: int) -> None:
        producer.send_dead_letter(message, group=group, error=error, attempts=attempts)
        metrics.DEAD_LETTERS.labels(message.topic, error).inc()
        with sessions.begin() as session:
            dead_letters.bury(session, message, error, attempts)

    return bury
