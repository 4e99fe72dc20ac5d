from typing import Any
from uuid import UUID

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.plans.queries import READERS as PLAN_READERS
from services.rfp.tenders import usecases
from services.rfp.tenders.domain import Stage, errors
from services.rfp.tenders.queries import questions, staff
from services.rfp.tenders.queries.staff import READERS, Reader
from services.rfp.tenders.schemas.questions import QuestionForm
from services.rfp.tenders.staff_pages.blueprint import pages
from shared.kernel import N_, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.errors import sentence
from shared.web.pagination import page_size, paginate
from shared.web.timeline import timeline

TONES = {
    Stage.DRAFT: "draft",
    Stage.OPEN: "active",
    Stage.CLOSED: "sealed",
    Stage.OPENED: "active",
    Stage.EVALUATED: "wait",
    Stage.AWARDED: "good",
    Stage.UNSUCCESSFUL: "off",
    Stage.CANCELLED: "off",
}
# Who asked a question stays out of sight: the entry has a name, the timeline must not.
HAPPENED = {
    "rfp_drafted": N_("Draft made from the plan"),
    "rfp_changed": N_("Draft changed"),
    "rfp_published": N_("Published and open for bids"),
    "question_answered": N_("Question answered to all bidders"),
    "opening_confirmed": N_("A bid opener confirmed the opening"),
    "bids_opened": N_("Bids opened"),
    "member_replaced": N_("Member of the committee replaced: %(reason)s"),
    "interests_declared": N_("An evaluator declared their interests"),
    "scores_submitted": N_("An evaluator submitted their scores"),
    "evaluation_completed": N_("Evaluation complete"),
    "lot_awarded": N_("Lot awarded"),
    "award_declined": N_("Contract declined; the lot waits for a decision again"),
    "lot_closed": N_("Lot closed without an award: %(reason)s"),
    "rfp_cancelled": N_("Cancelled: %(reason)s"),
    "key_destroyed": N_("The key of the sealed bids was destroyed"),
    "rfp_unsuccessful": N_("Ended without an award"),
}
TABS = ("overview", "questions", "history")


@pages.get("")
@requires(Reader, *READERS)
def index(reader: Reader) -> ResponseReturnValue:
    asked = request.args.get("show", "")
    stage = Stage(asked) if asked in list(Stage) else None
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }
    with transaction() as session:
        rows = staff.all_rfps(reader, stage=stage)
        part = paginate(session, rows, staff.ORDER, staff.RfpRow, **place)
        counts = staff.rfp_counts(session, reader)
    return page("tenders/list.html", part=part, counts=counts, stage=stage, tones=TONES)


@pages.get("/<uuid:rfp_id>")
@requires(Reader, *READERS)
def show(reader: Reader, rfp_id: UUID) -> ResponseReturnValue:
    asked = request.args.get("tab", "")
    tab = asked if asked in TABS else "overview"
    return page("tenders/show.html", tab=tab, **shown(reader, rfp_id))


@pages.post("/<uuid:rfp_id>/publication")
@requires(Staff, "buyer")
def publish(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    asked: dict[str, Any] = {"rfp_id": rfp_id, "seen": request.form.get("seen")}
    try:
        with transaction() as session:
            usecases.publish_rfp(session, buyer, least_lead=least_lead(), **asked)
    except errors.RfpChanged as error:
        said = {"next-step": sentence(error)}
        return page("tenders/show.html", 409, errors=said, tab="overview", **shown(buyer, rfp_id))
    return see_other(url_for("rfps.show", rfp_id=rfp_id))


@pages.post("/questions/<uuid:question_id>/answer")
@requires(Staff, "buyer")
def answer(buyer: Staff, question_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        rfp_id = questions.show_question(session, question_id).rfp_id
    try:
        form = QuestionForm().load(request.form)
    except ValidationError as error:
        found = shown(buyer, rfp_id) | {"answering": str(question_id)}
        return invalid("tenders/show.html", error, tab="questions", **found)
    with transaction() as session:
        usecases.answer_question(session, buyer, question_id=question_id, now=now(), **form)
    return see_other(url_for("rfps.show", rfp_id=rfp_id, tab="questions"))


def shown(reader: Reader, rfp_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        rfp = staff.show_rfp(session, reader, rfp_id)
        found: dict[str, Any] = {
            "rfp": rfp,
            "reader": reader,
            "history": timeline(session, f"rfp:{rfp_id}", HAPPENED),
            "tones": TONES,
            "sees_plan": not reader.roles.isdisjoint(PLAN_READERS),
            "answering": request.args.get("answer") or rfp.first_unanswered,
        }
        if rfp.stage is Stage.DRAFT:
            missing = staff.obstacles(session, rfp_id, least_lead=least_lead())
            found["obstacles"] = [sentence(each) for each in missing]
    return found


def least_lead() -> Any:
    return current_app.extensions["settings"].least_lead
