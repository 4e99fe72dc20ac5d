"""The form of a draft: what stands in it, and what can be chosen."""

from typing import Any

from services.rfp.plans.queries import PlanView
from services.rfp.tenders.domain import Direction, Duty, Formula, PriceFormula, default_criteria
from services.rfp.tenders.domain.parts import SHARES
from services.rfp.tenders.queries import staff
from services.rfp.tenders.schemas.answers import RfpCriterionOut, RfpOut
from services.rfp.tenders.schemas.forms import OTHER_UNIT
from services.rfp.vendors.queries import vendors_to_invite
from shared.directory import people_with_role
from shared.kernel import Staff
from shared.web import transaction
from shared.web.forms import flattened
from shared.web.i18n import gettext
from shared.web.templating import local_input


def from_plan(plan: PlanView, *, zone: str) -> dict[str, Any]:
    """What the plan says already, and the default criteria."""
    said = {
        "title": plan.title,
        "description": plan.scope_in,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "time_zone": zone,
        "price_formula": PriceFormula.LOWEST_RATIO,
        "lots-0-title": plan.title,
    }
    criteria = RfpCriterionOut(many=True).dump(default_criteria())
    return said | written({"criteria": criteria})


def as_typed(rfp: staff.RfpView) -> dict[str, Any]:
    """A draft under the names of its form; the deadline as the clock of the user shows it."""
    values = written(RfpOut().dump(rfp)) | {"deadline_at": local_input(rfp.deadline_at)}
    for n, target in enumerate(rfp.sla_targets):
        if target.unit not in SHARES:
            row = f"sla_targets-{n}-unit"
            values |= {row: OTHER_UNIT, f"{row}_named": target.unit}
    return values | {"seen": rfp.sha256}


def written(dumped: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in flattened(dumped) if value is not None}


def choices(buyer: Staff) -> dict[str, Any]:
    with transaction() as session:
        invitable = vendors_to_invite(session, buyer)
        able = {duty: people_with_role(session, duty) for duty in Duty}
    return {
        "vendors": [(vendor.organisation_id, vendor.name) for vendor in invitable],
        "evaluators": [(person.id, person.name) for person in able[Duty.EVALUATOR]],
        "openers": [(person.id, person.name) for person in able[Duty.OPENER]],
        "price_formulas": list(PriceFormula),
        "formulas": list(Formula),
        "directions": list(Direction),
        "units": [
            ("%", gettext("Percent, 0 to 100")),
            ("share", gettext("Share, 0 to 1")),
            (OTHER_UNIT, gettext("Another unit")),
        ],
    }
