from typing import Any
from uuid import UUID

from services.rfp.evaluations import queries, schemas, usecases
from services.rfp.evaluations.queries import READERS, Reader
from shared.kernel import Staff
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.pagination import paginate
from shared.web.schemas import Page

api = Blueprint("evaluations-api", __name__, url_prefix="/api/v1", description="Evaluations")


@api.get("/evaluations")
@requires(Reader, *READERS)
@api.arguments(Page, location="query", as_kwargs=True)
@api.response(200, schemas.EvaluationList)
def list_evaluations(reader: Reader, **part: Any) -> Any:
    with transaction() as session:
        rows = queries.evaluations(reader)
        return paginate(session, rows, queries.ORDER, queries.EvaluationRow, **part)


@api.get("/evaluations/<uuid:rfp_id>")
@requires(Reader, *READERS)
@api.response(200, schemas.Evaluation)
def show_evaluation(reader: Reader, rfp_id: UUID) -> dict[str, Any]:
    """Bids, criteria, scores and, once all have submitted, the ranking with its working."""
    with transaction() as session:
        return schemas.as_answer(queries.show_evaluation(session, reader, rfp_id))


@api.post("/rfps/<uuid:rfp_id>/declaration")
@requires(Staff, "evaluator")
@api.arguments(schemas.DeclarationForm)
@api.response(204)
def declare_interests(evaluator: Staff, form: dict[str, Any], rfp_id: UUID) -> None:
    with transaction() as session:
        usecases.declare_interests(session, evaluator, rfp_id=rfp_id, now=now(), **form)


@api.post("/rfps/<uuid:rfp_id>/committee")
@requires(Staff, "buyer")
@api.arguments(schemas.ReplacementForm)
@api.response(204)
def replace_member(buyer: Staff, form: dict[str, Any], rfp_id: UUID) -> None:
    """Somebody takes the seat of a member who leaves. Submitted scores stay."""
    with transaction() as session:
        usecases.replace_member(session, buyer, rfp_id=rfp_id, now=now(), **form)


@api.put("/rfps/<uuid:rfp_id>/scores")
@requires(Staff, "evaluator")
@api.arguments(schemas.SheetForm)
@api.response(204)
def save_scores(evaluator: Staff, form: dict[str, Any], rfp_id: UUID) -> None:
    """Your sheet as it now is. What it does not name is blank."""
    with transaction() as session:
        usecases.save_scores(session, evaluator, rfp_id=rfp_id, given=form["scores"], now=now())


@api.post("/rfps/<uuid:rfp_id>/scores/submission")
@requires(Staff, "evaluator")
@api.response(204)
def submit_scores(evaluator: Staff, rfp_id: UUID) -> None:
    with transaction() as session:
        usecases.submit_scores(session, evaluator, rfp_id=rfp_id, now=now())
