from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.monitoring.measurements import queries as measurements
from services.monitoring.measurements.schemas import RawValueList
from services.monitoring.slas import queries, schemas, usecases
from shared.kernel import Actor, Auditor, Staff, Vendor
from shared.web import requires, transaction
from shared.web.api import Blueprint
from shared.web.pagination import paginate
from shared.web.schemas import Page

api = Blueprint("slas-api", __name__, url_prefix="/api/v1", description="SLA windows")


@api.post("/metrics/<uuid:metric_id>/windows/evaluation")
@requires(Staff, "contract_manager")
@api.response(200, schemas.EvaluationList)
def evaluate_windows(manager: Staff, metric_id: UUID) -> Any:
    """Evaluate each ended window that was not yet, or has changed since; answers those."""
    with transaction() as session:
        return {"items": usecases.evaluate_windows(session, manager, metric_id=metric_id)}


@api.get("/windows")
@requires((Staff, Auditor, Vendor))
@api.arguments(schemas.WindowListQuery, location="query", as_kwargs=True)
@api.response(200, schemas.WindowList)
def list_windows(reader: Actor, metric_id: UUID | None = None, **part: Any) -> Any:
    """Evaluated windows, newest first."""
    with transaction() as session:
        rows = queries.listed_windows(reader, metric_id)
        return paginate(session, rows, queries.LISTED_BY, queries.read_window, **part)


@api.get("/windows/<uuid:window_id>")
@requires((Staff, Auditor, Vendor))
@api.response(200, schemas.WindowWorking)
def show_window(reader: Actor, window_id: UUID) -> Any:
    """How the figure came about. Its raw measurements have an address of their own."""
    with transaction() as session:
        window = queries.show_window(session, reader, window_id)
        made = queries.evaluations_of(session, reader, window_id)
    return asdict(window) | {"evaluations": made}


@api.post("/metrics/<uuid:metric_id>/windows/<uuid:window_id>/closing")
@requires(Staff, "contract_manager")
@api.arguments(schemas.Closing)
@api.response(200, schemas.Window)
def close_window(
    manager: Staff, form: dict[str, Any], metric_id: UUID, window_id: UUID
) -> queries.WindowView:
    """No measurements will come for a window without data. It stays without data."""
    with transaction() as session:
        usecases.close_window(session, manager, metric_id=metric_id, window_id=window_id, **form)
        return queries.show_window(session, manager, window_id)


@api.get("/windows/<uuid:window_id>/measurements")
@requires((Staff, Auditor, Vendor))
@api.arguments(Page, location="query", as_kwargs=True)
@api.response(200, RawValueList)
def list_measurements(reader: Actor, window_id: UUID, **part: Any) -> Any:
    """Raw measurements in the order in which they are hashed."""
    with transaction() as session:
        window = queries.show_window(session, reader, window_id)
        rows = measurements.listed_measurements(reader, window.metric_id, window.span)
        return paginate(
            session, rows, measurements.LISTED_BY, measurements.RawValue,
            descending=False, **part,
        )  # fmt: skip
