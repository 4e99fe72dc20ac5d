"""Events that the broker can never take. Each holds up its subject until an operator decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shared import db
from shared.messaging.outbox import outbox


@dataclass(frozen=True)
class ParkedEvent:
    id: UUID
    type: str
    topic: str
    subject: str
    because: str
    parked_at: datetime


COLUMNS = (
    outbox.c.id,
    outbox.c.headers["ce_type"].as_string(),
    outbox.c.topic,
    outbox.c.subject,
    outbox.c.parked_because,
    outbox.c.parked_at,
)
is_parked = outbox.c.parked_at.is_not(None)


def waiting(session: Session, *, limit: int = 100) -> Sequence[ParkedEvent]:
    """The first to be parked first."""
    found = select(*COLUMNS).where(is_parked).order_by(outbox.c.parked_at, outbox.c.position)
    return [ParkedEvent(*row) for row in session.execute(found.limit(limit))]


def release(session: Session, event_id: UUID) -> ParkedEvent:
    """The relay tries it again."""
    return settle(session, event_id, parked_because=None, pending_since=func.clock_timestamp())


def discard(session: Session, event_id: UUID) -> ParkedEvent:
    """It counts as sent, but keeps the reason why it was not, and no replay sends it."""
    return settle(session, event_id, published_at=func.clock_timestamp())


def settle(session: Session, event_id: UUID, **values: Any) -> ParkedEvent:
    own = is_parked & (outbox.c.id == event_id)
    row = db.one_row(session, select(*COLUMNS).where(own).with_for_update())
    session.execute(update(outbox).where(own).values(parked_at=None, **values))
    return ParkedEvent(*row)
