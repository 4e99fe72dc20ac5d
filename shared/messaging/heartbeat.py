"""What the loops of a worker last said of themselves; the operations page reads it."""

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from shared import db

BEAT_S = 5.0

worker_states = sa.Table(
    "worker_states",
    db.metadata,
    sa.Column("loop", sa.String, primary_key=True),
    sa.Column("turned_at", db.Instant, nullable=False),
    sa.Column("lag", sa.BigInteger),  # of the consumer: messages not yet read
)


class Beat:
    """Writes down every few seconds that a loop turned."""

    def __init__(self, sessions: sessionmaker[Session], loop: str) -> None:
        self.sessions, self.loop, self.last = sessions, loop, 0.0

    def __call__(self, lag: Callable[[], int] | None = None) -> None:
        if time.monotonic() - self.last < BEAT_S:
            return
        self.last = time.monotonic()
        values = {"turned_at": func.clock_timestamp(), "lag": lag() if lag else None}
        row = insert(worker_states).values(loop=self.loop, **values)
        with self.sessions.begin() as session:
            session.execute(row.on_conflict_do_update(index_elements=["loop"], set_=values))


def states(session: Session) -> list[dict[str, Any]]:
    """Loop, age of its last turn in seconds, and the consumer's lag."""
    age = func.extract("epoch", func.clock_timestamp() - worker_states.c.turned_at)
    rows = session.execute(
        sa.select(worker_states.c.loop, age, worker_states.c.lag).order_by(worker_states.c.loop)
    )
    return [{"loop": loop, "age_seconds": float(old), "lag": lag} for loop, old, lag in rows]
