"""What comes in and goes out, by API and form alike."""

from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.rfp.evaluations.domain import FULL_GRADE, Conflict, Result, Score, published, working
from services.rfp.evaluations.queries import BidView, EvaluationView, LotView, Part
from services.rfp.tenders.domain import PriceFormula, Stage
from services.rfp.tenders.schemas.answers import RfpCriterionOut
from shared.kernel import N_
from shared.web.fields import Amount
from shared.web.schemas import Form, Words

TEXT = validate.Length(max=2000)
WORDS_FOR_GRADES = (
    N_("No answer"),
    N_("Poor"),
    N_("Weak"),
    N_("Sufficient"),
    N_("Good"),
    N_("Excellent"),
)


class DeclarationForm(Form):
    conflict = fields.Enum(Conflict, required=True, by_value=True)
    text = fields.String(load_default="", validate=TEXT)


class ScoreForm(Form):
    """A blank grade is not a zero: it is still to come."""

    bid_id = fields.UUID(required=True)
    criterion_id = fields.UUID(required=True)
    grade = Amount(places=1, least=Decimal(0), most=FULL_GRADE, load_default=None, allow_none=True)
    comment = fields.String(load_default="", validate=TEXT)

    @post_load
    def as_score(self, data: dict[str, Any], **kwargs: Any) -> Score:
        return Score(**data)


class SheetForm(Form):
    scores = fields.List(
        fields.Nested(ScoreForm), load_default=list, validate=validate.Length(max=5000)
    )


class ReplacementForm(Form):
    """`leaving` serves on the committee; `joining` takes their duty."""

    leaving = fields.UUID(
        required=True, error_messages={"required": Words(N_("Choose who leaves the committee."))}
    )
    joining = fields.UUID(
        required=True, error_messages={"required": Words(N_("Choose who takes the seat."))}
    )
    reason = fields.String(
        required=True,
        validate=TEXT,
        error_messages={"required": Words(N_("Say why the member is replaced."))},
    )


class EvaluationRow(Schema):
    id = fields.UUID(data_key="rfp_id")
    number = fields.String()
    title = fields.String()
    stage = fields.Enum(Stage, by_value=True)
    opened_at = fields.AwareDateTime()
    evaluated_at = fields.AwareDateTime(allow_none=True)
    lots = fields.Integer()
    bids = fields.Integer()
    scorers = fields.Integer()
    submitted = fields.Integer()


class EvaluationList(Schema):
    items = fields.List(fields.Nested(EvaluationRow), attribute="rows")
    after = fields.String()


class PersonOut(Schema):
    person_id = fields.UUID()
    conflict = fields.Enum(Conflict, allow_none=True, by_value=True)
    declared_at = fields.AwareDateTime(allow_none=True)
    submitted_at = fields.AwareDateTime(allow_none=True)


class ScoreOut(Schema):
    person_id = fields.UUID()
    bid_id = fields.UUID()
    criterion_id = fields.UUID()
    grade = Amount()
    comment = fields.String()


class FigureOut(Schema):
    """`points` of the criterion's weight, with the sum that leads to them."""

    criterion_id = fields.UUID()
    grades = fields.List(Amount())
    mean = Amount(allow_none=True)
    points = Amount()
    passed = fields.Boolean()
    discuss = fields.Boolean()
    working = fields.String()


class PromiseOut(Schema):
    title = fields.String()
    unit = fields.String()
    value = Amount()
    target = Amount()


class BidOut(Schema):
    bid_id = fields.UUID()
    lot_id = fields.UUID()
    organisation_id = fields.UUID()
    organisation = fields.String()
    received_at = fields.AwareDateTime()
    solution = fields.String()
    promises = fields.List(fields.Nested(PromiseOut))
    price = Amount(allow_none=True)
    rank = fields.Integer()
    total = Amount()
    working = fields.String()
    figures = fields.List(fields.Nested(FigureOut))


class LotOut(Schema):
    id = fields.UUID(data_key="lot_id")
    title = fields.String()
    ranking = fields.List(fields.UUID())
    lowest_price = Amount(allow_none=True)
    single_bid = fields.Boolean()
    decisive = fields.List(fields.UUID())


class Evaluation(Schema):
    """`part` says what you do with it: declare, score, submitted, excluded, watch or compare."""

    id = fields.UUID(data_key="rfp_id")
    number = fields.String()
    title = fields.String()
    currency = fields.String()
    price_formula = fields.Enum(PriceFormula, by_value=True)
    stage = fields.Enum(Stage, by_value=True)
    opened_at = fields.AwareDateTime()
    evaluated_at = fields.AwareDateTime(allow_none=True)
    awarded_at = fields.AwareDateTime(allow_none=True)
    part = fields.Enum(Part, by_value=True)
    criteria = fields.List(fields.Nested(RfpCriterionOut))
    evaluators = fields.List(fields.Nested(PersonOut))
    lots = fields.List(fields.Nested(LotOut))
    bids = fields.List(fields.Nested(BidOut))
    scores = fields.List(fields.Nested(ScoreOut))


def as_answer(view: EvaluationView) -> dict[str, Any]:
    """The view in the shape of `Evaluation`. Figures have two places, their working is exact."""
    scores = [
        {"person_id": person_id} | vars(score)
        for person_id, sheet in view.sheets.items()
        for score in sheet
    ]
    return {
        **vars(view),
        "evaluators": view.people,
        "lots": [lot_answer(lot) for lot in view.lots],
        "bids": [bid_answer(view, lot, bid) for lot in view.lots for bid in lot.bids],
        "scores": scores,
    }


def lot_answer(lot: LotView) -> dict[str, Any]:
    if lot.ranking is None:
        return {"id": lot.id, "title": lot.title}
    return {
        "id": lot.id,
        "title": lot.title,
        "ranking": [result.offer.bid_id for result in lot.ranking.ranked],
        "lowest_price": lot.ranking.lowest,
        "single_bid": lot.ranking.is_single,
        "decisive": lot.ranking.decisive,
    }


def bid_answer(view: EvaluationView, lot: LotView, bid: BidView) -> dict[str, Any]:
    if lot.ranking is None:
        return vars(bid)
    result = lot.ranking.of(bid.bid_id)
    totalled: dict[str, Any] = {}
    if result.total is not None:
        totalled = {"total": published(result.total), "working": working.total_of(result)}
    figures = figure_answers(view, lot, result)
    return {**vars(bid), "rank": result.rank, **totalled, "figures": figures}


def figure_answers(view: EvaluationView, lot: LotView, result: Result) -> list[dict[str, Any]]:
    return [
        {
            "criterion_id": criterion_id,
            "grades": cell.grades,
            "mean": published(cell.mean) if cell.grades else None,
            "points": published(cell.points),
            "passed": cell.passed,
            "discuss": cell.discuss,
            "working": working.points_of(cell, result.offer.price, lot.lowest, view.price_formula),
        }
        for criterion_id, cell in result.cells.items()
    ]
