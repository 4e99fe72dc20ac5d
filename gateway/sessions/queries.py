"""Which sessions are alive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from gateway.sessions.domain import ABSOLUTE, IDLE
from gateway.sessions.persistence import sessions
from shared.kernel import Actor


@dataclass(frozen=True)
class OpenSession:
    id: UUID
    opened_at: datetime
    last_seen_at: datetime
    address: str
    browser: str


def is_alive(now: Any) -> ColumnElement[bool]:
    """Neither ended, nor idle for too long, nor too old. Untyped: the edge passes a parameter."""
    return and_(
        sessions.c.ended_at.is_(None),
        sessions.c.last_seen_at > now - IDLE,
        sessions.c.opened_at > now - ABSOLUTE,
    )


def own_sessions(session: Session, actor: Actor, now: datetime) -> Sequence[OpenSession]:
    """Where this person is signed in, latest first."""
    columns = [sessions.c[name] for name in OpenSession.__dataclass_fields__]
    own = select(*columns).where(sessions.c.person_id == actor.person_id, is_alive(now))
    rows = session.execute(own.order_by(sessions.c.last_seen_at.desc(), sessions.c.id).limit(100))
    return [OpenSession(*row) for row in rows]
