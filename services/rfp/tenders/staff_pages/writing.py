from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.plans import queries as plans
from services.rfp.plans.domain import PlanState
from services.rfp.plans.schemas import differences
from services.rfp.tenders import usecases
from services.rfp.tenders.domain import Duty, RfpContent, errors
from services.rfp.tenders.queries import staff
from services.rfp.tenders.schemas.answers import RfpOut
from services.rfp.tenders.schemas.forms import NewRfpForm, RfpForm
from services.rfp.tenders.staff_pages.blueprint import pages
from services.rfp.tenders.staff_pages.typed import as_typed, choices, from_plan
from shared.kernel import N_, DomainError, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.errors import sentence
from shared.web.forms import form_values
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate
from shared.web.rows import changed_rows

# What is said of a field where somebody else has stored another answer.
WRITTEN = {
    "title": N_("Title"),
    "description": N_("Description"),
    "starts_on": N_("First day of the contract"),
    "ends_on": N_("Last day of the contract"),
    "time_zone": N_("Time zone"),
    "deadline_at": N_("Bids close"),
    "price_formula": N_("How prices are scored"),
    "lots": N_("Lots"),
    "criteria": N_("Criteria and their weights"),
    "sla_targets": N_("Service levels"),
    "milestones": N_("Milestones"),
    "invitees": N_("Invited vendors"),
    "openers": N_("Openers"),
    "evaluators": N_("Evaluators"),
}
# Which answer of the form a rule is about.
FIELDS: dict[type[DomainError], str] = {
    errors.TwoDuties: "openers",
    errors.BuyerOnCommittee: "evaluators",
}
REFUSALS: tuple[type[ValidationError | DomainError], ...] = (ValidationError, *FIELDS)


@pages.get("/new")
@requires(Staff, "buyer")
def new(buyer: Staff) -> ResponseReturnValue:
    if "plan" not in request.args:
        return choose_plan(buyer)
    plan = approved_plan(buyer, request.args["plan"])
    return form_page(buyer, plan=plan, values=from_plan(plan, zone=buyer.zone))


def choose_plan(buyer: Staff) -> ResponseReturnValue:
    with transaction() as session:
        rows = plans.all_plans(buyer, state=PlanState.APPROVED)
        after = request.args.get("after", "")
        part = paginate(session, rows, plans.ORDER, plans.PlanRow, after=after)
    return page("tenders/choose_plan.html", part=part)


@pages.post("/rows")
@requires(Staff, "buyer")
def new_rows(buyer: Staff) -> ResponseReturnValue:
    """The form of a new draft with one row more or less."""
    plan = approved_plan(buyer, request.form.get("plan_id", ""))
    return form_page(buyer, plan=plan, values=changed_rows(request.form))


@pages.post("")
@requires(Staff, "buyer")
@idempotent
def draft(buyer: Staff) -> ResponseReturnValue:
    plan = approved_plan(buyer, request.form.get("plan_id", ""))
    try:
        form = NewRfpForm().load(request.form)
        with transaction() as session:
            rfp = usecases.draft_rfp(session, buyer, now=now(), **form)
    except REFUSALS as error:
        return again(buyer, error, plan=plan)
    return see_other(url_for("rfps.show", rfp_id=rfp.id))


@pages.get("/<uuid:rfp_id>/edit")
@requires(Staff, "buyer")
def edit(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    rfp = draft_of(buyer, rfp_id)
    return form_page(buyer, rfp=rfp, values=as_typed(rfp))


@pages.post("/<uuid:rfp_id>/rows")
@requires(Staff, "buyer")
def edit_rows(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    rfp = draft_of(buyer, rfp_id)
    return form_page(buyer, rfp=rfp, values=changed_rows(request.form))


@pages.post("/<uuid:rfp_id>/edit")
@requires(Staff, "buyer")
def rewrite(buyer: Staff, rfp_id: UUID) -> ResponseReturnValue:
    rfp = draft_of(buyer, rfp_id)
    seen = request.form.get("seen")
    try:
        content = RfpForm().load(request.form)
        with transaction() as session:
            usecases.rewrite_rfp(session, buyer, content, rfp_id=rfp_id, seen=seen)
    except errors.RfpChanged:
        return changed(buyer, rfp_id, content)
    except REFUSALS as error:
        return again(buyer, error, rfp=rfp)
    return see_other(url_for("rfps.show", rfp_id=rfp_id))


def changed(buyer: Staff, rfp_id: UUID, content: RfpContent) -> ResponseReturnValue:
    """The form with what was typed, and where it differs from what somebody else has stored."""
    rfp = draft_of(buyer, rfp_id)
    content.deadline_at = content.deadline_at.astimezone(rfp.deadline_at.tzinfo)
    typed, stored = (RfpOut().dump(each) for each in (content, rfp))
    differs = differences(typed | people_of(content), stored, WRITTEN)
    values = form_values(request.form) | {"seen": rfp.sha256}
    about = {"rfp": rfp, "values": values, "differs": differs}
    return page("tenders/form.html", 409, **about, **choices(buyer))


def form_page(buyer: Staff, *, values: Mapping[str, Any], **about: Any) -> ResponseReturnValue:
    return page("tenders/form.html", values=values, **about, **choices(buyer))


def again(buyer: Staff, error: ValidationError | DomainError, **about: Any) -> ResponseReturnValue:
    wrong = error if isinstance(error, ValidationError) else {FIELDS[type(error)]: sentence(error)}
    return invalid("tenders/form.html", wrong, **about, **choices(buyer))


def people_of(content: RfpContent) -> dict[str, list[str]]:
    """As `RfpOut` names them."""
    serving = {
        f"{duty}s": [str(each.person_id) for each in content.committee if each.duty is duty]
        for duty in Duty
    }
    return serving | {"invitees": [str(each.organisation_id) for each in content.invitations]}


def approved_plan(buyer: Staff, plan_id: str) -> plans.PlanView:
    try:
        wanted = UUID(plan_id)
    except ValueError:
        abort(404)
    with transaction() as session:
        plan = plans.show_plan(session, buyer, wanted)
    if plan.state is not PlanState.APPROVED:
        raise errors.PlanNotApproved
    return plan


def draft_of(buyer: Staff, rfp_id: UUID) -> staff.RfpView:
    with transaction() as session:
        rfp = staff.show_rfp(session, buyer, rfp_id)
    if rfp.published_at:
        raise errors.RfpPublished(title=rfp.title)
    return rfp
