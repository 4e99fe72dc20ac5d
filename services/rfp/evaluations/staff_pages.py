from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.evaluations import domain, queries, schemas, usecases
from services.rfp.evaluations.domain import Conflict, published, working
from services.rfp.evaluations.queries import READERS, EvaluationView, Part, Reader
from services.rfp.tenders.domain import Duty, Stage, errors
from services.rfp.tenders.queries.staff import show_rfp
from shared import directory
from shared.files import require_downloadable
from shared.kernel import N_, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.downloads import attachment
from shared.web.errors import sentence
from shared.web.forms import form_errors
from shared.web.i18n import gettext
from shared.web.pagination import page_size, paginate
from shared.web.timeline import timeline

pages = Blueprint(
    "evaluations", __name__, url_prefix="/admin/evaluations", template_folder="templates"
)
HAPPENED = {
    "bids_opened": N_("Bids opened"),
    "member_replaced": N_("Member of the committee replaced: %(reason)s"),
    "interests_declared": N_("An evaluator declared their interests"),
    "scores_submitted": N_("An evaluator submitted their scores"),
    "evaluation_completed": N_("Evaluation complete"),
    "lot_awarded": N_("Lot awarded"),
    "award_declined": N_("Contract declined; the lot waits for a decision again"),
    "lot_closed": N_("Lot closed without an award: %(reason)s"),
    "rfp_unsuccessful": N_("Ended without an award"),
}
TONES = {
    Stage.OPENED: "active",
    Stage.EVALUATED: "good",
    Stage.AWARDED: "good",
    Stage.UNSUCCESSFUL: "off",
}


@pages.context_processor
def for_files() -> dict[str, Any]:
    return {"allow_unscanned": current_app.extensions["settings"].allow_unscanned}


@pages.get("")
@requires(Reader, *READERS)
def index(reader: Reader) -> ResponseReturnValue:
    after, size = request.args.get("after", ""), page_size(request.args.get("size"))
    with transaction() as session:
        rows = queries.evaluations(reader)
        part = paginate(
            session, rows, queries.ORDER, queries.EvaluationRow, after=after, limit=size
        )
    return page("evaluations/list.html", part=part, tones=TONES)


@pages.get("/<uuid:rfp_id>")
@requires(Reader, *READERS)
def show(reader: Reader, rfp_id: UUID) -> ResponseReturnValue:
    context = shown(reader, rfp_id)
    return page("evaluations/show.html", values=as_typed(context["evaluation"], reader), **context)


@pages.post("/<uuid:rfp_id>/declaration")
@requires(Staff, "evaluator")
def declare(evaluator: Staff, rfp_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.DeclarationForm().load(request.form)
        with transaction() as session:
            usecases.declare_interests(session, evaluator, rfp_id=rfp_id, now=now(), **form)
    except domain.ConflictUnexplained as refusal:
        return invalid(SHOW, {"text": sentence(refusal)}, **shown(evaluator, rfp_id))
    except ValidationError as error:
        return invalid(SHOW, error, **shown(evaluator, rfp_id))
    return see_other(url_for("evaluations.show", rfp_id=rfp_id))


@pages.get("/<uuid:rfp_id>/committee")
@requires(Staff, "buyer")
def members(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    return page("evaluations/committee.html", **committee_of(buyer, rfp_id))


@pages.post("/<uuid:rfp_id>/committee")
@requires(Staff, "buyer")
def replace_member(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.ReplacementForm().load(request.form)
        with transaction() as session:
            usecases.replace_member(session, buyer, rfp_id=rfp_id, now=now(), **form)
    except ValidationError as error:
        return invalid("evaluations/committee.html", error, **committee_of(buyer, rfp_id))
    except (errors.RoleMissing, errors.OtherDuty) as refusal:
        wrong = {"joining": sentence(refusal)}
        return invalid("evaluations/committee.html", wrong, **committee_of(buyer, rfp_id))
    return see_other(url_for("rfps.show", rfp_id=rfp_id))


def committee_of(buyer: Staff, rfp_id: UUID) -> dict[str, Any]:
    """Who serves, and who could."""
    with transaction() as session:
        rfp = show_rfp(session, buyer, rfp_id)
        able = directory.people_with_role(session, *Duty)
    serving = {each.id for each in (*rfp.openers, *rfp.evaluators)} | {rfp.buyer_id}
    return {"rfp": rfp, "able": [(each.id, each.name) for each in able if each.id not in serving]}


@pages.post("/<uuid:rfp_id>/scores")
@requires(Staff, "evaluator")
def score(evaluator: Staff, rfp_id: UUID) -> ResponseReturnValue:
    """Save the sheet and, with the other button, submit it. What is saved stays either way."""
    try:
        form = schemas.SheetForm().load(request.form)
    except ValidationError as error:
        return faulty(evaluator, rfp_id, blank_grades() | form_errors(error.messages_dict))
    with transaction() as session:
        usecases.save_scores(session, evaluator, rfp_id=rfp_id, given=form["scores"], now=now())
    if request.form.get("then") != "submit":
        return see_other(url_for("evaluations.show", rfp_id=rfp_id, saved=1))
    return submit(evaluator, rfp_id)


@pages.get("/<uuid:rfp_id>/documents/<uuid:file_id>")
@requires(Reader, *READERS)
def document(reader: Reader, rfp_id: UUID, file_id: UUID) -> ResponseReturnValue:
    """A file of a bid, for those who may see the bids."""
    with transaction() as session:
        file = queries.show_document(session, reader, rfp_id, file_id)
    allow = current_app.extensions["settings"].allow_unscanned
    require_downloadable(file, allow_unscanned=allow)
    return attachment(file.name, current_app.extensions["storage"].get(file.key), file.size)


def submit(evaluator: Staff, rfp_id: UUID) -> ResponseReturnValue:
    try:
        with transaction() as session:
            usecases.submit_scores(session, evaluator, rfp_id=rfp_id, now=now())
    except domain.GradesMissing:
        return faulty(evaluator, rfp_id, blank_grades())
    return see_other(url_for("evaluations.show", rfp_id=rfp_id))


def blank_grades() -> dict[str, str]:
    """What is still to come, by the name of the input, where the sheet is to be submitted."""
    if request.form.get("then") != "submit":
        return {}
    words = gettext("Give a grade from 0 to 5. A blank is not a zero.")
    grades = (name for name in request.form if name.startswith("scores-") and "-grade" in name)
    return {name: words for name in grades if not request.form[name].strip()}


def faulty(evaluator: Staff, rfp_id: UUID, errors: Mapping[str, str]) -> ResponseReturnValue:
    in_page_order = {name: errors[name] for name in request.form if name in errors}
    return invalid(SHOW, {**in_page_order, **errors}, **shown(evaluator, rfp_id))


SHOW = "evaluations/show.html"
FORMULAS: dict[str, Any] = {
    "working": working,
    "published": published,
    "grade_words": schemas.WORDS_FOR_GRADES,
    "word_number": lambda mean: int(mean.quantize(Decimal(1), ROUND_HALF_UP)),
}


def shown(reader: Reader, rfp_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        evaluation = queries.show_evaluation(session, reader, rfp_id)
        history = timeline(session, f"rfp:{rfp_id}", HAPPENED)
    return {
        "evaluation": evaluation,
        "reader": reader,
        "history": history if evaluation.part in (Part.WATCH, Part.COMPARE) else [],
        "conflicts": list(Conflict),
        "graver": graver(evaluation, reader),
        "tones": TONES,
        **FORMULAS,
    }


def graver(evaluation: EvaluationView, reader: Reader) -> list[Conflict]:
    """What an evaluator can still add to their declaration."""
    own = [person for person in evaluation.people if person.person_id == reader.person_id]
    if evaluation.stage is not Stage.OPENED or not own or own[0].conflict is None:
        return []
    return own[0].conflict.graver


def as_typed(evaluation: EvaluationView, reader: Reader) -> dict[str, str]:
    """One's own sheet under the names of the form, in its order."""
    assert reader.person_id
    own = {(s.bid_id, s.criterion_id): s for s in evaluation.sheets.get(reader.person_id, ())}
    typed: dict[str, str] = {}
    for number, cell in enumerate(evaluation.cells):
        if given := own.get(cell):
            grade = "" if given.grade is None else working.plain(given.grade)
            typed |= {f"scores-{number}-grade": grade, f"scores-{number}-comment": given.comment}
    return typed
