"""How the figure of a window comes about, and what it means."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Protocol
from uuid import UUID

from services.monitoring.metrics.domain import Metric
from shared.kernel import N_, DomainError, Labelled

PRECISE = 60  # digits: no sum of measurements is ever rounded, no quotient onto a target
WRITTEN, SHOWN = 6, 2  # decimal places, at least


class NotWithoutData(DomainError):
    code = "not_without_data"
    message = N_("This window is closed already, or measurements have come.")


class ReasonNeeded(DomainError):
    code = "reason_needed"
    message = N_("Give a reason. The vendor reads it.")


class Outcome(Labelled):
    MET = "met", N_("On target")
    BREACHED = "breached", N_("Target missed")
    NO_DATA = "no_data", N_("No data")


class Reading(Protocol):
    @property
    def taken_at(self) -> datetime: ...
    @property
    def source(self) -> str: ...
    @property
    def external_id(self) -> str: ...
    @property
    def value(self) -> Decimal: ...


@dataclass(frozen=True)
class Inputs:
    """All that the figure of a window depends on, beside the terms of its metric."""

    numerator: Decimal
    denominator: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a window came to. A higher revision replaces a lower one."""

    window_id: UUID
    revision: int
    numerator: Decimal
    denominator: int
    attained: Decimal | None
    target: Decimal
    minimum: Decimal | None
    outcome: Outcome
    input_sha256: str
    evaluated_at: datetime


def gather(readings: Iterable[Reading]) -> Inputs:
    """Sum, number and SHA-256 of readings that come in the order of time, source and id.

    Hashed is one line per reading: time in UTC, source, id and value, with tabs between them and
    a line feed behind. Whoever has the raw measurements can work all three out again.
    """
    total, count, digest = Decimal(0), 0, hashlib.sha256()
    with localcontext(prec=PRECISE):
        for each in readings:
            total += each.value
            count += 1
            digest.update(line(each).encode())
    return Inputs(Decimal(plain(total)), count, digest.hexdigest())


def line(reading: Reading) -> str:
    at = reading.taken_at.astimezone(UTC).isoformat()
    return f"{at}\t{reading.source}\t{reading.external_id}\t{plain(reading.value)}\n"


def plain(value: Decimal) -> str:
    """1 for 1.000000000: no zeros at the end and no exponent."""
    with localcontext(prec=PRECISE):
        return f"{value.normalize() + 0:f}"


def attained(metric: Metric, inputs: Inputs) -> Decimal | None:
    """Σ values × scale of the unit ÷ their number; None without a measurement, which is neither 0
    nor 100 per cent. Both formulas divide alike; they differ in what a value may be.

    Judged is the exact quotient. A quotient may have no end, so it is written with six places, or
    with as many more as keep it in the same tier and on the same side of the target.
    """
    if not inputs.denominator:
        return None
    with localcontext(prec=PRECISE):
        exact = inputs.numerator * metric.scale / inputs.denominator
        return rounded(metric, exact, WRITTEN).normalize() + 0


def judge(metric: Metric, figure: Decimal | None) -> Outcome:
    """By a figure as `attained` writes it, so that outcome and tier always agree."""
    if figure is None:
        return Outcome.NO_DATA
    return Outcome.MET if metric.is_met_by(figure) else Outcome.BREACHED


def shown(metric: Metric, figure: Decimal) -> Decimal:
    """Two places, or as many more as it takes not to mislead."""
    return rounded(metric, figure, SHOWN)


def rounded(metric: Metric, figure: Decimal, places: int) -> Decimal:
    """Half up to the first number of places, from `places` on, that changes no judgement."""
    met, tier = metric.is_met_by(figure), metric.tier_of(figure)
    for more in range(places, PRECISE):
        with localcontext(prec=2 * PRECISE):
            short = figure.quantize(Decimal(1).scaleb(-more), ROUND_HALF_UP)
        if metric.is_met_by(short) == met and metric.tier_of(short) == tier:
            return short
    return figure
