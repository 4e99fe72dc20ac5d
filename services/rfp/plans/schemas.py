"""What comes in and goes out, by API and form alike."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema
from werkzeug.datastructures import MultiDict

from services.rfp.plans import domain
from services.rfp.plans.domain import Category, Cost, Decision, PlanContent, PlanLine, PlanState
from shared.kernel import CURRENCY_DIGITS, DomainError
from shared.web.errors import sentence
from shared.web.fields import Amount, decimal
from shared.web.forms import flattened, form_errors
from shared.web.schemas import Form, Page

SHORT, LONG = validate.Length(max=200), validate.Length(max=5000)
NOTHING = Decimal(0)
# Answers that are words, days and amounts, which can be shown as they are.
PLAIN = frozenset(
    ("title", "objectives", "scope_in", "scope_out", "description", "starts_on", "ends_on",
     "cost_ceiling", "contingency")
)  # fmt: skip

# Which answer of the form a rule is about.
FIELDS: dict[type[DomainError], str] = {
    domain.PlanOverCeiling: "cost_ceiling",
    domain.PlanEndsBeforeItBegins: "ends_on",
    domain.PlanWithoutCosts: "lines",
}
MONEY = ("cost_ceiling", "contingency", "currency")


class PlanLineForm(Form):
    title = fields.String(required=True, validate=SHORT)
    category = fields.Enum(Category, required=True, by_value=True)
    amount = Amount(required=True, least=NOTHING)


class PlanForm(Form):
    title = fields.String(required=True, validate=SHORT)
    objectives = fields.String(required=True, validate=LONG)
    scope_in = fields.String(required=True, validate=LONG)
    scope_out = fields.String(load_default="", validate=LONG)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    currency = fields.String(required=True, validate=validate.OneOf(list(CURRENCY_DIGITS)))
    cost_ceiling = Amount(required=True, least=NOTHING)
    contingency = Amount(load_default=NOTHING, least=NOTHING)
    lines = fields.List(
        fields.Nested(PlanLineForm), required=True, validate=validate.Length(min=1, max=100)
    )

    @validates_schema(skip_on_field_errors=False)
    def check_digits(self, data: dict[str, Any], **kwargs: Any) -> None:
        """An amount has no more digits after the point than its currency."""
        places = CURRENCY_DIGITS.get(data.get("currency", ""), 2)
        wrong: dict[str, Any] = {
            name: fault
            for name in ("cost_ceiling", "contingency")
            if name in data and (fault := too_fine(data[name], places))
        }
        lines = {
            n: {"amount": fault}
            for n, line in enumerate(data.get("lines", ()))
            if "amount" in line and (fault := too_fine(line["amount"], places))
        }
        if wrong or lines:
            raise ValidationError(wrong | ({"lines": lines} if lines else {}))

    @post_load
    def as_content(self, data: dict[str, Any], **kwargs: Any) -> PlanContent:
        lines = [PlanLine(n, **line) for n, line in enumerate(data["lines"], start=1)]
        return PlanContent(**data | {"lines": lines})


class PlanListQuery(Page):
    state = fields.Enum(PlanState, by_value=True)


class SeenQuery(Form):
    """`seen`: the `sha256` of what you have read. If it has changed since, you hear so."""

    seen = fields.String(load_default=None, validate=validate.Length(max=64))


class DecisionForm(SeenQuery):
    decision = fields.Enum(Decision, required=True, by_value=True)
    reason = fields.String(load_default="", validate=LONG)


class PlanLineOut(Schema):
    title = fields.String()
    category = fields.Enum(Category, by_value=True)
    amount = Amount()


class PlanSummary(Schema):
    id = fields.UUID()
    number = fields.String()
    title = fields.String()
    state = fields.Enum(PlanState, by_value=True)
    currency = fields.String()
    cost_ceiling = Amount()
    starts_on = fields.Date()
    ends_on = fields.Date()
    created_at = fields.AwareDateTime()


class Plan(PlanSummary):
    objectives = fields.String()
    scope_in = fields.String()
    scope_out = fields.String()
    contingency = Amount()
    total = Amount()
    requester_id = fields.UUID()
    approver_id = fields.UUID(allow_none=True)
    decided_at = fields.AwareDateTime(allow_none=True)
    decision_reason = fields.String(allow_none=True)
    sha256 = fields.String()
    lines = fields.List(fields.Nested(PlanLineOut))


class PlanList(Schema):
    items = fields.List(fields.Nested(PlanSummary), attribute="rows")
    after = fields.String()


def differences(
    typed: Mapping[str, Any], stored: Mapping[str, Any], words: Mapping[str, str]
) -> list[tuple[str, Any]]:
    """Where a form that was filled in differs from what is stored: whose words, and its value.

    `words` are by the first part of the name: of rows it is said that they differ, not how.
    """
    mine, theirs = (comparable(each) for each in (typed, stored))
    names = [name for name in {**theirs, **mine} if mine.get(name) != theirs.get(name)]
    known = {name: words[name.split("-")[0]] for name in names if name.split("-")[0] in words}
    plain = PLAIN.intersection(theirs)
    return list(
        {said: theirs[name] if name in plain else "" for name, said in known.items()}.items()
    )


def comparable(said: Mapping[str, Any]) -> dict[str, Any]:
    """By name; the ids of rows differ each time, and the order of people says nothing."""
    named = {name: value for name, value in flattened(said) if not name.endswith("-id")}
    return {n: sorted(map(str, v)) if isinstance(v, list) else v for n, v in named.items()}


def too_fine(amount: Decimal, places: int) -> list[str]:
    """What is wrong with an amount of more digits than `places` after the point."""
    try:
        decimal(f"{amount:f}", places)
    except ValidationError as error:
        return list(error.messages)
    return []


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
