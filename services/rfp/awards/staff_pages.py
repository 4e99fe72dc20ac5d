from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.awards import schemas, usecases
from services.rfp.awards.domain import LEAST_REASON, Award, Closure, OverCeiling
from services.rfp.awards.queries import deciding, staff
from services.rfp.awards.queries.staff import CONTRACT_READERS, READERS, AwardView, Reader
from services.rfp.evaluations.domain import published
from shared.files import require_downloadable
from shared.kernel import Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.downloads import attachment
from shared.web.errors import sentence
from shared.web.idempotency import idempotent
from shared.web.pagination import page_size, paginate
from shared.web.schemas import Form

pages = Blueprint("awards", __name__, url_prefix="/admin/awards", template_folder="templates")
AWARD, CLOSE = "awards/form.html", "awards/close.html"


@pages.app_context_processor
def for_other_pages() -> dict[str, Any]:
    """For the comparison, which says by lot what became of it."""
    return {
        "awards_of": answering(deciding.awards_of),
        "closures_of": answering(deciding.closures_of),
        "declined_of": answering(deciding.declined_of),
        "left_of_plan": answering(deciding.left_of_plan),
        "may_decide": may_decide,
        "award_readers": frozenset(READERS),
    }


def answering(query: Callable[..., Any]) -> Callable[[UUID], Any]:
    """The query for a template, which has no session."""

    def answer(asked: UUID) -> Any:
        with transaction() as session:
            return query(session, asked)

    return answer


def may_decide(rfp_id: UUID) -> bool:
    """Whether the reader of the page may award lots."""
    with transaction() as session:
        return deciding.may_decide(session, g.actor, rfp_id)


@pages.get("")
@requires(Reader, *READERS)
def index(reader: Reader) -> ResponseReturnValue:
    after, size = request.args.get("after", ""), page_size(request.args.get("size"))
    with transaction() as session:
        rows = staff.all_awards(reader)
        part = paginate(session, rows, staff.ORDER, AwardView, after=after, limit=size)
    return page("awards/list.html", part=part)


@pages.get("/<uuid:award_id>")
@requires(Reader, *READERS)
def show(reader: Reader, award_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        award = staff.show_award(session, reader, award_id)
    return page("awards/show.html", award=award, time_now=now())


@pages.get("/<uuid:award_id>/documents/<sha256>")
@requires(Reader, *CONTRACT_READERS)
def document(reader: Reader, award_id: UUID, sha256: str) -> ResponseReturnValue:
    """A file of the winning bid, for all who read the contract."""
    with transaction() as session:
        file = staff.winning_document(session, reader, award_id, sha256)
    allow = current_app.extensions["settings"].allow_unscanned
    require_downloadable(file, allow_unscanned=allow)
    return attachment(file.name, current_app.extensions["storage"].get(file.key), file.size)


@pages.get("/lots/<uuid:lot_id>")
@requires(Staff, "buyer")
def new(buyer: Staff, lot_id: UUID) -> ResponseReturnValue:
    return page(AWARD, **form_of(buyer, lot_id))


@pages.post("/lots/<uuid:lot_id>")
@requires(Staff, "buyer")
@idempotent
def award(buyer: Staff, lot_id: UUID) -> ResponseReturnValue:
    return decide(buyer, lot_id, AWARD, schemas.AwardForm(), usecases.award_lot)


@pages.get("/lots/<uuid:lot_id>/closure")
@requires(Staff, "buyer")
def consider_closing(buyer: Staff, lot_id: UUID) -> ResponseReturnValue:
    return page(CLOSE, **form_of(buyer, lot_id))


@pages.post("/lots/<uuid:lot_id>/closure")
@requires(Staff, "buyer")
@idempotent
def close(buyer: Staff, lot_id: UUID) -> ResponseReturnValue:
    return decide(buyer, lot_id, CLOSE, schemas.ClosureForm(), usecases.close_lot)


def decide(
    buyer: Staff,
    lot_id: UUID,
    template: str,
    form: Form,
    use_case: Callable[..., Award | Closure],
) -> ResponseReturnValue:
    """What the form asks for, and on to the page of it; or the form again with what is wrong."""
    try:
        asked = form.load(request.form)
        with transaction() as session:
            made = use_case(session, buyer, lot_id=lot_id, now=now(), **asked)
    except ValidationError as error:
        return invalid(template, error, **form_of(buyer, lot_id))
    except OverCeiling as refusal:
        wrong = {"over_ceiling_reason": sentence(refusal)}
        return invalid(template, wrong, **form_of(buyer, lot_id))
    return see_other(page_of(made))


def page_of(made: Award | Closure) -> str:
    if isinstance(made, Award):
        return url_for("awards.show", award_id=made.id)
    return url_for("evaluations.show", rfp_id=made.rfp_id)


def form_of(buyer: Staff, lot_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        lot = deciding.lot_to_award(session, buyer, lot_id)
    return {"lot": lot, "published": published, "least_reason": LEAST_REASON}
