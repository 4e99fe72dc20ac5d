"""Reads of windows. Each takes who is asking and returns only what they may see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.monitoring.measurements.persistence import is_within, measurements
from services.monitoring.metrics.domain import Metric
from services.monitoring.metrics.persistence import METRIC, metric_of, metrics, metrics_by_id
from services.monitoring.metrics.queries import show_metric, visible_to
from services.monitoring.slas.domain import Evaluation, Outcome
from services.monitoring.slas.persistence import (
    EVALUATION,
    evaluations,
    is_current,
    is_stale,
    windows,
)
from shared.calendar import Window
from shared.directory import organisation_name, organisations
from shared.kernel import Actor, NotFound

CHARTED = 12  # windows
OVERDUE_AFTER = timedelta(minutes=30)
LISTED_BY = (windows.c.starts_at, windows.c.id)


@dataclass(frozen=True, kw_only=True)
class WindowView:
    """A window and the evaluation that counts. `is_stale`: measurements came since."""

    id: UUID
    metric_id: UUID
    contract_id: UUID
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    revision: int
    numerator: Decimal
    denominator: int
    attained: Decimal | None
    target: Decimal
    minimum: Decimal | None
    outcome: Outcome
    input_sha256: str
    evaluated_at: datetime
    is_stale: bool
    closed_at: datetime | None
    closed_because: str | None

    @property
    def wants_data(self) -> bool:
        return self.outcome == Outcome.NO_DATA and self.closed_at is None

    @property
    def first_on(self) -> date:
        return self.starts_at.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def last_on(self) -> date:
        return self.ends_at.astimezone(ZoneInfo(self.time_zone)).date() - timedelta(days=1)

    @property
    def span(self) -> Window:
        return Window(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Performance:
    """A metric with the windows that its chart shows, oldest first, and what comes next."""

    metric: Metric
    vendor: str
    charted: Sequence[WindowView]
    unevaluated: Sequence[Window]
    stale: int  # windows with measurements that came after their evaluation
    running: Window | None
    measured: int  # in the running window, so far

    @property
    def latest(self) -> WindowView | None:
        return self.charted[-1] if self.charted else None

    @property
    def has_results(self) -> bool:
        return any(each.attained is not None for each in self.charted)

    @property
    def due(self) -> int:
        """How many windows wait to be evaluated, for the first time or again."""
        return len(self.unevaluated) + self.stale

    @property
    def wants_data(self) -> bool:
        """Nothing else is to be done than to bring measurements for the last window."""
        return not self.due and self.latest is not None and self.latest.wants_data


OF_METRIC = (metrics.c.contract_id, metrics.c.time_zone)
OF_WINDOW = [windows.c[name] for name in ("id", "metric_id", "starts_at", "ends_at", "revision")]
CLOSING = (windows.c.closed_at, windows.c.closed_because)
OF_EVALUATION = [each for each in EVALUATION if each.name not in ("window_id", "revision")]
WINDOW = [*OF_WINDOW, *OF_METRIC, *OF_EVALUATION, is_stale.label("is_stale"), *CLOSING]


def read_window(*values: Any) -> WindowView:
    """Of a row of `listed_windows`."""
    names = [column.name for column in WINDOW]
    return WindowView(**dict(zip(names, values, strict=True)))


def listed_windows(actor: Actor, metric_id: UUID | None = None) -> sa.Select[Any]:
    """For `paginate`, newest first by LISTED_BY; `read_window` makes a view of each row."""
    found = select(*WINDOW).join(evaluations, is_current)
    seen = found.join(metrics, metrics.c.id == windows.c.metric_id).where(visible_to(actor))
    return seen.where(windows.c.metric_id == metric_id) if metric_id else seen


def show_window(session: Session, actor: Actor, window_id: UUID) -> WindowView:
    found = listed_windows(actor).where(windows.c.id == window_id)
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound
    return read_window(*row)


def evaluations_of(session: Session, actor: Actor, window_id: UUID) -> list[Evaluation]:
    """All that a window was ever worked out to, newest first."""
    found = (
        select(*EVALUATION)
        .join(windows, windows.c.id == evaluations.c.window_id)
        .join(metrics, metrics.c.id == windows.c.metric_id)
        .where(windows.c.id == window_id, visible_to(actor))
        .order_by(evaluations.c.revision.desc())
        .limit(100)
    )
    return [Evaluation(**row._mapping) for row in session.execute(found)]


def latest_windows(
    session: Session, actor: Actor, metric_ids: Collection[UUID]
) -> dict[UUID, list[WindowView]]:
    """Up to twelve windows of each metric, oldest first."""
    age = func.row_number().over(
        partition_by=windows.c.metric_id, order_by=windows.c.starts_at.desc()
    )
    aged = listed_windows(actor).where(windows.c.metric_id.in_(metric_ids))
    last = aged.add_columns(age.label("age")).subquery()
    found = select(last).where(last.c.age <= CHARTED).order_by(last.c.starts_at, last.c.id)
    latest: dict[UUID, list[WindowView]] = {metric_id: [] for metric_id in metric_ids}
    for row in session.execute(found):
        window = read_window(*row[:-1])
        latest[window.metric_id].append(window)
    return latest


def latest_outcomes(session: Session, actor: Actor) -> Mapping[Outcome, int]:
    """How many metrics met or missed their target in the latest window of each."""
    newest = (windows.c.starts_at.desc(), evaluations.c.revision.desc())
    age = func.row_number().over(partition_by=windows.c.metric_id, order_by=newest)
    last = (
        select(evaluations.c.outcome, age.label("age"))
        .join(windows, windows.c.id == evaluations.c.window_id)
        .join(metrics, metrics.c.id == windows.c.metric_id)
        .where(visible_to(actor))
        .subquery()
    )
    counted = select(last.c.outcome, func.count()).where(last.c.age == 1)
    return dict(session.execute(counted.group_by(last.c.outcome)).all())


def vendor_names(session: Session, organisation_ids: Collection[UUID]) -> Mapping[UUID, str]:
    found = select(organisations.c.id, organisations.c.name)
    rows = session.execute(found.where(organisations.c.id.in_(organisation_ids)))
    return {row.id: row.name for row in rows}


def performance(session: Session, actor: Actor, metric_id: UUID, *, now: datetime) -> Performance:
    metric = show_metric(session, actor, metric_id)
    evaluated = select(windows.c.starts_at, is_stale).join(evaluations, is_current)
    rows = session.execute(evaluated.where(windows.c.metric_id == metric_id))
    known = {row[0]: bool(row[1]) for row in rows}
    ended = metric.ended_windows(now)
    running = next(
        (each for each in metric.windows() if each.starts_at <= now < each.ends_at), None
    )
    return Performance(
        metric=metric,
        vendor=organisation_name(session, metric.organisation_id),
        charted=latest_windows(session, actor, [metric_id])[metric_id],
        unevaluated=[window for window in ended if window.starts_at not in known],
        stale=sum(known.values()),
        running=running,
        measured=count_measured(session, metric_id, running) if running else 0,
    )


def count_measured(session: Session, metric_id: UUID, window: Window) -> int:
    own = measurements.c.metric_id == metric_id
    counted = session.scalar(select(func.count()).where(own, is_within(window)))
    return counted or 0


def due_metrics(session: Session, *, now: datetime) -> list[UUID]:
    """Metrics with a window that has ended unevaluated or has got measurements since.

    It looks at windows and marks, never at measurements: it is asked often, and these are many.
    """
    per_metric = (
        select(windows.c.metric_id, func.count(), func.bool_or(is_stale))
        .join(evaluations, is_current)
        .group_by(windows.c.metric_id)
    )
    known = {row[0]: (row[1], row[2]) for row in session.execute(per_metric)}
    due = []
    for row in session.execute(select(*METRIC).order_by(metrics.c.id)):
        metric = metric_of(*row)
        count, stale = known.get(metric.id, (0, False))
        if stale or len(metric.ended_windows(now)) > count:
            due.append(metric.id)
    return due


def overdue_metrics(session: Session, actor: Actor, *, now: datetime) -> list[Metric]:
    """Metrics with a window that ended a while ago and was not evaluated by itself."""
    due = due_metrics(session, now=now - OVERDUE_AFTER)
    seen = select(*METRIC).where(metrics.c.id.in_(due), visible_to(actor))
    rows = session.execute(seen.order_by(metrics.c.contract_number, metrics.c.id).limit(50))
    return [metric_of(*row) for row in rows]


def windows_without_data(session: Session, actor: Actor) -> list[tuple[Metric, WindowView]]:
    no_data = (evaluations.c.outcome == Outcome.NO_DATA) & windows.c.closed_at.is_(None)
    found = listed_windows(actor).where(no_data).order_by(*LISTED_BY).limit(50)
    views = [read_window(*row) for row in session.execute(found)]
    of = metrics_by_id(session, {view.metric_id for view in views})
    return [(of[view.metric_id], view) for view in views]
