from typing import Any
from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.monitoring.metrics import queries, schemas, usecases
from shared.kernel import Actor, Auditor, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.idempotency import idempotent

pages = Blueprint("grants", __name__, url_prefix="/admin/performance", template_folder="templates")


@pages.get("/<uuid:metric_id>/grants")
@requires((Staff, Auditor))
def index(reader: Actor, metric_id: UUID) -> ResponseReturnValue:
    return page("metrics/grants.html", **shown(reader, metric_id))


@pages.post("/<uuid:metric_id>/grants")
@requires(Staff, "contract_manager")
@idempotent
def add(manager: Staff, metric_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.GrantForm().load(request.form)
    except ValidationError as error:
        return invalid("metrics/grants.html", error, **shown(manager, metric_id))
    with transaction() as session:
        usecases.grant_writing(session, manager, metric_id=metric_id, now=now(), **form)
    return see_other(f"/admin/performance/{metric_id}")


@pages.post("/<uuid:metric_id>/grants/<uuid:organisation_id>/revocation")
@requires(Staff, "contract_manager")
def revoke(manager: Staff, metric_id: UUID, organisation_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        usecases.revoke_writing(
            session, manager, metric_id=metric_id, organisation_id=organisation_id
        )
    return see_other(f"/admin/performance/{metric_id}")


def shown(reader: Actor, metric_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        metric = queries.show_metric(session, reader, metric_id)
        grants = queries.grants_on(session, reader, metric_id)
        partners = queries.partners_to_grant(session, grants)
    return {"metric": metric, "grants": grants, "partners": partners}
