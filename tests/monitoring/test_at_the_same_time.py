"""What happens when several do it at once, on connections that really commit."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from support.database import Sessions, events, know, rows
from support.metrics import KNOWN, MANAGER, OCTOBER, a_metric, measured, take

from services.monitoring.measurements.persistence import (
    late_windows,
    mark_late,
    measurements,
    take_marks,
)
from services.monitoring.measurements.usecases import Taken
from services.monitoring.metrics.domain import Metric
from services.monitoring.metrics.usecases import learn_metrics
from services.monitoring.slas.persistence import evaluations, windows
from services.monitoring.slas.usecases import evaluate_windows
from shared.audit import verify
from shared.calendar import Window


def all_at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each answered. A call that raises fails the test."""
    start, answers = threading.Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        start.wait(timeout=10)
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(answers) == len(calls)
    return answers


@pytest.fixture
def metric(committed: Sessions) -> Metric:
    know(committed, *KNOWN)
    made = a_metric()
    with committed.begin() as session:
        learn_metrics(session, [made])
    return made


def evaluate(sessions: Sessions, metric: Metric) -> list[Any]:
    with sessions.begin() as session:
        return list(evaluate_windows(session, MANAGER, metric_id=metric.id))


def test_batches_that_overlap_keep_each_row_once(
    committed: Sessions, metric: Metric, now: Any
) -> None:
    batch = measured(metric.id, [1] * 500)
    orders = [batch, batch[::-1], batch, batch[::-1]]
    taken: list[Taken] = all_at_once(
        *(lambda each=each: take(committed, each, now=now) for each in orders)
    )
    assert sorted(each.accepted for each in taken) == [0, 0, 0, 500]
    assert len(rows(committed, measurements)) == 500


def test_a_window_is_evaluated_once(
    committed: Sessions, metric: Metric, now: Any, clock: Any
) -> None:
    clock(now)
    take(committed, measured(metric.id, [1, 0]), now=now)
    made = all_at_once(*[lambda: evaluate(committed, metric)] * 4)
    assert sorted(map(len, made)) == [0, 0, 0, 1]
    assert len(rows(committed, windows)) == len(rows(committed, evaluations)) == 1
    assert len(events(committed, "sla_window_evaluated")) == 1


def test_marks_are_taken_in_the_order_in_which_they_are_made(
    committed: Sessions, metric: Metric
) -> None:
    """Their rows lie the other way round; whoever marks holds the first while it is waited for."""
    first, second = OCTOBER, OCTOBER + timedelta(days=31)
    both = [Window(at, at + timedelta(days=1)) for at in (first, second)]
    for at in (second, first):
        with committed.begin() as session:
            mark_late(session, [(metric.id, at)])
    held, waits = threading.Event(), threading.Event()

    def mark() -> None:
        with committed.begin() as session:
            mark_late(session, [(metric.id, first)])
            held.set()
            waits.wait(0.5)
            mark_late(session, [(metric.id, second)])

    def take_away() -> set[datetime]:
        held.wait(10)
        with committed.begin() as session:
            for way in (
                "indexscan",
                "bitmapscan",
            ):  # take rows as they lie
                session.execute(sa.text(f"SET LOCAL enable_{way} = off"))
            return take_marks(session, metric.id, both)

    assert {first, second} in all_at_once(mark, take_away)
    assert rows(committed, late_windows) == []


def test_a_measurement_that_comes_during_the_evaluation_is_not_lost(
    committed: Sessions, metric: Metric, now: Any, clock: Any
) -> None:
    clock(now)
    take(committed, measured(metric.id, [1, 0]), now=now)
    late = measured(metric.id, [0] * 50, source="late", at=OCTOBER)
    all_at_once(lambda: take(committed, late, now=now), lambda: evaluate(committed, metric))
    evaluate(committed, metric)
    [window] = rows(committed, windows)
    current = [row for row in rows(committed, evaluations) if row.revision == window.revision]
    assert [row.denominator for row in current] == [52]
    with committed.begin() as session:
        assert verify(session, []) == []
