"""Carries the outbox to the topics, at least once and in order per subject."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, takewhile
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from shared import metrics
from shared.messaging.outbox import is_pending, outbox

RELAY = 1  # the advisory lock of this database's one active relay
MAX_BATCH_BYTES = 4_000_000


@dataclass(frozen=True)
class Outcome:
    """Positions the broker acknowledged, and those it can never take, with the reason."""

    acknowledged: Sequence[int] = ()
    refused: Mapping[int, str] = field(default_factory=dict)


POSITIONS = sa.ARRAY(sa.BigInteger)
Publish = Callable[[Sequence[Row[Any]]], Outcome]
CARRIED = [outbox.c[name] for name in ("position", "topic", "subject", "headers", "payload")]
SENT = (
    update(outbox)
    .where(outbox.c.position == sa.any_(sa.bindparam("acknowledged", type_=POSITIONS)))
    .values(published_at=func.clock_timestamp())
    .returning(outbox.c.topic, (outbox.c.published_at - outbox.c.pending_since).label("age"))
    .cte("sent")
)
OLDEST = select(SENT.c.topic, func.max(func.extract("epoch", SENT.c.age))).group_by(SENT.c.topic)


def publish_pending(session: Session, publish: Publish, *, limit: int = 1000) -> int:
    """Publish what is unpublished, oldest first; mark and count what the broker acknowledged.

    A crash between acknowledgement and commit publishes the same events again.
    """
    if not session.scalar(select(func.pg_try_advisory_xact_lock(RELAY))):
        return 0
    rows = pending(session, limit)
    if not rows:
        return 0
    outcome = publish(rows)
    mark(session, outcome.acknowledged)
    for position, reason in outcome.refused.items():
        park(session, position, reason)
    return len(outcome.acknowledged)


def mark(session: Session, acknowledged: Sequence[int]) -> None:
    for topic, seconds in session.execute(OLDEST, {"acknowledged": acknowledged}):
        metrics.ACK_SECONDS.labels(topic).observe(float(seconds))


def pending(session: Session, limit: int) -> Sequence[Row[Any]]:
    """Never "position > last seen": rows become visible out of order, and late ones are lost."""
    parked = sa.alias(outbox)
    blocked = select(parked.c.position).where(
        parked.c.parked_at.is_not(None),
        parked.c.topic == outbox.c.topic,
        parked.c.subject == outbox.c.subject,
    )
    waiting = select(*CARRIED).where(is_pending, ~blocked.exists())
    rows = session.execute(waiting.order_by(outbox.c.position).limit(limit)).all()
    sizes = accumulate(len(row.payload) for row in rows)
    fitting = list(takewhile(lambda size: size <= MAX_BATCH_BYTES, sizes))
    return rows[: max(1, len(fitting))]


def park(session: Session, position: int, reason: str) -> None:
    """Set aside what the broker can never take, so that operators see it."""
    row = update(outbox).where(outbox.c.position == position)
    session.execute(row.values(parked_at=func.clock_timestamp(), parked_because=reason))
