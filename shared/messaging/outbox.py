"""Events written in the same transaction as the change they announce."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, String, Table, Uuid, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from shared import db, telemetry
from shared.at_commit import put_off
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
    Column("pending_since", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("published_at", Instant),
    Column("parked_at", Instant),  # the broker can never take it; it blocks its key
    Column("parked_because", String),  # stays where an operator discarded it
    sa.UniqueConstraint("topic", "subject", "sequence"),
)
is_pending = outbox.c.published_at.is_(None) & outbox.c.parked_at.is_(None)
sa.Index("ix_outbox_pending", outbox.c.position, postgresql_where=is_pending)
sa.Index("ix_outbox_parked", outbox.c.topic, outbox.c.subject,
         postgresql_where=outbox.c.parked_at.is_not(None))  # fmt: skip
sa.Index("ix_outbox_recorded_at", outbox.c.recorded_at)

Subject = tuple[str, str]  # the topic, and the subject on it

# Apart from the outbox, whose sent rows are purged: a sequence must outlive them.
sequences = Table(
    "outbox_sequences",
    metadata,
    Column("topic", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("last", BigInteger, nullable=False),
)

FIRST = insert(sequences).from_select([*sequences.c], select(db.recordset("wanted", sequences.c)))
COUNT_ON = FIRST.on_conflict_do_update(
    index_elements=["topic", "subject"], set_={"last": sequences.c.last + FIRST.excluded.last}
).returning(*sequences.c)


@dataclass(frozen=True)
class OutboxState:
    """What operators watch. Ages in seconds."""

    pending: int
    parked: int
    oldest_age_seconds: float


def record(session: Session, event: Event) -> None:
    """Announce at the commit. An event that does not fit its schema is refused now."""
    schemas.validate(event.type, event.data)
    put_off(session, write, replace(event, cause=telemetry.cause.get()))


def write(session: Session, events: list[Event]) -> None:
    """Write what will be sent, byte for byte. The relay changes nothing of it."""
    sequences = next_sequences(session, Counter(map(subject_of, events)))
    rows = []
    for event in events:
        sequence = next(sequences[subject_of(event)])
        headers, payload = encode(replace(event, sequence=sequence))
        row = {"id": event.id, "topic": event.topic, "subject": event.subject}
        rows.append(row | {"sequence": sequence, "headers": headers, "payload": payload})
    session.execute(sa.insert(outbox), rows)


def subject_of(event: Event) -> tuple[str, str]:
    return event.topic, event.subject


def next_sequences(session: Session, counts: Mapping[Subject, int]) -> dict[Subject, Iterator[int]]:
    """Count 1, 2, 3… per subject, in one order of locks, which are kept until the commit.

    So the numbers of a subject follow the order of commits.
    """
    wanted = [{"topic": topic, "subject": subject, "last": counts[topic, subject]}
              for topic, subject in sorted(counts)]  # fmt: skip
    moved = session.execute(COUNT_ON, {"wanted": wanted})
    return {
        (topic, subject): iter(range(last - counts[topic, subject] + 1, last + 1))
        for topic, subject, last in moved
    }


def replay(session: Session, *, since: datetime, until: datetime) -> int:
    """Let the relay send a time range again, with the same ids and bytes; say how many."""
    sent = outbox.c.published_at.is_not(None) & outbox.c.parked_because.is_(None)
    sent &= outbox.c.recorded_at.between(since, until)
    now = func.clock_timestamp()
    again = update(outbox).where(sent).values(published_at=None, pending_since=now)
    return len(session.execute(again.returning(outbox.c.position)).all())


def state(session: Session) -> OutboxState:
    age = func.extract("epoch", func.clock_timestamp() - func.min(outbox.c.pending_since))
    pending = session.execute(select(func.count(), age).where(is_pending)).one()
    parked = session.scalar(select(func.count()).where(outbox.c.parked_at.is_not(None)))
    return OutboxState(pending[0], parked or 0, float(pending[1] or 0))


def purge(session: Session, *, before: datetime) -> None:
    session.execute(sa.delete(outbox).where(outbox.c.published_at < before))
