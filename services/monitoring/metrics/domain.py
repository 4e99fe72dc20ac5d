"""What a metric is, as the contract says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from shared.calendar import Window, midnight, month_windows
from shared.kernel import N_, DomainError, Labelled

READERS = frozenset(
    {"buyer", "requester", "contract_manager", "quality", "finance", "legal", "auditor"}
)


class Formula(Labelled):
    RATIO = "ratio", N_("Share of all")
    MEAN = "mean", N_("Mean")


class Direction(Labelled):
    HIGHER = "higher", N_("Higher is better")
    LOWER = "lower", N_("Lower is better")


# A share is measured from 0 to 1. In which units a contract may promise one, and how often it is 1.
SHARES: Mapping[str, int] = {"%": 100, "share": 1}


class NotAPartner(DomainError):
    code = "not_a_partner"
    message = N_("Only an active partner can be allowed to send measurements.")


@dataclass(frozen=True)
class Tier:
    """From `least` up to, not including, `below`: `percent` of the monthly charge is credited."""

    least: Decimal | None
    below: Decimal | None
    percent: Decimal

    def __contains__(self, attained: object) -> bool:
        assert isinstance(attained, Decimal)
        above = self.least is None or attained >= self.least
        return above and (self.below is None or attained < self.below)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """From `from`, `to` and `percent`, as contracts spell it."""
        least, below = (None if said[end] is None else Decimal(said[end]) for end in ("from", "to"))
        return cls(least, below, Decimal(said["percent"]))

    def spelled(self) -> dict[str, str | None]:
        ends = {"from": self.least, "to": self.below, "percent": self.percent}
        return {name: None if end is None else str(end) for name, end in ends.items()}


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One SLA target of a contract. Figures are in `unit`; a ratio's is one of SHARES."""

    id: UUID
    contract_id: UUID
    organisation_id: UUID
    contract_number: str
    contract_title: str
    position: int
    title: str
    unit: str
    formula: Formula
    direction: Direction
    target: Decimal
    minimum: Decimal | None
    tiers: tuple[Tier, ...]
    starts_on: date
    ends_on: date
    time_zone: str

    @property
    def scale(self) -> int:
        """What measurements are multiplied by, to be in `unit`: shares in per cent by 100."""
        return SHARES[self.unit] if self.formula is Formula.RATIO else 1

    @property
    def number(self) -> str:
        return f"{self.contract_number} · SLA-{self.position}"

    @property
    def period(self) -> Window:
        """From the first to the last day of the contract, where the contract lives."""
        after = self.ends_on + timedelta(days=1)
        return in_utc(
            Window(midnight(self.time_zone, self.starts_on), midnight(self.time_zone, after))
        )

    def windows(self) -> Iterator[Window]:
        """Calendar months, the first and the last cut to the period."""
        return map(in_utc, month_windows(self.time_zone, self.starts_on, self.ends_on))

    def ended_windows(self, now: datetime) -> list[Window]:
        return [window for window in self.windows() if window.ends_at <= now]

    def is_met_by(self, attained: Decimal) -> bool:
        higher = self.direction is Direction.HIGHER
        return attained >= self.target if higher else attained <= self.target

    def tier_of(self, attained: Decimal) -> Tier | None:
        return next((tier for tier in self.tiers if attained in tier), None)


def in_utc(window: Window) -> Window:
    """Local times are not equal to other times while the clocks go back, even at midnight."""
    return Window(window.starts_at.astimezone(UTC), window.ends_at.astimezone(UTC))
