"""Windows are evaluated by themselves, a few minutes after they end or get late measurements."""

from uuid import UUID

from services.monitoring.slas import queries, usecases
from services.monitoring.slas.events import SOURCE
from shared import db
from shared.jobs import Context, Cron, Jobs, defer


def find_due_metrics(context: Context) -> None:
    """One job per metric, so that a fault in one keeps no other waiting."""
    with context.sessions.begin() as session:
        for metric_id in queries.due_metrics(session, now=db.clock(session)):
            lock = f"evaluate:{metric_id}"
            defer(session, "evaluate_windows", lock=lock, metric_id=str(metric_id))


def evaluate_windows(context: Context, metric_id: str) -> None:
    with context.sessions.begin() as session:
        usecases.evaluate_windows(session, SOURCE, metric_id=UUID(metric_id))


JOBS: Jobs = {"find_due_metrics": find_due_metrics, "evaluate_windows": evaluate_windows}
CRON: Cron = {"*/2 * * * *": ["find_due_metrics"]}
