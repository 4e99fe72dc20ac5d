"""An RFP as it is written, by API and form alike."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.rfp.tenders.domain import (
    Criterion,
    Direction,
    Duty,
    Formula,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    PriceFormula,
    RfpContent,
    SlaTarget,
    Tier,
    Window,
    default_criteria,
    errors,
)
from services.rfp.tenders.domain.parts import BEST_GRADE, SHARES
from services.rfp.tenders.domain.tiers import completed
from shared.kernel import CURRENCY_DIGITS
from shared.web.errors import sentence
from shared.web.fields import Amount, LocalDateTime, Zone
from shared.web.i18n import gettext
from shared.web.schemas import Form

SHORT, LONG = validate.Length(max=200), validate.Length(max=10_000)
SOME, MANY = validate.Length(min=1, max=50), validate.Length(max=50)
OTHER_UNIT = "other"
NOTHING, LEAST, ALL = Decimal(0), Decimal("0.01"), Decimal(100)


class LotForm(Form):
    title = fields.String(required=True, validate=SHORT)
    description = fields.String(load_default="", validate=LONG)


class CriterionForm(Form):
    key = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z"))
    title = fields.String(required=True, validate=SHORT)
    weight = Amount(required=True, least=LEAST, most=ALL)
    is_price = fields.Boolean(load_default=False)
    minimum = Amount(load_default=None, allow_none=True, least=NOTHING, most=BEST_GRADE)

    @validates_schema(skip_on_field_errors=False)
    def check_price(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("is_price") and data.get("minimum") is not None:
            raise ValidationError(sentence(errors.PriceWithoutGrade()), "minimum")


class TierForm(Form):
    """A band [from, to). A form says `to` alone: each band begins where the one before ends."""

    lower = Amount(data_key="from", places=6, allow_none=True)
    upper = Amount(data_key="to", places=6, allow_none=True, load_default=None)
    percent = Amount(required=True, least=NOTHING, most=ALL)


class SlaTargetForm(Form):
    title = fields.String(required=True, validate=SHORT)
    unit = fields.String(required=True, validate=validate.Length(max=40))
    formula = fields.Enum(Formula, required=True, by_value=True)
    direction = fields.Enum(Direction, required=True, by_value=True)
    target = Amount(required=True, places=6)
    minimum = Amount(load_default=None, allow_none=True, places=6)
    window = fields.Enum(Window, load_default=Window.MONTH, by_value=True)
    tiers = fields.List(fields.Nested(TierForm), required=True, validate=SOME)
    # Of the page: the unit is chosen, and named only where it is another one.
    unit_named = fields.String(load_default="", validate=validate.Length(max=40))

    @validates_schema(skip_on_field_errors=False)
    def check_scale(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A share of good cases is a percentage or lies from 0 to 1, and so do its figures."""
        if data.get("unit") == OTHER_UNIT and not data.get("unit_named"):
            raise ValidationError(gettext("Name the unit."), "unit_named")
        if data.get("formula") is not Formula.RATIO or "unit" not in data:
            return
        top = SHARES.get(data["unit"])
        if top is None:
            raise ValidationError(gettext("A share of good cases is in %, or from 0 to 1."), "unit")
        if wrong := beyond(data, top):
            raise ValidationError(wrong)

    @post_load
    def as_named(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        named = data.pop("unit_named")
        return data | {"unit": named} if data["unit"] == OTHER_UNIT else data


class MilestoneForm(Form):
    title = fields.String(required=True, validate=SHORT)
    due_on = fields.Date(required=True)
    percent = Amount(required=True, least=LEAST, most=ALL)
    acceptance_criteria = fields.String(required=True, validate=LONG)


class RfpForm(Form):
    title = fields.String(required=True, validate=SHORT)
    description = fields.String(required=True, validate=LONG)
    currency = fields.String(required=True, validate=validate.OneOf(list(CURRENCY_DIGITS)))
    time_zone = Zone(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    deadline_at = LocalDateTime(required=True)
    price_formula = fields.Enum(PriceFormula, required=True, by_value=True)
    lots = fields.List(fields.Nested(LotForm), required=True, validate=SOME)
    criteria = fields.List(fields.Nested(CriterionForm), validate=SOME)
    sla_targets = fields.List(fields.Nested(SlaTargetForm), load_default=list, validate=MANY)
    milestones = fields.List(fields.Nested(MilestoneForm), load_default=list, validate=MANY)
    invitees = fields.List(fields.UUID(), load_default=list, validate=MANY)
    evaluators = fields.List(fields.UUID(), load_default=list, validate=MANY)
    openers = fields.List(fields.UUID(), load_default=list, validate=MANY)

    @post_load
    def as_content(self, data: dict[str, Any], **kwargs: Any) -> Any:
        return content_of(data)


class NewRfpForm(RfpForm):
    """Loads to `plan_id` and `content`."""

    plan_id = fields.UUID(required=True)

    @post_load
    def as_content(self, data: dict[str, Any], **kwargs: Any) -> Any:
        return {"plan_id": data.pop("plan_id"), "content": content_of(data)}


def content_of(data: dict[str, Any]) -> RfpContent:
    targets = [target_of(n, given) for n, given in enumerate(data["sla_targets"], start=1)]
    criteria = [Criterion(n, **each) for n, each in enumerate(data.pop("criteria", ()), start=1)]
    openers = [Member(person, Duty.OPENER) for person in unique(data.pop("openers"))]
    evaluators = [Member(person, Duty.EVALUATOR) for person in unique(data.pop("evaluators"))]
    parts: dict[str, Any] = {
        "lots": [Lot(n, **each) for n, each in enumerate(data["lots"], start=1)],
        "criteria": criteria or default_criteria(),
        "sla_targets": targets,
        "milestones": [
            MilestoneTarget(n, **each) for n, each in enumerate(data["milestones"], start=1)
        ],
        "invitations": [Invitation(each) for each in unique(data.pop("invitees"))],
        "committee": openers + evaluators,
    }
    return RfpContent(**data | parts)


def beyond(data: dict[str, Any], top: Decimal) -> dict[str, Any]:
    """What does not lie between 0 and `top`, by the name of its input."""
    said = [gettext("From 0 to %(top)s.") % {"top": top}]

    def outside(value: Decimal | None) -> bool:
        return value is not None and not 0 <= value <= top

    wrong: dict[str, Any] = {n: said for n in ("target", "minimum") if outside(data.get(n))}
    ends = {"lower": "from", "upper": "to"}
    tiers = {
        n: {name: said for key, name in ends.items() if outside(tier.get(key))}
        for n, tier in enumerate(data.get("tiers", ()))
    }
    faulty = {n: each for n, each in tiers.items() if each}
    return wrong | ({"tiers": faulty} if faulty else {})


def target_of(position: int, given: dict[str, Any]) -> SlaTarget:
    tiers: list[Tier] = []
    edge: Decimal | None = None
    for tier in given["tiers"]:
        lower, upper = plain(tier.get("lower", edge)), plain(tier["upper"])
        tiers.append({"from": lower, "to": upper, "percent": plain(tier["percent"])})
        edge = tier["upper"]
    whole = completed(tiers, given["direction"], given["target"])
    return SlaTarget(position, **given | {"tiers": whole})


def plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def unique(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))
