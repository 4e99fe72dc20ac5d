"""What a plan is, what it may cost, and who may decide on it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.kernel import N_, DomainError, Forbidden, Labelled, Money, uuid7


class PlanState(Labelled):
    DRAFT = "draft", N_("Draft")
    SUBMITTED = "submitted", N_("Waiting for approval")
    APPROVED = "approved", N_("Approved")
    REJECTED = "rejected", N_("Rejected")


class Decision(Labelled):
    APPROVE = "approve", N_("Approve")
    REJECT = "reject", N_("Reject")


class Category(Labelled):
    LABOUR = "labour", N_("Labour")
    EQUIPMENT = "equipment", N_("Equipment")
    MATERIALS = "materials", N_("Materials")
    LICENCES = "licences", N_("Licences")
    MANAGEMENT = "management", N_("Management")
    OTHER = "other", N_("Other costs")


SUBMIT = "submit"
MOVES: Mapping[tuple[PlanState, str], PlanState] = {
    (PlanState.DRAFT, SUBMIT): PlanState.SUBMITTED,
    (PlanState.REJECTED, SUBMIT): PlanState.SUBMITTED,
    (PlanState.SUBMITTED, Decision.APPROVE): PlanState.APPROVED,
    (PlanState.SUBMITTED, Decision.REJECT): PlanState.REJECTED,
}
EDITABLE = frozenset({PlanState.DRAFT, PlanState.REJECTED})


class PlanMoved(DomainError):
    code = "plan_moved"
    message = N_("“%(title)s” is in the state “%(state)s”, where this cannot be done.")
    final = True


class PlanChanged(DomainError):
    code = "plan_changed"
    message = N_("“%(title)s” has been changed since you saw it. Read it again before you go on.")


class PlanOverCeiling(DomainError):
    code = "plan_over_ceiling"
    message = N_("Cost lines and reserve add up to %(total)s, above the ceiling of %(ceiling)s.")


class PlanEndsBeforeItBegins(DomainError):
    code = "plan_ends_before_it_begins"
    message = N_("The plan ends before it begins.")


class PlanWithoutCosts(DomainError):
    code = "plan_without_costs"
    message = N_("A plan needs at least one cost line.")


class OwnPlan(Forbidden):
    code = "own_plan"
    message = N_("You wrote this plan, so somebody else decides on it.")


class ReasonNeeded(DomainError):
    code = "reason_needed"
    message = N_("Say why you reject the plan, so that the requester can correct it.")


@dataclass(eq=False)
class PlanLine:
    position: int
    title: str
    category: Category
    amount: Decimal
    id: UUID = field(default_factory=uuid7)


@dataclass(kw_only=True)
class PlanContent:
    """What the requester writes. Amounts are in `currency`, dates include both ends."""

    title: str
    objectives: str
    scope_in: str
    scope_out: str
    starts_on: date
    ends_on: date
    currency: str
    cost_ceiling: Decimal
    contingency: Decimal
    lines: Sequence[PlanLine]

    def check(self) -> None:
        for fault in faults(self.starts_on, self.ends_on, self.lines, self.cost()):
            raise fault

    def cost(self) -> "Cost":
        amounts = [line.amount for line in self.lines]
        return Cost(amounts, self.contingency, self.cost_ceiling, self.currency)


@dataclass(frozen=True)
class Cost:
    """The ceiling is hard: cost lines and contingency together never exceed it."""

    amounts: Sequence[Decimal]
    contingency: Decimal
    ceiling: Decimal
    currency: str

    def faults(self) -> Iterator[DomainError]:
        total = planned_cost(self.amounts, self.contingency)
        if total > self.ceiling:
            said = {"total": total, "ceiling": self.ceiling}
            yield PlanOverCeiling(**{k: Money(v, self.currency) for k, v in said.items()})


def faults(
    starts_on: date | None, ends_on: date | None, lines: Sequence[Any] | None, cost: Cost | None
) -> Iterator[DomainError]:
    """All that is wrong with a plan, as far as its answers are there to be judged."""
    if starts_on and ends_on and ends_on < starts_on:
        yield PlanEndsBeforeItBegins()
    if lines is not None and not lines:
        yield PlanWithoutCosts()
    if cost:
        yield from cost.faults()


@dataclass(eq=False, kw_only=True)
class Plan:
    number: str
    title: str
    objectives: str
    scope_in: str
    scope_out: str
    starts_on: date
    ends_on: date
    currency: str
    cost_ceiling: Decimal
    contingency: Decimal
    lines: list[PlanLine]
    requester_id: UUID
    created_at: datetime
    state: PlanState = PlanState.DRAFT
    approver_id: UUID | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    id: UUID = field(default_factory=uuid7)

    def sha256(self) -> str:
        """Of all that the requester wrote: what somebody saw is what they decide on."""
        said = {name: getattr(self, name) for name in PlanContent.__dataclass_fields__}
        lines = [(line.title, line.category, line.amount) for line in self.lines]
        return fingerprint(said | {"lines": lines})

    def require_seen(self, seen: str | None) -> None:
        """`seen`: the fingerprint of what somebody has read; none if they did not say."""
        if seen is not None and seen != self.sha256():
            raise PlanChanged(title=self.title)

    def rewrite(self, content: PlanContent) -> None:
        if self.state not in EDITABLE:
            raise PlanMoved(title=self.title, state=self.state)
        content.check()
        for name, value in vars(content).items():
            setattr(self, name, list(value) if name == "lines" else value)

    def submit(self) -> None:
        self.move(SUBMIT)
        self.approver_id = self.decided_at = self.decision_reason = None

    def decide(self, decision: Decision, *, approver_id: UUID, reason: str, now: datetime) -> None:
        """Approve or reject. Nobody decides on their own plan; a rejection says why."""
        if approver_id == self.requester_id:
            raise OwnPlan
        if decision is Decision.REJECT and not reason:
            raise ReasonNeeded
        self.move(decision)
        self.approver_id, self.decided_at, self.decision_reason = approver_id, now, reason or None

    def move(self, move: str) -> None:
        following = MOVES.get((self.state, move))
        if following is None:
            raise PlanMoved(title=self.title, state=self.state)
        self.state = following


def fingerprint(said: Any) -> str:
    """SHA-256 over values as JSON: sorted keys, no spaces, UTF-8, figures without final zeros."""
    text = json.dumps(
        said, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=spelled
    )
    return hashlib.sha256(text.encode()).hexdigest()


def spelled(value: Any) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def planned_cost(amounts: Iterable[Decimal], contingency: Decimal) -> Decimal:
    """What the plan would cost: its lines and its reserve, in the plan's currency."""
    return sum(amounts, contingency)
