from typing import Any
from uuid import UUID

from services.contracts.settlement import queries, schemas, usecases
from shared.kernel import Auditor, Staff, Vendor
from shared.web import requires, transaction
from shared.web.api import Blueprint
from shared.web.pagination import Part, paginate

api = Blueprint("credits-api", __name__, url_prefix="/api/v1", description="Service credits")
Reader = Staff | Auditor | Vendor


@api.get("/credits")
@requires(Reader)
@api.arguments(schemas.CreditQuery, location="query")
@api.response(200, schemas.CreditList)
def list_credits(reader: Reader, asked: dict[str, Any]) -> Part[Any]:
    with transaction() as session:
        listing = queries.credits_seen_by(reader, asked.pop("contract_id"))
        return paginate(session, *listing, **asked)


@api.get("/credits/<uuid:credit_id>")
@requires(Reader)
@api.response(200, schemas.Credit)
def show_credit(reader: Reader, credit_id: UUID) -> queries.CreditView:
    """With every figure that its amount came from."""
    with transaction() as session:
        return queries.credit(session, reader, credit_id)


@api.post("/credits/<uuid:credit_id>/decision")
@requires(Staff, "finance")
@api.arguments(schemas.DecisionForm)
@api.response(200, schemas.Credit)
def decide_credit(finance: Staff, form: dict[str, Any], credit_id: UUID) -> queries.CreditView:
    """Approve or reject, once. A rejection needs a reason."""
    with transaction() as session:
        usecases.decide_credit(session, finance, credit_id=credit_id, **form)
        return queries.credit(session, finance, credit_id)
