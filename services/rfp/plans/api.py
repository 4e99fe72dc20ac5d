from typing import Any
from uuid import UUID

from flask.typing import ResponseReturnValue

from services.rfp.plans import queries, schemas, usecases
from services.rfp.plans.domain import PlanContent, PlanState
from services.rfp.plans.queries import READERS, Reader
from shared.kernel import Staff
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate

api = Blueprint("plans-api", __name__, url_prefix="/api/v1/plans", description="Plans")


@api.get("")
@requires(Reader, *READERS)
@api.arguments(schemas.PlanListQuery, location="query", as_kwargs=True)
@api.response(200, schemas.PlanList)
def list_plans(reader: Reader, state: PlanState | None = None, **part: Any) -> Any:
    with transaction() as session:
        rows = queries.all_plans(reader, state=state)
        return paginate(session, rows, queries.ORDER, queries.PlanRow, **part)


@api.post("")
@requires(Staff, "requester")
@idempotent
@api.arguments(schemas.PlanForm)
@api.response(201, schemas.Plan)
def write_plan(requester: Staff, content: PlanContent) -> queries.PlanView:
    with transaction() as session:
        plan = usecases.write_plan(session, requester, content, now=now())
        session.flush()
        return queries.show_plan(session, requester, plan.id)


@api.get("/<uuid:plan_id>")
@requires(Reader, *READERS)
@api.response(200, schemas.Plan)
def show_plan(reader: Reader, plan_id: UUID) -> queries.PlanView:
    with transaction() as session:
        return queries.show_plan(session, reader, plan_id)


@api.put("/<uuid:plan_id>")
@requires(Staff, "requester")
@api.arguments(schemas.SeenQuery, location="query", as_kwargs=True)
@api.arguments(schemas.PlanForm)
@api.response(200, schemas.Plan)
def rewrite_plan(
    requester: Staff, content: PlanContent, plan_id: UUID, seen: str | None
) -> queries.PlanView:
    """Write a draft or a rejected plan anew."""
    with transaction() as session:
        usecases.rewrite_plan(session, requester, content, plan_id=plan_id, seen=seen)
        session.flush()
        return queries.show_plan(session, requester, plan_id)


@api.post("/<uuid:plan_id>/submission")
@requires(Staff, "requester")
@api.response(204)
def submit_plan(requester: Staff, plan_id: UUID) -> None:
    with transaction() as session:
        usecases.submit_plan(session, requester, plan_id=plan_id, now=now())


@api.post("/<uuid:plan_id>/decision")
@requires(Staff, "approver")
@api.arguments(schemas.DecisionForm)
@api.response(204)
def decide_plan(approver: Staff, form: dict[str, Any], plan_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        usecases.decide_plan(session, approver, plan_id=plan_id, now=now(), **form)
    return ""
