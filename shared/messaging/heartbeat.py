"""What the loops of a worker last said of themselves; the operations page reads it."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

from shared import db

BEAT_S = 5.0
COUNTS = ("handled", "unknown", "duplicates", "buried")  # messages of the consumer so far

worker_states = sa.Table(
    "worker_states",
    db.metadata,
    sa.Column("loop", sa.String, primary_key=True),
    sa.Column("turned_at", db.Instant, nullable=False),
    sa.Column("lag", sa.BigInteger),  # of the consumer: messages not yet read
    *(sa.Column(name, sa.BigInteger, nullable=False, server_default="0") for name in COUNTS),
)


class Beat:
    """Writes down every few seconds that a loop turned."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        loop: str,
        turned: Callable[[], None] = lambda: None,
    ) -> None:
        """`turned` is told every time, the database now and then."""
        self.sessions, self.loop, self.turned, self.last = sessions, loop, turned, 0.0

    def __call__(
        self, lag: Callable[[], int] | None = None, counts: Counter[str] | None = None
    ) -> None:
        """`counts` are added to what is written down, and begin again."""
        self.turned()
        if time.monotonic() - self.last < BEAT_S:
            return
        self.last = time.monotonic()
        values = {"turned_at": func.clock_timestamp(), "lag": lag() if lag else None}
        new = {name: count for name, count in (counts or {}).items() if count}
        more = {name: worker_states.c[name] + count for name, count in new.items()}
        row = insert(worker_states).values(loop=self.loop, **values, **new)
        again = row.on_conflict_do_update(index_elements=["loop"], set_=values | more)
        with self.sessions.begin() as session:
            session.execute(again)
        if counts:
            counts.clear()


def states(session: Session) -> list[dict[str, Any]]:
    """Loop, age of its last turn in seconds, and the consumer's lag and counts."""
    age = func.extract("epoch", func.clock_timestamp() - worker_states.c.turned_at)
    columns = [worker_states.c[name] for name in ("loop", "lag", *COUNTS)]
    rows = session.execute(
        sa.select(*columns, age.label("age_seconds")).order_by(worker_states.c.loop)
    )
    return [{**row._mapping, "age_seconds": float(row.age_seconds)} for row in rows]
