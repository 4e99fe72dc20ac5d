from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.plans import domain, queries, schemas, usecases
from services.rfp.plans.domain import Category, PlanContent, PlanState
from services.rfp.plans.queries import READERS, Reader
from shared.kernel import CURRENCY_DIGITS, N_, DomainError, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.errors import sentence
from shared.web.forms import flattened
from shared.web.idempotency import idempotent
from shared.web.pagination import page_size, paginate
from shared.web.rows import changed_rows
from shared.web.timeline import timeline

pages = Blueprint("plans", __name__, url_prefix="/admin/plans", template_folder="templates")
TONES = {
    PlanState.DRAFT: "draft",
    PlanState.SUBMITTED: "wait",
    PlanState.APPROVED: "good",
    PlanState.REJECTED: "bad",
}
HAPPENED = {
    "plan_written": N_("Plan written"),
    "plan_changed": N_("Plan changed"),
    "plan_submitted": N_("Submitted for approval"),
    "plan_approved": N_("Approved"),
    "plan_rejected": N_("Rejected: %(reason)s"),
}
# Which answer of the form a rule is about.
FIELDS: dict[type[DomainError], str] = {
    domain.PlanOverCeiling: "cost_ceiling",
    domain.PlanEndsBeforeItBegins: "ends_on",
    domain.PlanWithoutCosts: "lines",
}
REFUSALS: tuple[type[ValidationError | DomainError], ...] = (ValidationError, *FIELDS)


@pages.get("")
@requires(Reader, *READERS)
def index(reader: Reader) -> ResponseReturnValue:
    asked = request.args.get("show", "")
    state = PlanState(asked) if asked in list(PlanState) else None
    place: dict[str, Any] = {
        "after": request.args.get("after", ""),
        "limit": page_size(request.args.get("size")),
    }
    with transaction() as session:
        rows = queries.all_plans(reader, state=state)
        part = paginate(session, rows, queries.ORDER, queries.PlanRow, **place)
        counts = queries.plan_counts(session, reader)
    return page("plans/list.html", part=part, counts=counts, state=state, tones=TONES)


@pages.get("/new")
@requires(Staff, "requester")
def new(requester: Staff) -> ResponseReturnValue:
    return page("plans/form.html", plan=None, values={"currency": "CNY"}, **CHOICES)


@pages.post("/rows")
@requires(Staff, "requester")
def new_rows(requester: Staff) -> ResponseReturnValue:
    """The form of a new plan with one cost line more or less."""
    return page("plans/form.html", plan=None, values=changed_rows(request.form), **CHOICES)


@pages.post("")
@requires(Staff, "requester")
@idempotent
def write(requester: Staff) -> ResponseReturnValue:
    try:
        content: PlanContent = schemas.PlanForm().load(request.form)
        with transaction() as session:
            plan = usecases.write_plan(session, requester, content, now=now())
    except REFUSALS as error:
        return invalid("plans/form.html", on_fields(error), plan=None, **CHOICES)
    return see_other(url_for("plans.show", plan_id=plan.id))


@pages.get("/<uuid:plan_id>/edit")
@requires(Staff, "requester")
def edit(requester: Staff, plan_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        plan = queries.own_plan(session, requester, plan_id)
    return page("plans/form.html", plan=plan, values=as_typed(plan), **CHOICES)


@pages.post("/<uuid:plan_id>/rows")
@requires(Staff, "requester")
def edit_rows(requester: Staff, plan_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        plan = queries.own_plan(session, requester, plan_id)
    return page("plans/form.html", plan=plan, values=changed_rows(request.form), **CHOICES)


@pages.post("/<uuid:plan_id>/edit")
@requires(Staff, "requester")
def rewrite(requester: Staff, plan_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        plan = queries.own_plan(session, requester, plan_id)
    try:
        content: PlanContent = schemas.PlanForm().load(request.form)
        with transaction() as session:
            usecases.rewrite_plan(session, requester, content, plan_id=plan_id)
    except REFUSALS as error:
        return invalid("plans/form.html", on_fields(error), plan=plan, **CHOICES)
    return see_other(url_for("plans.show", plan_id=plan_id))


@pages.get("/<uuid:plan_id>")
@requires(Reader, *READERS)
def show(reader: Reader, plan_id: UUID) -> ResponseReturnValue:
    return page("plans/show.html", **shown(reader, plan_id))


@pages.post("/<uuid:plan_id>/submission")
@requires(Staff, "requester")
def submit(requester: Staff, plan_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        usecases.submit_plan(session, requester, plan_id=plan_id, now=now())
    return see_other(url_for("plans.show", plan_id=plan_id))


@pages.post("/<uuid:plan_id>/decision")
@requires(Staff, "approver")
def decide(approver: Staff, plan_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.DecisionForm().load(request.form)
        with transaction() as session:
            usecases.decide_plan(session, approver, plan_id=plan_id, now=now(), **form)
    except (ValidationError, domain.ReasonNeeded) as error:
        return invalid("plans/show.html", on_fields(error), **shown(approver, plan_id))
    return see_other(url_for("plans.show", plan_id=plan_id))


CHOICES: dict[str, Any] = {
    "currencies": [(code, code) for code in sorted(CURRENCY_DIGITS)],
    "categories": list(Category),
}


def shown(reader: Reader, plan_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        return {
            "plan": queries.show_plan(session, reader, plan_id),
            "history": timeline(session, f"plan:{plan_id}", HAPPENED),
            "reader": reader,
            "tones": TONES,
        }


def as_typed(plan: queries.PlanView) -> dict[str, Any]:
    return dict(flattened(schemas.Plan().dump(plan)))


def on_fields(error: ValidationError | DomainError) -> ValidationError | dict[str, str]:
    """A rule that speaks of one answer is shown beside it."""
    if isinstance(error, ValidationError):
        return error
    return {FIELDS.get(type(error), "reason"): sentence(error)}
