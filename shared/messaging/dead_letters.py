"""Messages this service could not handle: kept in a topic and listed here until someone acts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, String, Table, Uuid, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from shared import db
from shared.db import Instant, metadata
from shared.kernel import N_, DomainError, Labelled, uuid7
from shared.messaging import inbox


class DeadLetterState(Labelled):
    WAITING = "waiting", N_("Waiting")
    REPLAYED = "replayed", N_("Replayed")
    DISCARDED = "discarded", N_("Discarded")


dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("topic", String, nullable=False),
    Column("partition", sa.Integer, nullable=False),
    Column("offset", sa.BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("key", sa.LargeBinary),
    Column("headers", JSONB, nullable=False),
    Column("value", sa.LargeBinary),
    Column("error", String, nullable=False),
    Column("attempts", sa.Integer, nullable=False),
    Column("failed_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("state", String, nullable=False, server_default="waiting"),
    Column("settled_at", Instant),
    sa.UniqueConstraint("topic", "partition", "offset"),
)


class LetterSettled(DomainError):
    code = "letter_settled"
    message = N_("Somebody has already dealt with this message.")


class LetterStillFails(DomainError):
    code = "letter_still_fails"
    message = N_("The message fails as before: %(error)s")


@dataclass(frozen=True)
class DeadLetter:
    id: UUID
    topic: str
    type: str
    error: str
    attempts: int
    failed_at: datetime
    state: str


def bury(session: Session, message: Any, error: str, attempts: int) -> None:
    """List a message that is already safe in the dead-letter topic."""
    headers = {as_text(name.encode()): as_text(content) for name, content in message.headers}
    values = {
        "id": uuid7(),
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "type": headers.get("ce_type", "?"),
        "key": message.key,
        "headers": headers,
        "value": message.value,
        "error": error,
        "attempts": attempts,
    }
    session.execute(insert(dead_letters).values(values).on_conflict_do_nothing())


def as_text(content: bytes | None) -> str:
    """Text that JSONB takes: what is not UTF-8, and NUL, is written as `\\xff`."""
    return (content or b"").decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def waiting(session: Session, *, limit: int = 100) -> Sequence[DeadLetter]:
    columns = [dead_letters.c[name] for name in DeadLetter.__dataclass_fields__]
    found = select(*columns).where(dead_letters.c.state == DeadLetterState.WAITING)
    rows = session.execute(found.order_by(dead_letters.c.id.desc()).limit(limit))
    return [DeadLetter(*row) for row in rows]


def count_waiting(session: Session) -> int:
    found = select(func.count()).where(dead_letters.c.state == DeadLetterState.WAITING)
    return session.scalar(found) or 0


def show(session: Session, letter_id: UUID) -> Mapping[str, Any]:
    """The whole letter: headers as text, the value as it is if it is text."""
    row = db.one_row(session, select(dead_letters).where(dead_letters.c.id == letter_id))
    found = dict(row._mapping)
    return found | {name: text_of(found[name]) for name in ("key", "value")}


def text_of(content: bytes | None) -> str:
    return (content or b"").decode("utf-8", "replace")


def replay(
    session: Session, letter_id: UUID, handlers: Mapping[str, inbox.Handler], *, consumer: str
) -> None:
    """Handle the message now. An inbox entry, if there is one, makes this a no-operation."""
    letter = load_waiting(session, letter_id)
    try:
        with session.begin_nested():
            event = inbox.read(as_message(letter), handlers)
            inbox.handle_once(session, event, handlers, consumer=consumer)
    except Exception as fault:  # whatever a handler raises is shown to the operator
        raise LetterStillFails(error=type(fault).__name__) from fault
    settle(session, letter_id, DeadLetterState.REPLAYED)


def as_message(letter: sa.Row[Any]) -> Any:
    """As it came from its topic."""
    headers = [(name, content.encode()) for name, content in letter.headers.items()]
    return SimpleNamespace(topic=letter.topic, headers=headers, value=letter.value)


def discard(session: Session, letter_id: UUID) -> None:
    load_waiting(session, letter_id)
    settle(session, letter_id, DeadLetterState.DISCARDED)


def load_waiting(session: Session, letter_id: UUID) -> sa.Row[Any]:
    statement = select(dead_letters).where(dead_letters.c.id == letter_id).with_for_update()
    row = db.one_row(session, statement)
    if row.state != DeadLetterState.WAITING:
        raise LetterSettled
    return row


def settle(session: Session, letter_id: UUID, state: DeadLetterState) -> None:
    row = update(dead_letters).where(dead_letters.c.id == letter_id)
    session.execute(row.values(state=state, settled_at=func.clock_timestamp()))
