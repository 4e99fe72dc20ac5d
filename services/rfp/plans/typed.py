"""The form of a plan as typed: its content, or all that is wrong with it at once."""

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from services.rfp.plans import domain
from services.rfp.plans.domain import Cost, PlanContent
from services.rfp.plans.schemas import PlanForm
from shared.kernel import DomainError
from shared.web.errors import sentence
from shared.web.forms import form_errors

# Which answer of the form a rule is about.
FIELDS: dict[type[DomainError], str] = {
    domain.PlanOverCeiling: "cost_ceiling",
    domain.PlanEndsBeforeItBegins: "ends_on",
    domain.PlanWithoutCosts: "lines",
}
MONEY = ("cost_ceiling", "contingency", "currency")


def content_of(form: MultiDict[str, str]) -> PlanContent:
    """The rules are asked of whatever could be read, though other answers are wrong."""
    found: dict[str, Any] = {}
    try:
        content: PlanContent = PlanForm().load(form)
        broken = domain.faults(content.starts_on, content.ends_on, content.lines, content.cost())
    except ValidationError as error:
        found = form_errors(error.messages_dict)
        broken = broken_rules(error.valid_data, list(found))
    found |= {FIELDS[type(each)]: sentence(each) for each in broken}
    if found:
        raise ValidationError(found)
    return content


def broken_rules(said: Any, wrong: list[str]) -> Iterator[DomainError]:
    cost = None
    if not any(name in (*MONEY, "lines") or name.endswith("-amount") for name in wrong):
        amounts = [line["amount"] for line in said["lines"]]
        cost = Cost(amounts, said["contingency"], said["cost_ceiling"], said["currency"])
    return domain.faults(said.get("starts_on"), said.get("ends_on"), None, cost)
