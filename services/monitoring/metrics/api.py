from typing import Any
from uuid import UUID

from services.monitoring.metrics import queries, schemas, usecases
from services.monitoring.metrics.domain import Metric
from shared.kernel import Actor, Auditor, Partner, Staff, Vendor
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate

api = Blueprint("metrics-api", __name__, url_prefix="/api/v1/metrics", description="Metrics")


@api.get("")
@requires((Staff, Auditor, Vendor, Partner))
@api.arguments(schemas.MetricListQuery, location="query", as_kwargs=True)
@api.response(200, schemas.MetricList)
def list_metrics(reader: Actor, contract_id: UUID | None = None, **part: Any) -> Any:
    """Vendors see their own metrics, partners those they may write to."""
    with transaction() as session:
        rows = queries.listed_metrics(reader, contract_id)
        return paginate(
            session, rows, queries.LISTED_BY, queries.read_metric, descending=False, **part
        )


@api.get("/<uuid:metric_id>")
@requires((Staff, Auditor, Vendor, Partner))
@api.response(200, schemas.Metric)
def show_metric(reader: Actor, metric_id: UUID) -> Metric:
    with transaction() as session:
        return queries.show_metric(session, reader, metric_id)


@api.get("/<uuid:metric_id>/grants")
@requires(Staff | Auditor)
@api.response(200, schemas.GrantList)
def list_grants(reader: Staff | Auditor, metric_id: UUID) -> Any:
    """Which partners may send measurements of this metric."""
    with transaction() as session:
        queries.show_metric(session, reader, metric_id)
        return {"items": queries.grants_on(session, reader, metric_id)}


@api.post("/<uuid:metric_id>/grants")
@requires(Staff, "contract_manager")
@idempotent
@api.arguments(schemas.GrantForm)
@api.response(201, schemas.GrantForm)
def grant_writing(manager: Staff, form: dict[str, Any], metric_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        usecases.grant_writing(session, manager, metric_id=metric_id, now=now(), **form)
    return form


@api.delete("/<uuid:metric_id>/grants/<uuid:organisation_id>")
@requires(Staff, "contract_manager")
@api.response(204)
def revoke_writing(manager: Staff, metric_id: UUID, organisation_id: UUID) -> None:
    with transaction() as session:
        usecases.revoke_writing(
            session, manager, metric_id=metric_id, organisation_id=organisation_id
        )
