from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from services.rfp.plans import domain, queries, schemas, usecases
from services.rfp.plans.domain import Category, PlanContent, PlanState
from services.rfp.plans.queries import READERS, Reader
from shared.kernel import CURRENCY_DIGITS, N_, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.errors import sentence
from shared.web.forms import flattened, form_values
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
# What is said of a field where somebody else has stored another answer.
WRITTEN = {
    "title": N_("Title"),
    "objectives": N_("Objectives"),
    "scope_in": N_("In scope"),
    "scope_out": N_("Out of scope"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "currency": N_("Currency"),
    "cost_ceiling": N_("Cost ceiling"),
    "contingency": N_("Contingency reserve"),
    "lines": N_("Cost lines"),
}


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
        content = schemas.content_of(request.form)
    except ValidationError as error:
        return invalid("plans/form.html", error, plan=None, **CHOICES)
    with transaction() as session:
        plan = usecases.write_plan(session, requester, content, now=now())
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
        content = schemas.content_of(request.form)
    except ValidationError as error:
        return invalid("plans/form.html", error, plan=plan, **CHOICES)
    seen = request.form.get("seen")
    try:
        with transaction() as session:
            usecases.rewrite_plan(session, requester, content, plan_id=plan_id, seen=seen)
    except domain.PlanChanged:
        return changed(requester, plan_id, content)
    return see_other(url_for("plans.show", plan_id=plan_id))


def changed(requester: Staff, plan_id: UUID, content: PlanContent) -> ResponseReturnValue:
    """The form with what was typed, and where it differs from what somebody else has stored."""
    with transaction() as session:
        plan = queries.own_plan(session, requester, plan_id)
    typed, stored = schemas.Plan().dump(content), schemas.Plan().dump(plan)
    values = form_values(request.form) | {"seen": plan.sha256}
    differs = schemas.differences(typed, stored, WRITTEN)
    return page("plans/form.html", 409, plan=plan, values=values, differs=differs, **CHOICES)


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
    except domain.PlanChanged as error:
        values = form_values(request.form)
        found = shown(approver, plan_id) | {"errors": {"decision": sentence(error)}}
        return page("plans/show.html", 409, values=values, **found)
    except domain.PlanMoved as error:
        return page("plans/show.html", 409, moved=sentence(error), **shown(approver, plan_id))
    except ValidationError as error:
        return invalid("plans/show.html", error, **shown(approver, plan_id))
    except domain.ReasonNeeded as error:
        return invalid("plans/show.html", {"reason": sentence(error)}, **shown(approver, plan_id))
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
            "mended": queries.last_action(session, plan_id) == "plan_changed",
            "reader": reader,
            "tones": TONES,
        }


def as_typed(plan: queries.PlanView) -> dict[str, Any]:
    return dict(flattened(schemas.Plan().dump(plan))) | {"seen": plan.sha256}
