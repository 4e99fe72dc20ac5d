"""What a service credit is worth, and how it is decided."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.contracts.agreements.domain import Contract, SlaTerm, Tier, end_of
from shared.calendar import WorkingDays
from shared.kernel import CURRENCY_DIGITS, N_, DomainError, Labelled, Money, uuid7

DECISION_DAYS = 5  # working days that finance has


class WindowOutcome(Labelled):
    MET = "met", N_("On target")
    BREACHED = "breached", N_("Target missed")
    NO_DATA = "no_data", N_("No data")


class CreditState(Labelled):
    PROPOSED = "proposed", N_("Waits for approval")
    APPROVED = "approved", N_("Approved")
    REJECTED = "rejected", N_("Rejected")
    SUPERSEDED = "superseded", N_("Replaced by a later evaluation")


class Decision(Labelled):
    APPROVE = "approve", N_("Approve")
    REJECT = "reject", N_("Reject")


class Move(Labelled):
    APPROVE = "approve", N_("Approve")
    REJECT = "reject", N_("Reject")
    SUPERSEDE = "supersede", N_("Replace")


MOVES: Mapping[tuple[CreditState, Move], CreditState] = {
    (CreditState.PROPOSED, Move.APPROVE): CreditState.APPROVED,
    (CreditState.PROPOSED, Move.REJECT): CreditState.REJECTED,
    (CreditState.PROPOSED, Move.SUPERSEDE): CreditState.SUPERSEDED,
}


class CreditDecided(DomainError):
    code = "credit_decided"
    message = N_("This service credit cannot be decided on any more: %(state)s.")
    final = True


class ReasonNeeded(DomainError):
    code = "reason_needed"
    message = N_("Give a reason. The vendor reads it.")


class MetricUnknown(DomainError):
    code = "metric_unknown"
    message = N_("The contract has no such service level.")


@dataclass(eq=False)
class Window:
    """An SLA window as monitoring evaluated it; a higher revision replaces a lower one."""

    window_id: UUID
    revision: int
    contract_id: UUID
    metric_id: UUID
    starts_at: datetime
    ends_at: datetime
    attained: Decimal | None
    outcome: WindowOutcome
    input_sha256: str
    evaluated_at: datetime


@dataclass(frozen=True)
class Working:
    """How the amount of a credit came about. Amounts are in `currency`.

    `band_from` and `band_below` bound the tier that holds `attained`; None is an open end.
    `settled` is what earlier revisions of the window have been approved for.
    """

    attained: Decimal | None
    band_from: Decimal | None
    band_below: Decimal | None
    percent: Decimal
    monthly: Decimal
    covered_days: int
    month_days: int
    full_amount: Decimal
    settled: Decimal
    amount: Decimal
    currency: str


@dataclass(eq=False, kw_only=True)
class Credit:
    contract_id: UUID
    metric_id: UUID
    organisation_id: UUID
    window_id: UUID
    revision: int
    starts_at: datetime
    ends_at: datetime
    input_sha256: str
    working: Working
    proposed_at: datetime
    state: CreditState = CreditState.PROPOSED
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str = ""
    calculation_id: UUID = field(default_factory=uuid7)
    id: UUID = field(default_factory=uuid7)

    @property
    def value(self) -> Money:
        return Money(self.working.amount, self.working.currency)

    def month(self, zone: str) -> str:
        """2026-10: the calendar month of the window, where the contract counts."""
        return f"{both_days(self.starts_at, self.ends_at, zone)[0]:%Y-%m}"

    @property
    def is_correction(self) -> bool:
        """The difference to what was approved before for the window, in either direction."""
        return bool(self.working.settled)

    def decide(self, decision: Decision, *, by: str, reason: str, now: datetime) -> None:
        """Approve or reject, once."""
        if needs_reason(decision) and not reason:
            raise ReasonNeeded
        self.move(Move.APPROVE if decision == Decision.APPROVE else Move.REJECT)
        self.decided_at, self.decided_by, self.reason = now, by, reason

    def move(self, move: Move) -> None:
        following = MOVES.get((self.state, move))
        if following is None:
            raise CreditDecided(state=self.state)
        self.state = following


def propose(
    contract: Contract, window: Window, earlier: Sequence[Credit], now: datetime
) -> Credit | None:
    """The credit for a window, or None where nothing is due beyond what was approved before.

    Open proposals of earlier revisions are replaced. What finance has approved stays: the new
    proposal is for the difference, and less than nothing where the vendor gets something back.
    """
    for credit in earlier:
        if credit.state == CreditState.PROPOSED:
            credit.move(Move.SUPERSEDE)
    working = work_out(contract, window, settled(earlier))
    if not working.amount:
        return None
    return Credit(
        contract_id=contract.id,
        metric_id=window.metric_id,
        organisation_id=contract.organisation_id,
        window_id=window.window_id,
        revision=window.revision,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        input_sha256=window.input_sha256,
        working=working,
        proposed_at=now,
    )


def settled(credits: Iterable[Credit]) -> Decimal:
    approved = (each for each in credits if each.state == CreditState.APPROVED)
    return sum((each.working.amount for each in approved), Decimal(0))


def work_out(contract: Contract, window: Window, already: Decimal) -> Working:
    """monthly charge × percent of the tier ÷ 100 × days of the window in the period ÷ days of its
    month, rounded half up to the digits of the currency, less what was approved before.

    Source: domain rules 6, tier table. Only a breach earns a credit; no data is no breach.
    """
    band = band_of(term_of(contract, window.metric_id), window)
    covered, in_month = days(window, contract.starts_on, contract.ends_on, contract.time_zone)
    currency = contract.value.currency
    exact = contract.monthly * band.percent * covered / (100 * in_month)
    full = rounded(exact, currency)
    return Working(
        attained=window.attained,
        band_from=band.lowest,
        band_below=band.below,
        percent=band.percent,
        monthly=contract.monthly,
        covered_days=covered,
        month_days=in_month,
        full_amount=full,
        settled=already,
        amount=full - already,
        currency=currency,
    )


def term_of(contract: Contract, metric_id: UUID) -> SlaTerm:
    for term in contract.sla:
        if term.id == metric_id:
            return term
    raise MetricUnknown


def band_of(term: SlaTerm, window: Window) -> Tier:
    if window.outcome != WindowOutcome.BREACHED or window.attained is None:
        return Tier(None, None, Decimal(0))
    attained = window.attained
    return next(tier for tier in term.tiers if tier.holds(attained))


def days(window: Window, starts_on: date, ends_on: date, zone: str) -> tuple[int, int]:
    """Days of the window that lie in the period, and days of its calendar month."""
    first, last = both_days(window.starts_at, window.ends_at, zone)
    covered = (min(last, ends_on) - max(first, starts_on)).days + 1
    return max(covered, 0), monthrange(first.year, first.month)[1]


def both_days(starts_at: datetime, ends_at: datetime, zone: str) -> tuple[date, date]:
    """The first and the last day of a window, where the contract counts."""
    first, after = (at.astimezone(ZoneInfo(zone)).date() for at in (starts_at, ends_at))
    return first, after - timedelta(days=1)


def rounded(amount: Decimal, currency: str) -> Decimal:
    digits = CURRENCY_DIGITS.get(currency, 2)
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def needs_reason(decision: Decision) -> bool:
    return decision != Decision.APPROVE


def decision_due_at(proposed_at: datetime, zone: str) -> datetime:
    """The end of the fifth working day after the proposal, where the contract counts."""
    began = proposed_at.astimezone(ZoneInfo(zone)).date()
    return end_of(WorkingDays().after(began, DECISION_DAYS), zone)
