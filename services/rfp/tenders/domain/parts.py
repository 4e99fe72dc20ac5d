"""What an RFP is made of, and what each part must fulfil by itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from services.rfp.tenders.domain.choices import Direction, Duty, Formula, Window
from services.rfp.tenders.domain.errors import (
    BeyondScale,
    MinimumBeyondTarget,
    QuestionAnswered,
    UnitUnknown,
)
from services.rfp.tenders.domain.tiers import Tier, tier_faults
from shared.kernel import N_, DomainError, uuid7

BEST_GRADE = Decimal(5)
# The units of a share of good cases, and where each ends. It is measured from 0 to 1.
SHARES = {"%": Decimal(100), "share": Decimal(1)}


@dataclass(eq=False)
class Lot:
    position: int
    title: str
    description: str = ""
    id: UUID = field(default_factory=uuid7)


@dataclass(eq=False)
class Criterion:
    """`weight` is a share of 100; `minimum` the least grade of 0 to 5 that is acceptable."""

    position: int
    key: str
    title: str
    weight: Decimal
    is_price: bool = False
    minimum: Decimal | None = None
    id: UUID = field(default_factory=uuid7)


@dataclass(eq=False)
class SlaTarget:
    """What bidders promise per window. `tiers` say which percent of the charge is credited."""

    position: int
    title: str
    unit: str
    formula: Formula
    direction: Direction
    target: Decimal
    minimum: Decimal | None
    tiers: list[Tier]
    window: Window = Window.MONTH
    id: UUID = field(default_factory=uuid7)

    @property
    def top(self) -> Decimal | None:
        """The greatest value there is: a share of good cases ends at 100 % or at 1."""
        return SHARES.get(self.unit) if self.formula is Formula.RATIO else None

    def fits(self, value: Decimal) -> bool:
        return self.top is None or 0 <= value <= self.top

    def faults(self) -> Iterator[DomainError]:
        if self.formula is Formula.RATIO and self.top is None:
            yield UnitUnknown(title=self.title)
        if not all(map(self.fits, self.figures())):
            yield BeyondScale(title=self.title, top=self.top)
        yield from tier_faults(self.title, self.tiers, self.direction, self.target)
        if self.minimum is not None:
            more = self.minimum > self.target
            if self.minimum != self.target and more == (self.direction is Direction.HIGHER):
                yield MinimumBeyondTarget(title=self.title)

    def figures(self) -> Iterator[Decimal]:
        """All that is given in the unit."""
        yield self.target
        if self.minimum is not None:
            yield self.minimum
        edges = (tier[end] for tier in self.tiers for end in ("from", "to"))
        yield from (Decimal(edge) for edge in edges if edge is not None)


@dataclass(eq=False)
class MilestoneTarget:
    """`percent` is the share of all that is paid by milestone, due when this one is accepted."""

    position: int
    title: str
    due_on: date
    percent: Decimal
    acceptance_criteria: str
    id: UUID = field(default_factory=uuid7)


@dataclass(eq=False)
class Invitation:
    organisation_id: UUID


@dataclass(eq=False)
class Member:
    """Of the committee. A person has one duty in an RFP."""

    person_id: UUID
    duty: Duty


@dataclass(eq=False)
class Question:
    """Asked by a vendor; shown to all invited vendors without saying who asked."""

    rfp_id: UUID
    organisation_id: UUID
    asked_by: UUID | None
    text: str
    asked_at: datetime
    answer: str | None = None
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    id: UUID = field(default_factory=uuid7)

    def reply(self, text: str, *, by: UUID, now: datetime) -> None:
        if self.answered_at:
            raise QuestionAnswered
        self.answer, self.answered_by, self.answered_at = text, by, now


def default_criteria() -> list[Criterion]:
    """The template of five dimensions; their titles are translated where they are shown."""
    return [
        Criterion(1, "technical", N_("Technical capability"), Decimal(20)),
        Criterion(2, "service", N_("Service capability"), Decimal(25)),
        Criterion(3, "price", N_("Price reasonableness"), Decimal(20), is_price=True),
        Criterion(4, "team", N_("Team stability"), Decimal(15)),
        Criterion(5, "security", N_("Data security"), Decimal(20)),
    ]
