"""Which events this service has already handled."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, String, Table, Uuid, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared import telemetry
from shared.db import Instant, metadata
from shared.messaging.envelope import Event, Undecodable, decode, topic_of
from shared.messaging.schemas import validate

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("handled_at", Instant, nullable=False, server_default=func.now()),
)
sa.Index("ix_inbox_handled_at", inbox.c.handled_at)

Handler = Callable[[Session, Event], None]


def read(message: Any, handlers: Mapping[str, Handler]) -> Event:
    """The event in a message or a dead letter; what will be handled has to fit its schema."""
    event = decode(message.topic, message.headers, message.value)
    if event.type in handlers:
        validate(event.type, event.data)
    return event


def handle_once(
    session: Session, event: Event, handlers: Mapping[str, Handler], *, consumer: str
) -> bool:
    """Run the event's handler unless it has run before. Handler and memory commit together.

    A type is believed on its own topic only: who may write to one must not speak for another.
    """
    handler = handlers.get(event.type)
    if handler is not None and topic_of(event.type) != event.topic:
        raise Undecodable(f"{event.type} on {event.topic}")
    if handler is None or not first_time(session, event, consumer):
        return False
    before = telemetry.cause.set(replace(event.cause, causationid=str(event.id)))
    try:
        handler(session, event)
        session.flush()
    finally:
        telemetry.cause.reset(before)
    return True


def first_time(session: Session, event: Event, consumer: str) -> bool:
    memory = insert(inbox).values(consumer=consumer, source=event.source, event_id=event.id)
    # RETURNING, not rowcount: SQLAlchemy reports -1, which is truthy, for a conflict.
    unseen = memory.on_conflict_do_nothing().returning(inbox.c.event_id)
    return session.scalar(unseen) is not None


def purge(session: Session, *, before: datetime) -> None:
    session.execute(sa.delete(inbox).where(inbox.c.handled_at < before))
