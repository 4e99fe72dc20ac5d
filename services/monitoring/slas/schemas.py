"""What goes out: JSON, and what the chart draws."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from marshmallow import Schema, fields, validate

from services.monitoring.metrics.domain import Direction, Metric
from services.monitoring.slas.domain import Outcome, ReasonNeeded, shown
from services.monitoring.slas.queries import WindowView
from shared.kernel import N_
from shared.web import formats
from shared.web.fields import Amount
from shared.web.formats import number
from shared.web.i18n import gettext, locale
from shared.web.schemas import Form, Page, Words

HAPPENED = {
    "metric_learnt": N_("The contract became active; measuring begins"),
    "writing_granted": N_("%(organisation)s may send measurements"),
    "writing_revoked": N_("%(organisation)s may not send measurements any more"),
    "measurements_taken": N_("Measurements taken: %(count)s"),
    "import_refused": N_("File refused: %(name)s"),
    "window_evaluated": N_("Window %(month)s evaluated: %(attained)s"),
    "window_closed": N_("Window %(month)s closed without data: %(reason)s"),
    "window_evaluated_again": N_("Window %(month)s evaluated again: %(attained)s"),
}
TOLD_TO_VENDORS = {name: words for name, words in HAPPENED.items() if name != "import_refused"}
TONES = {Outcome.MET: "good", Outcome.BREACHED: "bad", Outcome.NO_DATA: "draft"}
STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


class WindowListQuery(Page):
    metric_id = fields.UUID()


class Closing(Form):
    reason = fields.String(load_default="", validate=validate.Length(max=2000))


class ClosingForm(Form):
    """A page says at its field what is missing."""

    reason = fields.String(
        required=True,
        validate=validate.Length(max=2000),
        error_messages={"required": Words(ReasonNeeded.message)},
    )


class Window(Schema):
    """A window and the evaluation that counts. `is_stale`: measurements came in since."""

    id = fields.UUID()
    metric_id = fields.UUID()
    contract_id = fields.UUID()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    revision = fields.Integer()
    numerator = Amount()
    denominator = fields.Integer()
    attained = Amount(allow_none=True)
    target = Amount()
    minimum = Amount(allow_none=True)
    outcome = fields.Enum(Outcome, by_value=True)
    input_sha256 = fields.String()
    evaluated_at = fields.AwareDateTime()
    is_stale = fields.Boolean()
    closed_at = fields.AwareDateTime(allow_none=True)
    closed_because = fields.String(allow_none=True)


class WindowList(Schema):
    items = fields.List(fields.Nested(Window), attribute="rows")
    after = fields.String()


class Evaluation(Schema):
    window_id = fields.UUID()
    revision = fields.Integer()
    numerator = Amount()
    denominator = fields.Integer()
    attained = Amount(allow_none=True)
    outcome = fields.Enum(Outcome, by_value=True)
    input_sha256 = fields.String()
    evaluated_at = fields.AwareDateTime()


class EvaluationList(Schema):
    items = fields.List(fields.Nested(Evaluation))


class WindowWorking(Window):
    """With everything the figure was ever worked out to, newest first."""

    evaluations = fields.List(fields.Nested(Evaluation))


def window_words(first_on: date, last_on: date) -> str:
    """Oct 2026, or 16–31 Oct 2026 where the contract began or ended within the month."""
    month = formats.month(first_on, locale())
    if first_on.day == 1 and (last_on + timedelta(days=1)).day == 1:
        return month
    days = {"first": first_on.day, "last": last_on.day, "month": month}
    return gettext("%(first)s–%(last)s %(month)s", **days)


def spelled(metric: Metric, detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """An entry of the metric's history as its page writes the same things."""
    told = dict(detail)
    if "month" in told:
        told["month"] = formats.month(date.fromisoformat(f"{told['month']}-01"), locale())
    if "attained" in told:
        told["attained"] = figure_words(metric, str(told["attained"]).partition(" ")[0])
    return told


def figure_words(metric: Metric, figure: str) -> str:
    """A dash stands for no figure in the audit."""
    if figure == "–":
        return gettext("No data")
    return f"{number(shown(metric, Decimal(figure)))}\u00a0{metric.unit}"


def chart(metric: Metric, windows: Sequence[WindowView]) -> dict[str, Any]:
    """For charts.js: figures as numbers to draw, all words in the reader's language."""
    low, high, step = axis(metric, windows)
    return {
        "x": [window_words(window.first_on, window.last_on) for window in windows],
        "y": [drawn(metric, window) for window in windows],
        "name": metric.title,
        "unit": f"\u00a0{metric.unit}",
        "min": float(low),
        "max": float(high),
        "step": float(step),
        "target": float(metric.target),
        "lower_is_better": metric.direction is Direction.LOWER,
        "bands": list(bands(metric, low, high)),
        "description": description(metric, windows),
    }


def drawn(metric: Metric, window: WindowView) -> float | None:
    return None if window.attained is None else float(shown(metric, window.attained))


def axis(metric: Metric, windows: Iterable[WindowView]) -> tuple[Decimal, Decimal, Decimal]:
    """From, to and step: round figures with all figures, the target and all tiers between."""
    ends = [end for tier in metric.tiers for end in (tier.least, tier.below) if end is not None]
    figures = [window.attained for window in windows if window.attained is not None]
    low, high = min([metric.target, *ends, *figures]), max([metric.target, *ends, *figures])
    step = round_step((high - low or abs(high) or Decimal(1)) / 4)
    bottom, top = (low // step - 1) * step, (high // step + 1) * step
    most = Decimal(100) if metric.unit == "%" else top
    least = Decimal(0) if low >= 0 else bottom
    return max(bottom, least), max(min(top, most), high), step


def round_step(rough: Decimal) -> Decimal:
    """The next of 1, 2, 5, 10 … 0.1, 0.2, 0.5."""
    size = Decimal(1).scaleb(rough.adjusted())
    return next(each * size for each in STEPS if each * size >= rough)


def bands(metric: Metric, low: Decimal, high: Decimal) -> Iterable[dict[str, Any]]:
    """The tiers as far as the chart reaches; what earns a credit is the worse the dearer."""
    dearest = max((tier.percent for tier in metric.tiers), default=Decimal(0))
    for tier in metric.tiers:
        start, end = (tier.least if tier.least is not None else low), tier.below
        stop = high if end is None else min(end, high)
        if start < stop:
            yield {
                "from": float(max(start, low)),
                "to": float(stop),
                "label": tier_words(tier.percent),
                "tone": tier_tone(tier.percent, dearest),
            }


def tier_tone(percent: Decimal, dearest: Decimal) -> str:
    return "good" if not percent else "bad" if percent == dearest else "warn"


def tier_words(percent: Decimal) -> str:
    if not percent:
        return gettext("No credit")
    return gettext("Credit %(percent)s\u00a0%%", percent=number(percent))


def description(metric: Metric, windows: Sequence[WindowView]) -> str:
    """The chart for those who do not see it."""
    missed = [window for window in windows if window.outcome is Outcome.BREACHED]
    said = {
        "first": window_words(windows[0].first_on, windows[0].last_on),
        "last": window_words(windows[-1].first_on, windows[-1].last_on),
        "target": f"{number(metric.target)}\u00a0{metric.unit}",
        "months": gettext(", ").join(window_words(each.first_on, each.last_on) for each in missed),
    }
    if not missed:
        sentence = gettext("From %(first)s to %(last)s no window missed the target of %(target)s.")
        return sentence % said
    sentence = gettext(
        "From %(first)s to %(last)s the target of %(target)s was missed in: %(months)s."
    )
    return sentence % said
