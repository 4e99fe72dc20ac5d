from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.tenders import usecases
from services.rfp.tenders.domain import Stage
from services.rfp.tenders.queries import vendors
from services.rfp.tenders.schemas.questions import QuestionForm
from shared.kernel import Vendor
from shared.web import invalid, page, requires, see_other, transaction
from shared.web.idempotency import idempotent
from shared.web.pagination import page_size, paginate

pages = Blueprint(
    "opportunities", __name__, url_prefix="/portal/opportunities", template_folder="templates"
)
TONES = {
    Stage.OPEN: "active",
    Stage.CLOSED: "sealed",
    Stage.OPENED: "wait",
    Stage.EVALUATED: "wait",
    Stage.AWARDED: "off",
    Stage.UNSUCCESSFUL: "off",
    Stage.CANCELLED: "off",
}
TABS = ("overview", "questions")


@pages.get("")
@requires(Vendor)
def index(vendor: Vendor) -> ResponseReturnValue:
    stage = Stage.OPEN if request.args.get("show") == Stage.OPEN else None
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }
    with transaction() as session:
        own = vendors.opportunities(vendor, stage=stage)
        part = paginate(session, own, vendors.ORDER, vendors.OpportunityRow, **place)
        counts = vendors.opportunity_counts(session, vendor)
    return page("tenders/opportunities.html", part=part, counts=counts, stage=stage, tones=TONES)


@pages.get("/<uuid:rfp_id>")
@requires(Vendor)
def show(vendor: Vendor, rfp_id: UUID) -> ResponseReturnValue:
    asked = request.args.get("tab", "")
    tab = asked if asked in TABS else "overview"
    return page("tenders/opportunity.html", tab=tab, **shown(vendor, rfp_id))


@pages.get("/<uuid:rfp_id>/deadline")
@requires(Vendor)
def deadline(vendor: Vendor, rfp_id: UUID) -> ResponseReturnValue:
    """What the countdown shows next; the server's clock decides."""
    with transaction() as session:
        rfp = vendors.opportunity(session, vendor, rfp_id)
    return render_template("tenders/_deadline.html", rfp=rfp)


@pages.post("/<uuid:rfp_id>/questions")
@requires(Vendor)
@idempotent
def ask(vendor: Vendor, rfp_id: UUID) -> ResponseReturnValue:
    try:
        form = QuestionForm().load(request.form)
    except ValidationError as error:
        found = shown(vendor, rfp_id)
        return invalid("tenders/opportunity.html", error, tab="questions", **found)
    with transaction() as session:
        usecases.ask_question(session, vendor, rfp_id=rfp_id, **form)
    return see_other(url_for("opportunities.show", rfp_id=rfp_id, tab="questions"))


def shown(vendor: Vendor, rfp_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        return {"rfp": vendors.opportunity(session, vendor, rfp_id), "tones": TONES}
