"""What is promised: service levels with their tiers, and milestones. How amounts are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any, Self
from uuid import UUID

from services.contracts.agreements.domain.choices import SHARES, Direction, Formula
from shared.calendar import midnight
from shared.kernel import CURRENCY_DIGITS, Money, uuid7


@dataclass(frozen=True)
class Tier:
    """Attained values from `lowest` up to, not including, `below` earn a credit of `percent`.

    `percent` of the monthly charge; None means that the tier has no end on that side.
    """

    lowest: Decimal | None
    below: Decimal | None
    percent: Decimal

    @classmethod
    def read(cls, said: Mapping[str, str | None]) -> Self:
        """From the spelling of events: decimal strings, null for an open end."""
        return cls(number(said["from"]), number(said["to"]), number(said["percent"]) or Decimal(0))

    def holds(self, attained: Decimal) -> bool:
        high_enough = self.lowest is None or attained >= self.lowest
        return high_enough and (self.below is None or attained < self.below)

    def terms(self) -> dict[str, Any]:
        ends = {"from": plain(self.lowest), "to": plain(self.below)}
        return {**ends, "percent": plain(self.percent)}


@dataclass(eq=False)
class SlaTerm:
    """A promised service level. Its id is the metric that measurements are sent for."""

    number: int
    title: str
    unit: str
    formula: Formula
    direction: Direction
    target: Decimal
    minimum: Decimal | None
    window: str
    tiers: tuple[Tier, ...]
    id: UUID = field(default_factory=uuid7)

    @property
    def has_known_unit(self) -> bool:
        """A mean may be in any unit; of a share we must know how it is written."""
        return self.formula is not Formula.RATIO or self.unit in SHARES

    def shown(self, attained: Decimal) -> Decimal:
        return for_reading(attained, self.target, self.direction, self.tiers)

    def terms(self) -> dict[str, Any]:
        return {
            "metric_id": str(self.id),
            "title": self.title,
            "unit": self.unit,
            "formula": self.formula.value,
            "direction": self.direction.value,
            "target": plain(self.target),
            "minimum": plain(self.minimum),
            "window": self.window,
            "tiers": [tier.terms() for tier in self.tiers],
        }


@dataclass(eq=False)
class MilestoneTerm:
    """Due at the end of a day in the contract's zone; `percent` is its share of all of them."""

    number: int
    title: str
    due_on: date
    percent: Decimal
    acceptance_criteria: str
    id: UUID = field(default_factory=uuid7)

    def terms(self) -> dict[str, Any]:
        return {
            "milestone_id": str(self.id),
            "number": self.number,
            "title": self.title,
            "due_on": self.due_on.isoformat(),
            "percent": plain(self.percent),
        }


def for_reading(
    figure: Decimal, target: Decimal, direction: Direction, tiers: Sequence[Tier]
) -> Decimal:
    """Two places, or as many more as keep the figure in its tier and on its side of the target.

    Monitoring shows the same figure by the same rule.
    """

    def judged(value: Decimal) -> tuple[bool, list[bool]]:
        met = value >= target if direction is Direction.HIGHER else value <= target
        return met, [tier.holds(value) for tier in tiers]

    for places in range(2, max(2, -int(figure.as_tuple().exponent))):
        short = figure.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if judged(short) == judged(figure):
            return short
    return figure


def tiers_are_whole(tiers: Sequence[Tier]) -> bool:
    """In order, each begins where the one before ends, and together they cover every value."""
    if not tiers or tiers[0].lowest is not None or tiers[-1].below is not None:
        return False
    touching = all(a.below is not None and a.below == b.lowest for a, b in pairwise(tiers))
    growing = all(t.lowest < t.below for t in tiers if t.lowest is not None and t.below is not None)
    return touching and growing


def end_of(day: date, zone: str) -> datetime:
    """The last second of a day that something is due on, where the contract counts."""
    return midnight(zone, day + timedelta(days=1)) - timedelta(seconds=1)


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"


def written(money: Money) -> str:
    """As people read it in a sentence of any language: CNY −7,100.00."""
    figure = spelled(Money(abs(money.amount), money.currency))["amount"]
    sign = "\u2212" if money.amount < 0 else ""
    return f"{money.currency}\u00a0{sign}{Decimal(figure):,}"


def spelled(money: Money) -> dict[str, str]:
    """With at least the digits of the currency: 12 becomes 12.00, and nothing is rounded."""
    exponent = money.amount.as_tuple().exponent
    digits = max(CURRENCY_DIGITS.get(money.currency, 2), -int(exponent))
    return {"amount": f"{money.amount:.{digits}f}", "currency": money.currency}
