"""What an RFP is, when it may be published, and where it stands in time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.rfp.plans.domain import fingerprint
from services.rfp.tenders.domain import errors
from services.rfp.tenders.domain.choices import Duty, Preset, PriceFormula, Stage
from services.rfp.tenders.domain.parts import (
    Criterion,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    SlaTarget,
)
from shared.kernel import DomainError, uuid7

ALL = Decimal(100)  # what weights and what percents of milestones add up to
LEAST_OPENERS = 2
LEAST_EVALUATORS = 3
# The latest of these moments that has come says the stage of a published RFP.
MOMENTS = {
    "cancelled_at": Stage.CANCELLED,
    "unsuccessful_at": Stage.UNSUCCESSFUL,
    "awarded_at": Stage.AWARDED,
    "evaluated_at": Stage.EVALUATED,
    "opened_at": Stage.OPENED,
}
ENDED = (Stage.CANCELLED, Stage.UNSUCCESSFUL)


@dataclass(kw_only=True)
class RfpContent:
    """What the buyer writes. The contract's period includes both days and may lie in the past."""

    title: str
    description: str
    currency: str
    time_zone: str
    starts_on: date
    ends_on: date
    deadline_at: datetime
    price_formula: PriceFormula
    lots: Sequence[Lot]
    criteria: Sequence[Criterion]
    sla_targets: Sequence[SlaTarget]
    milestones: Sequence[MilestoneTarget]
    invitations: Sequence[Invitation]
    committee: Sequence[Member]

    def check(self, *, currency: str, buyer_id: UUID) -> None:
        """What even a draft must fulfil. `currency` is the plan's."""
        if self.currency != currency:
            raise errors.CurrencyDiffers(currency=currency)
        if len({member.person_id for member in self.committee}) < len(self.committee):
            raise errors.TwoDuties
        if buyer_id in {member.person_id for member in self.committee}:
            raise errors.BuyerOnCommittee

    def parts(self) -> dict[str, Any]:
        values = vars(self).items()
        return {n: list(v) if isinstance(v, list | tuple) else v for n, v in values}


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What publishing depends on besides the RFP itself."""

    now: datetime
    least_lead: timedelta
    admitted: Collection[UUID]  # organisations that may be invited
    able: Collection[tuple[UUID, Duty]]  # people and the duties that their roles allow


@dataclass(eq=False, kw_only=True)
class Rfp:
    number: str
    plan_id: UUID
    title: str
    description: str
    currency: str
    time_zone: str
    starts_on: date
    ends_on: date
    deadline_at: datetime
    price_formula: PriceFormula
    lots: list[Lot]
    criteria: list[Criterion]
    sla_targets: list[SlaTarget]
    milestones: list[MilestoneTarget]
    invitations: list[Invitation]
    committee: list[Member]
    buyer_id: UUID
    created_at: datetime
    preset: Preset = Preset.PRIVATE_SIMPLE
    standstill_days: int = 0
    version: int = 1
    published_at: datetime | None = None
    opened_at: datetime | None = None
    evaluated_at: datetime | None = None
    awarded_at: datetime | None = None
    unsuccessful_at: datetime | None = None
    cancelled_at: datetime | None = None
    id: UUID = field(default_factory=uuid7)

    def rewrite(self, content: RfpContent) -> None:
        self.still_a_draft()
        for name, value in content.parts().items():
            setattr(self, name, value)

    def replace_member(
        self, leaving: UUID, joining: UUID, able: Collection[tuple[UUID, Duty]]
    ) -> Duty:
        """Somebody who may do the same takes the seat. Says which duty it is."""
        duties = {member.person_id: member.duty for member in self.committee}
        if leaving not in duties:
            raise errors.NotOnCommittee
        if joining in duties:
            raise errors.TwoDuties
        if joining == self.buyer_id:
            raise errors.BuyerOnCommittee
        duty = duties[leaving]
        if (joining, duty) not in able:
            raise errors.RoleMissing(duty=duty)
        others = [member for member in self.committee if member.person_id != leaving]
        self.committee = [*others, Member(joining, duty)]
        return duty

    def cancel(self, now: datetime) -> None:
        """Only before the opening: afterwards each lot is closed with a reason of its own."""
        if self.stage(now) not in (Stage.OPEN, Stage.CLOSED):
            raise errors.TooLateToCancel(title=self.title)
        self.cancelled_at = now

    def sha256(self) -> str:
        """Of all that the buyer wrote: what somebody saw is what they publish."""
        said = {name: getattr(self, name) for name in RfpContent.__dataclass_fields__}
        parts = ("lots", "criteria", "sla_targets", "milestones", "invitations", "committee")
        return fingerprint(said | {name: [spoken(each) for each in said[name]] for name in parts})

    def require_seen(self, seen: str | None) -> None:
        """`seen`: the fingerprint of what somebody has read; none if they did not say."""
        if seen is not None and seen != self.sha256():
            raise errors.RfpChanged(title=self.title)

    def still_a_draft(self) -> None:
        if self.published_at:
            raise errors.RfpPublished(title=self.title)

    def publish(self, circumstances: Circumstances) -> None:
        self.still_a_draft()
        for obstacle in self.obstacles(circumstances):
            raise obstacle
        self.published_at = circumstances.now

    def obstacles(self, circumstances: Circumstances) -> list[DomainError]:
        """Everything that keeps a draft from being published, in the order of the form."""
        checks = (
            self.check_period,
            self.check_lots,
            self.check_deadline,
            self.check_weights,
            self.check_targets,
            self.check_percents,
            self.check_invitations,
            self.check_committee,
        )
        return list(refusals(checks, circumstances))

    def check_period(self, _: Circumstances) -> None:
        if self.ends_on < self.starts_on:
            raise errors.PeriodReversed

    def check_lots(self, _: Circumstances) -> None:
        if not self.lots:
            raise errors.LotsMissing

    def check_deadline(self, circumstances: Circumstances) -> None:
        """Bidders have at least the lead that the settings ask for."""
        earliest = circumstances.now + circumstances.least_lead
        if self.deadline_at < earliest:
            raise errors.DeadlineTooSoon(at=earliest)

    def check_weights(self, _: Circumstances) -> None:
        """Weights add up to exactly 100, and exactly one criterion is the price."""
        total = sum((each.weight for each in self.criteria), Decimal(0))
        if total != ALL:
            raise errors.WeightsOff(total=total)
        prices = sum(each.is_price for each in self.criteria)
        if prices != 1:
            raise errors.OnePriceCriterion(count=prices)
        if any(each.is_price and each.minimum is not None for each in self.criteria):
            raise errors.PriceWithoutGrade

    def check_targets(self, _: Circumstances) -> None:
        for target in self.sla_targets:
            target.check()

    def check_percents(self, _: Circumstances) -> None:
        total = sum((each.percent for each in self.milestones), Decimal(0))
        if total != ALL:
            raise errors.PercentsOff(total=total)

    def check_invitations(self, circumstances: Circumstances) -> None:
        if not self.invitations:
            raise errors.NobodyInvited
        if any(each.organisation_id not in circumstances.admitted for each in self.invitations):
            raise errors.VendorNotAdmitted

    def check_committee(self, circumstances: Circumstances) -> None:
        if self.buyer_id in {member.person_id for member in self.committee}:
            raise errors.BuyerOnCommittee
        for member in self.committee:
            if (member.person_id, member.duty) not in circumstances.able:
                raise errors.RoleMissing(duty=member.duty)
        openers, evaluators = len(self.people(Duty.OPENER)), len(self.people(Duty.EVALUATOR))
        if openers < LEAST_OPENERS or evaluators < LEAST_EVALUATORS:
            raise errors.CommitteeTooSmall(openers=LEAST_OPENERS, evaluators=LEAST_EVALUATORS)

    def people(self, duty: Duty) -> list[UUID]:
        return [member.person_id for member in self.committee if member.duty is duty]

    def require_open(self, now: datetime) -> None:
        if self.stage(now) is not Stage.OPEN:
            raise errors.RfpClosed(title=self.title)

    def require_going_on(self, now: datetime) -> None:
        if self.stage(now) in ENDED:
            raise errors.RfpEnded(title=self.title)

    def stage(self, now: datetime) -> Stage:
        """Where it stands. `persistence.stage_at` says the same in SQL, from the same table."""
        if self.published_at is None:
            return Stage.DRAFT
        for name, reached in MOMENTS.items():
            if getattr(self, name) is not None:
                return reached
        return Stage.OPEN if is_open(self.deadline_at, now) else Stage.CLOSED


def spoken(part: Any) -> dict[str, Any]:
    """What a part says, whichever row it is."""
    return {name: getattr(part, name) for name in part.__dataclass_fields__ if name != "id"}


def refusals(
    checks: Sequence[Callable[[Circumstances], None]], circumstances: Circumstances
) -> Iterator[DomainError]:
    for check in checks:
        try:
            check(circumstances)
        except DomainError as refusal:
            yield refusal


def is_open(deadline_at: Any, now: Any) -> Any:
    """Untyped because queries pass columns: `<` means the same in Python and in SQL."""
    return now < deadline_at
