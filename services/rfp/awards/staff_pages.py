from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, g, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.awards import schemas, usecases
from services.rfp.awards.domain import LEAST_REASON, OverCeiling
from services.rfp.awards.queries import deciding, staff
from services.rfp.awards.queries.deciding import Chosen
from services.rfp.awards.queries.staff import CONTRACT_READERS, READERS, AwardView, Reader
from services.rfp.evaluations.domain import published
from shared.files import require_downloadable
from shared.kernel import Money, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.downloads import attachment
from shared.web.errors import sentence
from shared.web.idempotency import idempotent
from shared.web.pagination import page_size, paginate

pages = Blueprint("awards", __name__, url_prefix="/admin/awards", template_folder="templates")


@pages.app_context_processor
def for_other_pages() -> dict[str, Any]:
    """For the comparison, which says by lot what became of it."""
    return {
        "awards_of": awards_of,
        "closures_of": closures_of,
        "declined_of": declined_of,
        "left_of_plan": left_of_plan,
        "may_decide": may_decide,
        "award_readers": frozenset(READERS),
    }


def awards_of(rfp_id: UUID) -> Mapping[UUID, Chosen]:
    with transaction() as session:
        return deciding.awards_of(session, rfp_id)


def may_decide(rfp_id: UUID) -> bool:
    """Whether the reader of the page may award lots."""
    with transaction() as session:
        return deciding.may_decide(session, g.actor, rfp_id)


def closures_of(rfp_id: UUID) -> Mapping[UUID, str]:
    with transaction() as session:
        return deciding.closures_of(session, rfp_id)


def left_of_plan(plan_id: UUID) -> Money:
    """What the awards of a plan leave of its ceiling."""
    with transaction() as session:
        return deciding.left_of_plan(session, plan_id)


def declined_of(lot_id: UUID) -> Collection[UUID]:
    """Bids whose contract was declined."""
    with transaction() as session:
        return deciding.declined_of(session, lot_id)


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
    return page("awards/form.html", **form_of(buyer, lot_id))


@pages.post("/lots/<uuid:lot_id>")
@requires(Staff, "buyer")
@idempotent
def award(buyer: Staff, lot_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.AwardForm().load(request.form)
        with transaction() as session:
            made = usecases.award_lot(session, buyer, lot_id=lot_id, now=now(), **form)
    except ValidationError as error:
        return invalid("awards/form.html", error, **form_of(buyer, lot_id))
    except OverCeiling as refusal:
        wrong = {"over_ceiling_reason": sentence(refusal)}
        return invalid("awards/form.html", wrong, **form_of(buyer, lot_id))
    return see_other(url_for("awards.show", award_id=made.id))


@pages.get("/lots/<uuid:lot_id>/closure")
@requires(Staff, "buyer")
def consider_closing(buyer: Staff, lot_id: UUID) -> ResponseReturnValue:
    return page("awards/close.html", **form_of(buyer, lot_id))


@pages.post("/lots/<uuid:lot_id>/closure")
@requires(Staff, "buyer")
@idempotent
def close(buyer: Staff, lot_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.ClosureForm().load(request.form)
        with transaction() as session:
            closure = usecases.close_lot(session, buyer, lot_id=lot_id, now=now(), **form)
    except ValidationError as error:
        return invalid("awards/close.html", error, **form_of(buyer, lot_id))
    return see_other(url_for("evaluations.show", rfp_id=closure.rfp_id))


def form_of(buyer: Staff, lot_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        lot = deciding.lot_to_award(session, buyer, lot_id)
    return {"lot": lot, "published": published, "least_reason": LEAST_REASON}
