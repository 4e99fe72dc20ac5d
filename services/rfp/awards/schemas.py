"""What comes in and goes out, by API and form alike."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.rfp.awards.domain import ReasonTooShort, require_reason
from services.rfp.awards.queries.outcomes import Came, Outcome
from services.rfp.evaluations.domain import published
from shared.kernel import N_
from shared.kernel import Money as Amounted
from shared.web.errors import sentence
from shared.web.fields import Amount, Money
from shared.web.schemas import Form, Words


def long_enough(reason: str) -> None:
    try:
        require_reason(reason)
    except ReasonTooShort as refusal:
        raise ValidationError(sentence(refusal)) from refusal


class AwardForm(Form):
    bid_id = fields.UUID(
        required=True, error_messages={"required": Words(N_("Choose the bid that wins."))}
    )
    reason = fields.String(
        required=True,
        validate=[validate.Length(max=5000), long_enough],
        error_messages={"required": Words(N_("Give the reason for the award."))},
    )
    over_ceiling_reason = fields.String(load_default="", validate=validate.Length(max=5000))


class ClosureForm(Form):
    reason = fields.String(
        required=True,
        validate=[validate.Length(max=5000), long_enough],
        error_messages={"required": Words(N_("Say why no bid on this lot is chosen."))},
    )


class ClosureOut(Schema):
    lot_id = fields.UUID()
    rfp_id = fields.UUID()
    reason = fields.String()
    closed_by = fields.UUID()
    closed_at = fields.AwareDateTime()


class AwardOut(Schema):
    id = fields.UUID()
    rfp_id = fields.UUID()
    number = fields.String()
    title = fields.String()
    lot_id = fields.UUID()
    lot = fields.String()
    bid_id = fields.UUID()
    organisation_id = fields.UUID()
    organisation = fields.String()
    value = fields.Function(
        lambda award: Money()._serialize(Amounted(award.value, award.currency), None, award)
    )
    rank = fields.Integer()
    against_ranking = fields.Function(lambda award: award.rank > 1)
    reason = fields.String()
    awarded_by = fields.UUID()
    awarded_at = fields.AwareDateTime()
    standstill_ends_at = fields.AwareDateTime()
    declined_at = fields.AwareDateTime(allow_none=True)
    over_ceiling_reason = fields.String(allow_none=True)


class AwardList(Schema):
    items = fields.List(fields.Nested(AwardOut), attribute="rows")
    after = fields.String()


class PointsOut(Schema):
    """`own` and `winner` are points of the weight; `mean` is the mean grade of 0 to 5."""

    criterion = fields.String()
    weight = Amount()
    own = Amount(allow_none=True)
    mean = Amount(allow_none=True)
    passed = fields.Boolean()
    winner = Amount(allow_none=True)


class OutcomeOut(Schema):
    bid_id = fields.UUID()
    rfp_id = fields.UUID()
    number = fields.String()
    title = fields.String()
    lot = fields.String()
    came = fields.Enum(Came, by_value=True)
    won = fields.Boolean()
    winner = fields.String()
    awarded_at = fields.AwareDateTime(allow_none=True)
    standstill_ends_at = fields.AwareDateTime(allow_none=True)
    closed_at = fields.AwareDateTime(allow_none=True)
    total = Amount(allow_none=True)
    winning_total = Amount(allow_none=True)
    points = fields.List(fields.Nested(PointsOut))


def outcome_answer(outcome: Outcome) -> dict[str, Any]:
    """The view in the shape of `OutcomeOut`, figures with two places."""
    rounded = {
        name: None if figure is None else published(figure)
        for name, figure in (("total", outcome.total), ("winning_total", outcome.winning_total))
    }
    points = [
        {
            "criterion": each.criterion.title,
            "weight": each.criterion.weight,
            "passed": each.passed,
            **{
                name: None if figure is None else published(figure)
                for name, figure in (
                    ("own", each.own), ("mean", each.mean), ("winner", each.winner),
                )
            },
        }
        for each in outcome.points
    ]  # fmt: skip
    return {**vars(outcome), **rounded, "points": points}
