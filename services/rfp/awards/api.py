from typing import Any
from uuid import UUID

from services.rfp.awards import schemas, usecases
from services.rfp.awards.domain import Closure
from services.rfp.awards.queries import outcomes, staff
from services.rfp.awards.queries.staff import READERS, AwardView, Reader
from shared.kernel import Staff, Vendor
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate
from shared.web.schemas import Page

api = Blueprint("awards-api", __name__, url_prefix="/api/v1", description="Awards")


@api.post("/lots/<uuid:lot_id>/award")
@requires(Staff, "buyer")
@idempotent
@api.arguments(schemas.AwardForm)
@api.response(201, schemas.AwardOut)
def award_lot(buyer: Staff, form: dict[str, Any], lot_id: UUID) -> AwardView:
    """To a ranked bid, not necessarily the first one: then the reason says why."""
    with transaction() as session:
        award = usecases.award_lot(session, buyer, lot_id=lot_id, now=now(), **form)
        session.flush()
        return staff.show_award(session, buyer, award.id)


@api.post("/lots/<uuid:lot_id>/closure")
@requires(Staff, "buyer")
@idempotent
@api.arguments(schemas.ClosureForm, as_kwargs=True)
@api.response(201, schemas.ClosureOut)
def close_lot(buyer: Staff, lot_id: UUID, reason: str) -> Closure:
    """End a lot without an award. The reason is kept; bidders hear only that the lot ended."""
    with transaction() as session:
        return usecases.close_lot(session, buyer, lot_id=lot_id, reason=reason, now=now())


@api.get("/awards")
@requires(Reader, *READERS)
@api.arguments(Page, location="query", as_kwargs=True)
@api.response(200, schemas.AwardList)
def list_awards(reader: Reader, **part: Any) -> Any:
    with transaction() as session:
        rows = staff.all_awards(reader)
        return paginate(session, rows, staff.ORDER, AwardView, **part)


@api.get("/awards/<uuid:award_id>")
@requires(Reader, *READERS)
@api.response(200, schemas.AwardOut)
def show_award(reader: Reader, award_id: UUID) -> AwardView:
    with transaction() as session:
        return staff.show_award(session, reader, award_id)


@api.get("/bids/<uuid:bid_id>/outcome")
@requires(Vendor)
@api.response(200, schemas.OutcomeOut)
def show_outcome(vendor: Vendor, bid_id: UUID) -> dict[str, Any]:
    """What came of your bid, once its lot is awarded or closed."""
    with transaction() as session:
        return schemas.outcome_answer(outcomes.outcome(session, vendor, bid_id))
