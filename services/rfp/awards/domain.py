"""When a lot may be awarded, how long everybody then stands still, and what was agreed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from services.rfp.bids.domain import BidState
from services.rfp.tenders.domain import Direction, SlaTarget
from shared.calendar import WorkingDays, midnight
from shared.kernel import N_, DomainError, Forbidden, Money, uuid7

LEAST_REASON = 20  # characters


class NotEvaluated(DomainError):
    code = "not_evaluated"
    message = N_("“%(title)s” has no ranking yet. Its lots can be awarded when all have scored.")


class LotClosed(DomainError):
    code = "lot_closed"
    message = N_("This lot has been closed without an award.")
    final = True


class LotAwarded(DomainError):
    code = "lot_awarded"
    message = N_("This lot has been awarded already.")
    final = True


class NotRanked(DomainError):
    code = "not_ranked"
    message = N_("Only a bid that is ranked in this lot can be awarded.")


class BidDeclined(DomainError):
    code = "bid_declined"
    message = N_("The contract of this bid was declined. Choose another bid, or close the lot.")
    final = True


class OverCeiling(DomainError):
    code = "over_ceiling"
    message = N_(
        "With %(value)s this award exceeds the %(left)s that are left of the plan's ceiling. "
        "Confirm it with a reason of at least %(least)s characters."
    )


class WinnerNotAdmitted(DomainError):
    code = "winner_not_admitted"
    message = N_("The vendor of this bid is not admitted any more, so it cannot be awarded.")


class NotImpartial(Forbidden):
    code = "not_impartial"
    message = N_("You have served on the committee of this RFP, so another buyer decides on it.")


class ReasonTooShort(DomainError):
    code = "reason_too_short"
    message = N_("Give a reason of at least %(least)s characters.")


@dataclass(eq=False, kw_only=True)
class Award:
    """A decision that stands. `rank` is where the winner stood in the ranking of the lot."""

    lot_id: UUID
    rfp_id: UUID
    bid_id: UUID
    organisation_id: UUID
    rank: int
    reason: str
    awarded_by: UUID
    awarded_at: datetime
    standstill_ends_at: datetime
    over_ceiling_reason: str | None = None  # why it may exceed the ceiling of the plan
    declined_at: datetime | None = None  # when a side declined its contract
    id: UUID = field(default_factory=uuid7)

    @property
    def against_ranking(self) -> bool:
        """Not the first one: then the reason has to say why."""
        return self.rank > 1


@dataclass(eq=False, kw_only=True)
class Closure:
    """A lot that ends without an award. The reason stays with the buying side."""

    lot_id: UUID
    rfp_id: UUID
    reason: str
    closed_by: UUID
    closed_at: datetime


@dataclass(frozen=True)
class Bidder:
    """Who bid on a lot, and whether the bid could be read."""

    bid_id: UUID
    organisation_id: UUID
    state: BidState


@dataclass(frozen=True)
class Winner:
    """What the winning bid says. Amounts in the currency of the RFP."""

    organisation_id: UUID
    monthly: Decimal
    one_off: Decimal
    total: Decimal
    promises: Mapping[UUID, Decimal]
    documents: Sequence[tuple[str, str]]  # name and SHA-256


@dataclass(frozen=True)
class Decided:
    """What became of the lots of an RFP: `bid_on` are those with a bid, readable or not."""

    bid_on: Collection[UUID]
    awarded: Collection[UUID]
    closed: Collection[UUID]

    def require_undecided(self, lot_id: UUID) -> None:
        if lot_id in self.awarded:
            raise LotAwarded
        if lot_id in self.closed:
            raise LotClosed

    def is_all(self) -> bool:
        """Nothing is left to decide. A lot that nobody bid on needs no decision."""
        return {*self.awarded, *self.closed}.issuperset(self.bid_on)


def require_impartial(person_id: UUID, served: Collection[UUID]) -> None:
    """Whoever opens, evaluates or has declared a conflict does not decide."""
    if person_id in served:
        raise NotImpartial


def require_reason(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise ReasonTooShort(least=LEAST_REASON)


def confirmed_reason(value: Money, left: Money, reason: str) -> str | None:
    """Why an award may exceed what is left of the plan's ceiling; none where it does not."""
    if value.amount <= left.amount:
        return None
    if len(reason.strip()) < LEAST_REASON:
        raise OverCeiling(value=value, left=left, least=LEAST_REASON)
    return reason.strip()


def standstill_end(awarded_at: datetime, days: int, zone: str, calendar: WorkingDays) -> datetime:
    """The end of the last of `days` working days after the day of the award, in the RFP's zone.

    Without a standstill it ends as it begins. Source: domain rules 4.
    """
    if days == 0:
        return awarded_at
    last = calendar.after(awarded_at.astimezone(ZoneInfo(zone)).date(), days)
    return midnight(zone, last + timedelta(days=1))


def agreed_target(target: SlaTarget, promised: Decimal | None) -> Decimal:
    """What the winner promised takes the place of what was asked; it is never below the minimum."""
    value = target.target if promised is None else promised
    if target.minimum is None:
        return value
    better = max if target.direction is Direction.HIGHER else min
    return better(value, target.minimum)
