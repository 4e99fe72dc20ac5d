"""Raw measurements: rows are added and read, never changed. Imports remember files."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from psycopg import Cursor
from sqlalchemy import Column, ForeignKey, Table, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from services.monitoring.measurements.domain.rows import DIGITS, PLACES, Numbered, Way
from services.monitoring.metadata import metadata
from services.monitoring.metrics.persistence import metrics
from shared.calendar import Window
from shared.db import Instant, choice
from shared.directory import organisations

# Collation "C": the order of rows goes into the hash of a window and must not hang on a machine.
measurements = Table(
    "measurements",
    metadata,
    Column("metric_id", sa.Uuid, primary_key=True),  # no foreign key: no metric is ever deleted
    Column("source", sa.String(100, collation="C"), primary_key=True),
    Column("external_id", sa.String(200, collation="C"), primary_key=True),
    Column("taken_at", Instant, nullable=False),
    Column("value", sa.Numeric(DIGITS + PLACES, PLACES), nullable=False),
    Column("way", choice(Way), nullable=False),
    Column("sent_by", sa.Uuid, nullable=False),  # an organisation
    Column("arrived_at", Instant, nullable=False, server_default=func.clock_timestamp()),
)
IN_ORDER = [measurements.c[name] for name in ("taken_at", "source", "external_id")]
sa.Index("ix_measurements_in_order", measurements.c.metric_id, *IN_ORDER)

# Windows that got measurements after their end, or so shortly before that the evaluation may have
# missed them: looking here is cheaper than counting all raw rows. The evaluation takes a mark away.
late_windows = Table(
    "late_windows",
    metadata,
    Column("metric_id", sa.Uuid, primary_key=True),
    Column("starts_at", Instant, primary_key=True),
    Column("marked_at", Instant, nullable=False, server_default=func.clock_timestamp()),
)

imports = Table(
    "imports",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("metric_id", ForeignKey(metrics.c.id), nullable=False, index=True),
    Column("name", sa.String, nullable=False),
    Column("size", sa.Integer, nullable=False),
    Column("sha256", sa.String(64), nullable=False),
    Column("accepted", sa.Integer, nullable=False),
    Column("repeated", sa.Integer, nullable=False),
    Column("refusal", sa.String, nullable=False),  # empty where the rows were taken
    Column("refusal_params", JSONB, nullable=False),
    Column("faults", JSONB, nullable=False),  # [line, field, fault], the first of them
    Column("uploaded_by", sa.String, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
)

STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_measurements (
        row int, metric_id uuid, source text COLLATE "C", external_id text COLLATE "C",
        taken_at timestamptz, value numeric
    ) ON COMMIT DELETE ROWS
"""
CLEAR = "DELETE FROM staged_measurements"
COPY = "COPY staged_measurements FROM STDIN (FORMAT BINARY)"
TYPES = ("int4", "uuid", "text", "text", "timestamptz", "numeric")
# In one order, so that two batches that overlap wait for each other instead of locking up.
TAKE = """
    WITH taken AS (
        INSERT INTO measurements (metric_id, source, external_id, taken_at, value, way, sent_by)
        SELECT metric_id, source, external_id, taken_at, value, %s, %s
        FROM staged_measurements ORDER BY metric_id, source, external_id, row
        ON CONFLICT DO NOTHING RETURNING metric_id
    )
    SELECT metric_id, count(*) FROM taken GROUP BY metric_id
"""
CONFLICTS = """
    SELECT s.row FROM staged_measurements s JOIN measurements m USING (metric_id, source, external_id)
    WHERE (s.taken_at, s.value) <> (m.taken_at, m.value) ORDER BY s.row
"""  # noqa: E501


class Reading(NamedTuple):
    taken_at: datetime
    source: str
    external_id: str
    value: Decimal


def add_measurements(
    session: Session, rows: Iterable[Numbered], *, way: Way, sent_by: UUID
) -> dict[UUID, int]:
    """Add those that are not here yet, and say how many of each metric were new."""
    cursor = raw_cursor(session)
    cursor.execute(STAGE)
    cursor.execute(CLEAR)
    with cursor.copy(COPY) as copy:
        copy.set_types(TYPES)
        for row, one in rows:
            copy.write_row(
                (row, one.metric_id, one.source, one.external_id, one.taken_at, one.value)
            )
    return dict(cursor.execute(TAKE, (way.value, sent_by)).fetchall())


def conflicting_rows(session: Session) -> list[int]:
    """Of the rows just added: those whose id stands for another value or time."""
    return [row for (row,) in raw_cursor(session).execute(CONFLICTS).fetchall()]


def mark_late(session: Session, windows: Iterable[tuple[UUID, datetime]]) -> None:
    """Each by its metric and beginning. A mark that is there is locked: an evaluation under way
    must not take it away before the rows that it stands for can be read."""
    if not (found := [{"metric_id": one, "starts_at": at} for one, at in sorted(windows)]):
        return
    new = insert(late_windows).values(found)
    again = {"marked_at": func.clock_timestamp()}
    session.execute(
        new.on_conflict_do_update(index_elements=["metric_id", "starts_at"], set_=again)
    )


def take_marks(session: Session, metric_id: UUID, windows: Iterable[Window]) -> set[datetime]:
    """Which of the windows were marked. Call before their measurements are read.

    Locked in the order in which `mark_late` locks them, so that neither waits for the other.
    """
    own, starts_at = late_windows.c.metric_id == metric_id, late_windows.c.starts_at
    which = own & starts_at.in_([each.starts_at for each in windows])
    held = select(starts_at).where(which).order_by(starts_at).with_for_update()
    found = set(session.scalars(held))
    session.execute(sa.delete(late_windows).where(own, starts_at.in_(found)))
    return found


def raw_cursor(session: Session) -> Cursor[Any]:
    """psycopg's own, on our transaction: SQLAlchemy has no COPY."""
    cursor: Cursor[Any] = session.connection().connection.cursor()  # type: ignore[assignment]
    return cursor


def is_within(window: Window) -> sa.ColumnElement[bool]:
    after = measurements.c.taken_at >= window.starts_at
    return after & (measurements.c.taken_at < window.ends_at)


def readings(session: Session, metric_id: UUID, window: Window) -> Iterable[Reading]:
    """What a window is worked out from, in one order, read as it is consumed."""
    columns = [measurements.c[name] for name in Reading._fields]
    found = select(*columns).where(measurements.c.metric_id == metric_id, is_within(window))
    rows = session.execute(found.order_by(*IN_ORDER), execution_options={"yield_per": 5000})
    return (Reading(*row) for row in rows)


def partner_by_slug(session: Session, slug: str) -> UUID | None:
    active = (organisations.c.kind == "partner") & organisations.c.active
    return session.scalar(select(organisations.c.id).where(organisations.c.slug == slug, active))


def add_import(
    session: Session, *, faults: Sequence[tuple[int, str, str]] = (), **facts: Any
) -> None:
    kept = {"accepted": 0, "repeated": 0, "refusal": "", "refusal_params": {}}
    session.execute(sa.insert(imports).values(kept | facts | {"faults": list(faults)}))
