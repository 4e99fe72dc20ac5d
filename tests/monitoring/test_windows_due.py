"""Which windows wait to be evaluated, the jobs that do it, and how late rows are noticed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from support.database import Sessions, know, rows
from support.metrics import KNOWN, MANAGER, OCTOBER, evaluate, measured, take

from services.monitoring.measurements.persistence import late_windows
from services.monitoring.metrics.domain import Metric
from services.monitoring.slas import jobs, queries
from services.monitoring.slas.domain import Outcome
from services.monitoring.slas.persistence import evaluations
from shared.audit import audit_entries
from shared.jobs import Context

Clock = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _ready(sessions: Sessions, clock: Clock, now: datetime) -> None:
    know(sessions, *KNOWN)
    clock(now)


class TestJobs:
    @pytest.fixture
    def context(self, sessions: Sessions, settings: Any) -> Context:
        return Context(sessions, settings)

    def waiting(self, sessions: Sessions) -> list[tuple[str, dict[str, Any]]]:
        with sessions.begin() as session:
            found = sa.text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
            return [(row.task_name, row.args) for row in session.execute(found)]

    def test_each_due_metric_gets_one_job(
        self, sessions: Sessions, metric: Metric, context: Context
    ) -> None:
        for _ in range(2):
            jobs.find_due_metrics(context)
        assert self.waiting(sessions) == [("evaluate_windows", {"metric_id": str(metric.id)})]

    def test_the_job_evaluates_and_then_nothing_is_due(
        self, sessions: Sessions, metric: Metric, context: Context, now: datetime
    ) -> None:
        for _ in range(2):
            jobs.evaluate_windows(context, str(metric.id))
        assert [row.outcome for row in rows(sessions, evaluations)] == [Outcome.NO_DATA]
        entry = rows(sessions, audit_entries, action="window_evaluated")[0]
        assert entry.actor == "/tandem/monitoring"
        with sessions.begin() as session:
            assert queries.due_metrics(session, now=now) == []
        take(sessions, measured(metric.id, [1]), now=now)
        with sessions.begin() as session:
            assert queries.due_metrics(session, now=now) == [metric.id]


class TestDue:
    def test_measurements_are_not_counted_to_find_what_is_due(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        take(sessions, measured(metric.id, [1], at=OCTOBER), now=now)
        evaluate(sessions, metric)
        take(sessions, measured(metric.id, [1], source="late"), now=now)
        said: list[str] = []

        def listen(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            said.append(statement)

        with sessions.begin() as session:
            connection = session.connection()
            sa.event.listen(connection, "before_cursor_execute", listen)
            later = now + timedelta(hours=1)
            assert queries.due_metrics(session, now=now) == [metric.id]
            assert queries.overdue_metrics(session, MANAGER, now=later) == [metric]
            assert queries.performance(session, MANAGER, metric.id, now=now).stale == 1
            sa.event.remove(connection, "before_cursor_execute", listen)
        counted = [each for each in said if " measurements" in each]
        assert len(said) >= 6 and len(counted) == 1  # of the running window, on its page

    @pytest.mark.parametrize(
        ("before_the_end", "marks"), [(timedelta(hours=2), 0), (timedelta(minutes=59), 1)]
    )
    def test_what_comes_just_before_the_end_is_marked_for_an_evaluation_that_missed_it(
        self, sessions: Sessions, metric: Metric, before_the_end: timedelta, marks: int
    ) -> None:
        first = next(metric.windows())
        take(sessions, measured(metric.id, [1, 0]), now=first.ends_at - before_the_end)
        assert [row.starts_at for row in rows(sessions, late_windows)] == [first.starts_at] * marks

    def test_a_mark_goes_with_the_evaluation(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        batch = measured(metric.id, [1], at=OCTOBER)
        take(sessions, batch, now=now)
        evaluate(sessions, metric)
        take(sessions, batch, now=now)  # a repeat: nothing is new
        assert rows(sessions, late_windows) == [] and evaluate(sessions, metric) == []
