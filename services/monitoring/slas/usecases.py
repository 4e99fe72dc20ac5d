"""Evaluating windows. Callers own the transaction; nothing here commits."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.monitoring.measurements.persistence import readings, take_marks
from services.monitoring.metrics.domain import Metric
from services.monitoring.metrics.persistence import load_metric
from services.monitoring.slas.domain import (
    Evaluation,
    Inputs,
    NotWithoutData,
    Outcome,
    ReasonNeeded,
    attained,
    gather,
    judge,
    plain,
)
from services.monitoring.slas.events import SOURCE, sla_window_evaluated
from services.monitoring.slas.persistence import Known, close, keep_evaluation, known_windows
from shared import audit, db, directory
from shared.calendar import Window
from shared.kernel import NotFound, Staff, uuid7
from shared.messaging import notices, outbox


def evaluate_windows(session: Session, by: Staff | str, *, metric_id: UUID) -> list[Evaluation]:
    """Evaluate each ended window of a metric that was not yet, or has changed since.

    The metric stays locked, so two who ask at the same time evaluate each window once.
    """
    metric = load_metric(session, metric_id)
    now = db.clock(session)  # only now: the wait for the lock may have lasted past a month's end
    ended = metric.ended_windows(now)
    late = take_marks(session, metric_id, ended)
    known = known_windows(session, metric_id)
    made = []
    for window in ended:
        before = known.get(window.starts_at)
        if before is None or window.starts_at in late:
            made.append(evaluate(session, by, metric, window, before, now))
    return [each for each in made if each]


def evaluate(
    session: Session, by: Staff | str, metric: Metric, window: Window, before: Known | None,
    now: datetime,
) -> Evaluation | None:  # fmt: skip
    """Work a window out, tell of it, and raise the alarm. Nothing where the input is the same."""
    inputs = gather(readings(session, metric.id, window))
    if before and before.input_sha256 == inputs.sha256:
        return None
    made = assess(metric, inputs, before, now)
    keep_evaluation(session, metric.id, window.starts_at, window.ends_at, made)
    outbox.record(session, sla_window_evaluated(metric, window, made))
    note(session, by, metric, window, made)
    if made.outcome is Outcome.BREACHED:
        raise_alarm(session, metric, window, made)
    if made.outcome is Outcome.NO_DATA:
        tell_of_gap(session, metric, window, made)
    return made


def close_window(
    session: Session, manager: Staff, *, metric_id: UUID, window_id: UUID, reason: str
) -> None:
    """No measurements will come for this window: it stays without data, and asks for none."""
    if not (said := reason.strip()):
        raise ReasonNeeded
    metric = load_metric(session, metric_id)
    known = known_windows(session, metric.id)
    starts_at = next((at for at, each in known.items() if each.id == window_id), None)
    if starts_at is None:
        raise NotFound
    if not close(session, window_id, said, db.clock(session)):
        raise NotWithoutData
    month = starts_at.astimezone(ZoneInfo(metric.time_zone)).strftime("%Y-%m")
    detail = {"window": str(window_id), "month": month, "reason": said}
    chain = f"metric:{metric.id}"
    audit.record(session, manager, chain=chain, action="window_closed", detail=detail)


def assess(metric: Metric, inputs: Inputs, before: Known | None, now: datetime) -> Evaluation:
    figure = attained(metric, inputs)
    return Evaluation(
        window_id=before.id if before else uuid7(),
        revision=before.revision + 1 if before else 1,
        numerator=inputs.numerator,
        denominator=inputs.denominator,
        attained=figure,
        target=metric.target,
        minimum=metric.minimum,
        outcome=judge(metric, figure),
        input_sha256=inputs.sha256,
        evaluated_at=now,
    )


def note(
    session: Session, by: Staff | str, metric: Metric, window: Window, made: Evaluation
) -> None:
    detail = {
        "window": str(made.window_id),
        "month": month_of(metric, window),
        "revision": made.revision,
        "attained": "–" if made.attained is None else f"{plain(made.attained)} {metric.unit}",
        "outcome": made.outcome.value,
        "input_sha256": made.input_sha256,
    }
    first = "window_evaluated" if made.revision == 1 else "window_evaluated_again"
    audit.record(session, by, chain=f"metric:{metric.id}", action=first, detail=detail)


def month_of(metric: Metric, window: Window) -> str:
    return window.starts_at.astimezone(ZoneInfo(metric.time_zone)).strftime("%Y-%m")


def raise_alarm(session: Session, metric: Metric, window: Window, made: Evaluation) -> None:
    """Contract managers first, then the vendor: always the same order of locks."""
    audience = {
        "admin": directory.people_with_role(session, "contract_manager"),
        "portal": directory.people_of(session, metric.organisation_id),
    }
    for face, people in audience.items():
        notices.notify(
            session,
            to=directory.ids(people),
            template="sla_breached",
            subject_type="metric",
            subject_id=metric.id,
            path=f"/{face}/performance/{metric.id}/windows/{made.window_id}",
            **said_of(metric, window, made),
        )


def tell_of_gap(session: Session, metric: Metric, window: Window, made: Evaluation) -> None:
    """A window has ended without a measurement: somebody sends them, or closes it."""
    notices.notify(
        session,
        to=directory.ids(directory.people_with_role(session, "contract_manager")),
        template="window_without_data",
        subject_type="window",
        subject_id=made.window_id,
        path=f"/admin/performance/{metric.id}/windows/{made.window_id}",
        **said_of(metric, window, made),
    )


def said_of(metric: Metric, window: Window, made: Evaluation) -> dict[str, Any]:
    """What every notice of an evaluation says; each evaluation is told of once."""
    month = month_of(metric, window)
    return {
        "source": SOURCE,
        "now": made.evaluated_at,
        "params": {"number": metric.contract_number, "title": metric.title, "month": month},
        "dedupe": f"{made.window_id}:{made.revision}",
    }
