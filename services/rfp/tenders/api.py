from typing import Any
from uuid import UUID

from flask import current_app
from flask.typing import ResponseReturnValue

from services.rfp.plans.schemas import SeenQuery
from services.rfp.tenders import usecases
from services.rfp.tenders.domain import RfpContent, Stage
from services.rfp.tenders.queries import questions, staff, vendors
from services.rfp.tenders.schemas import answers, forms
from services.rfp.tenders.schemas.questions import QuestionForm, QuestionList, QuestionOut
from shared.kernel import Auditor, Staff, Vendor
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate

api = Blueprint("tenders-api", __name__, url_prefix="/api/v1", description="RFPs and questions")
Reader = Staff | Auditor | Vendor


@api.get("/rfps")
@requires(Reader)
@api.arguments(answers.RfpListQuery, location="query", as_kwargs=True)
@api.response(200, answers.RfpList)
def list_rfps(reader: Reader, stage: Stage | None = None, **part: Any) -> Any:
    """Vendors see those that they are invited to, a committee those that it serves."""
    with transaction() as session:
        if isinstance(reader, Vendor):
            own = vendors.opportunities(reader, stage=stage)
            return paginate(session, own, vendors.ORDER, vendors.OpportunityRow, **part)
        rows = staff.all_rfps(reader, stage=stage)
        return paginate(session, rows, staff.ORDER, staff.RfpRow, **part)


@api.post("/rfps")
@requires(Staff, "buyer")
@idempotent
@api.arguments(forms.NewRfpForm, as_kwargs=True)
@api.response(201, answers.RfpOut)
def draft_rfp(buyer: Staff, plan_id: UUID, content: RfpContent) -> staff.RfpView:
    with transaction() as session:
        rfp = usecases.draft_rfp(session, buyer, content, plan_id=plan_id, now=now())
        session.flush()
        return staff.show_rfp(session, buyer, rfp.id)


@api.get("/rfps/<uuid:rfp_id>")
@requires(Reader)
@api.response(200, answers.RfpOut)
def show_rfp(reader: Reader, rfp_id: UUID) -> Any:
    """Vendors get what is asked for, without the committee and the other bidders."""
    with transaction() as session:
        if isinstance(reader, Vendor):
            return vendors.opportunity(session, reader, rfp_id)
        return staff.show_rfp(session, reader, rfp_id)


@api.put("/rfps/<uuid:rfp_id>")
@requires(Staff, "buyer")
@api.arguments(SeenQuery, location="query", as_kwargs=True)
@api.arguments(forms.RfpForm)
@api.response(200, answers.RfpOut)
def rewrite_rfp(buyer: Staff, content: RfpContent, rfp_id: UUID, seen: str | None) -> staff.RfpView:
    """Write a draft anew, all of it."""
    with transaction() as session:
        usecases.rewrite_rfp(session, buyer, content, rfp_id=rfp_id, seen=seen)
        session.flush()
        return staff.show_rfp(session, buyer, rfp_id)


@api.post("/rfps/<uuid:rfp_id>/publication")
@requires(Staff, "buyer")
@api.arguments(SeenQuery, location="query", as_kwargs=True)
@api.response(204)
def publish_rfp(buyer: Staff, rfp_id: UUID, seen: str | None) -> ResponseReturnValue:
    least_lead = current_app.extensions["settings"].least_lead
    with transaction() as session:
        usecases.publish_rfp(session, buyer, rfp_id=rfp_id, least_lead=least_lead, seen=seen)
    return ""


@api.get("/rfps/<uuid:rfp_id>/questions")
@requires(Reader)
@api.response(200, QuestionList)
def list_questions(reader: Reader, rfp_id: UUID) -> Any:
    """Nobody is told who asked. Vendors see what was answered, and what they asked themselves."""
    with transaction() as session:
        if isinstance(reader, Vendor):
            return {"items": vendors.opportunity(session, reader, rfp_id).questions}
        return {"items": staff.show_rfp(session, reader, rfp_id).questions}


@api.post("/rfps/<uuid:rfp_id>/questions")
@requires(Vendor)
@idempotent
@api.arguments(QuestionForm, as_kwargs=True)
@api.response(201, QuestionOut)
def ask_question(vendor: Vendor, rfp_id: UUID, text: str) -> Any:
    with transaction() as session:
        return usecases.ask_question(session, vendor, rfp_id=rfp_id, text=text)


@api.post("/questions/<uuid:question_id>/answer")
@requires(Staff, "buyer")
@api.arguments(QuestionForm, as_kwargs=True)
@api.response(200, QuestionOut)
def answer_question(buyer: Staff, question_id: UUID, text: str) -> Any:
    with transaction() as session:
        usecases.answer_question(session, buyer, question_id=question_id, text=text, now=now())
        session.flush()
        return questions.show_question(session, question_id)
