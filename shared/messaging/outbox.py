"""Events written in the same transaction as the change they announce."""

from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, String, Table, Uuid, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from shared import telemetry
from shared.db import Instant, metadata
from shared.messaging import schemas
from shared.messaging.envelope import Event, encode

outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, sa.Identity(), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("topic", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("payload", sa.LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("published_at", Instant),
    Column("parked_at", Instant),  # the broker can never take it; it blocks its key
    Column("parked_because", String),
    sa.UniqueConstraint("topic", "subject", "sequence"),
)
is_pending = outbox.c.published_at.is_(None) & outbox.c.parked_at.is_(None)
sa.Index("ix_outbox_pending", outbox.c.position, postgresql_where=is_pending)
sa.Index("ix_outbox_parked", outbox.c.topic, outbox.c.subject,
         postgresql_where=outbox.c.parked_at.is_not(None))  # fmt: skip
sa.Index("ix_outbox_recorded_at", outbox.c.recorded_at)

# Apart from the outbox, whose sent rows are purged: a sequence must outlive them.
sequences = Table(
    "outbox_sequences",
    metadata,
    Column("topic", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("last", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class OutboxState:
    """What operators watch. Ages in seconds."""

    pending: int
    parked: int
    oldest_age_seconds: float


def record(session: Session, event: Event) -> None:
    """Write what will be sent, byte for byte. The relay changes nothing of it."""
    schemas.validate(event.type, event.data)
    sequence = next_sequence(session, event)
    headers, payload = encode(replace(event, sequence=sequence, cause=telemetry.cause.get()))
    row = {"id": event.id, "topic": event.topic, "subject": event.subject, "sequence": sequence}
    session.execute(sa.insert(outbox).values(**row, headers=headers, payload=payload))


def next_sequence(session: Session, event: Event) -> int:
    """Count 1, 2, 3… The counter's row stays locked, so numbers follow the order of commits."""
    first = insert(sequences).values(topic=event.topic, subject=event.subject, last=1)
    upsert = first.on_conflict_do_update(
        index_elements=["topic", "subject"], set_={"last": sequences.c.last + 1}
    )
    sequence: int = session.scalars(upsert.returning(sequences.c.last)).one()
    return sequence


def replay(session: Session, *, since: datetime, until: datetime) -> int:
    """Let the relay send a time range again, with the same ids and bytes; say how many."""
    sent = outbox.c.published_at.is_not(None) & outbox.c.recorded_at.between(since, until)
    again = update(outbox).where(sent).values(published_at=None).returning(outbox.c.position)
    return len(session.execute(again).all())


def release(session: Session, position: int) -> bool:
    """Let the relay try a parked event again."""
    parked = (outbox.c.position == position) & outbox.c.parked_at.is_not(None)
    free = update(outbox).where(parked).values(parked_at=None, parked_because=None)
    return session.scalar(free.returning(outbox.c.position)) is not None


def state(session: Session) -> OutboxState:
    age = func.extract("epoch", func.clock_timestamp() - func.min(outbox.c.recorded_at))
    pending = session.execute(select(func.count(), age).where(is_pending)).one()
    parked = session.scalar(select(func.count()).where(outbox.c.parked_at.is_not(None)))
    return OutboxState(pending[0], parked or 0, float(pending[1] or 0))


def purge(session: Session, *, before: datetime) -> None:
    session.execute(sa.delete(outbox).where(outbox.c.published_at < before))
