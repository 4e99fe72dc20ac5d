"""What slas tell others: figures and outcome of a window, never money."""

from services.monitoring.metrics.domain import Metric
from services.monitoring.slas.domain import Evaluation, plain
from shared.calendar import Window
from shared.messaging.envelope import Event

SOURCE = "/tandem/monitoring"


def sla_window_evaluated(metric: Metric, window: Window, made: Evaluation) -> Event:
    return Event.of(
        "tandem.monitoring.sla_window_evaluated.v1",
        source=SOURCE,
        subject=metric.contract_id,
        time=made.evaluated_at,
        data={
            "contract_id": str(metric.contract_id),
            "metric_id": str(metric.id),
            "window_id": str(made.window_id),
            "revision": made.revision,
            "organisation_id": str(metric.organisation_id),
            "starts_at": window.starts_at.isoformat(),
            "ends_at": window.ends_at.isoformat(),
            "numerator": plain(made.numerator),
            "denominator": str(made.denominator),
            "attained": None if made.attained is None else plain(made.attained),
            "target": plain(made.target),
            "minimum": None if made.minimum is None else plain(made.minimum),
            "outcome": made.outcome.value,
            "input_sha256": made.input_sha256,
            "evaluated_at": made.evaluated_at.isoformat(),
        },
    )
