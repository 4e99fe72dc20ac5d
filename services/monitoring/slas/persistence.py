"""Tables of windows and of what they came to."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.monitoring.measurements.persistence import late_windows
from services.monitoring.metadata import metadata
from services.monitoring.metrics.persistence import metrics
from services.monitoring.slas.domain import Evaluation, Outcome
from shared.db import Instant, choice

windows = Table(
    "windows",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("metric_id", ForeignKey(metrics.c.id), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("revision", sa.Integer, nullable=False),  # of the evaluation that counts
    Column("closed_at", Instant),  # without data: nobody brings measurements any more
    Column("closed_because", sa.Text),
    sa.UniqueConstraint("metric_id", "starts_at"),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("window_id", ForeignKey(windows.c.id), primary_key=True),
    Column("revision", sa.Integer, primary_key=True),
    Column("numerator", sa.Numeric, nullable=False),
    Column("denominator", sa.BigInteger, nullable=False),
    Column("attained", sa.Numeric),
    Column("target", sa.Numeric, nullable=False),
    Column("minimum", sa.Numeric),
    Column("outcome", choice(Outcome), nullable=False),
    Column("input_sha256", sa.String(64), nullable=False),
    Column("evaluated_at", Instant, nullable=False),
)
EVALUATION = [evaluations.c[name] for name in Evaluation.__dataclass_fields__]
is_current = (evaluations.c.window_id == windows.c.id) & (
    evaluations.c.revision == windows.c.revision
)
# Measurements came since it was evaluated.
is_stale = sa.exists().where(
    late_windows.c.metric_id == windows.c.metric_id,
    late_windows.c.starts_at == windows.c.starts_at,
)


@dataclass(frozen=True)
class Known:
    """A window that was evaluated before."""

    id: UUID
    starts_at: datetime
    revision: int
    input_sha256: str


def known_windows(session: Session, metric_id: UUID) -> dict[datetime, Known]:
    """By their beginning. Ask while the metric is locked."""
    columns = (windows.c.id, windows.c.starts_at, windows.c.revision, evaluations.c.input_sha256)
    found = select(*columns).join(evaluations, is_current)
    rows = session.execute(found.where(windows.c.metric_id == metric_id))
    return {row.starts_at: Known(*row) for row in rows}


def close(session: Session, window_id: UUID, reason: str, now: datetime) -> bool:
    """Whether it was open and without data. Ask while the metric is locked."""
    without_data = sa.exists().where(is_current, evaluations.c.outcome == Outcome.NO_DATA)
    is_open = (windows.c.id == window_id) & windows.c.closed_at.is_(None) & without_data
    closing = sa.update(windows).where(is_open).values(closed_at=now, closed_because=reason)
    return session.scalar(closing.returning(windows.c.id)) is not None


def keep_evaluation(
    session: Session, metric_id: UUID, starts_at: datetime, ends_at: datetime, made: Evaluation
) -> None:
    row = {"id": made.window_id, "metric_id": metric_id, "revision": made.revision}
    new = insert(windows).values(row | {"starts_at": starts_at, "ends_at": ends_at})
    moved = new.on_conflict_do_update(index_elements=["id"], set_={"revision": made.revision})
    session.execute(moved)
    session.execute(sa.insert(evaluations).values(vars(made)))
