"""What an RFP is, when it may be published, and where it stands in time."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.rfp.plans.domain import fingerprint
from services.rfp.tenders.domain import errors
from services.rfp.tenders.domain.choices import Duty, Preset, PriceFormula, Stage
from services.rfp.tenders.domain.content import Circumstances, RfpContent
from services.rfp.tenders.domain.parts import (
    Criterion,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    SlaTarget,
)
from services.rfp.tenders.domain.periods import late_or_early, period_faults
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
            self.check_milestones,
            self.check_invitations,
            self.check_committee,
        )
        return [fault for check in checks for fault in check(circumstances)]

    def check_period(self, circumstances: Circumstances) -> Iterator[DomainError]:
        yield from period_faults(
            (self.starts_on, self.ends_on),
            plan=circumstances.plan_period,
            bids_close_on=self.last_bids_on(circumstances.now),
        )

    def last_bids_on(self, now: datetime) -> date:
        """The day of the deadline, where the contract counts. It is never before today."""
        return max(now, self.deadline_at).astimezone(ZoneInfo(self.time_zone)).date()

    def check_lots(self, _: Circumstances) -> Iterator[DomainError]:
        if not self.lots:
            yield errors.LotsMissing()

    def check_deadline(self, circumstances: Circumstances) -> Iterator[DomainError]:
        """Bidders have at least the lead that the settings ask for."""
        earliest = circumstances.now + circumstances.least_lead
        if self.deadline_at < earliest:
            yield errors.DeadlineTooSoon(at=earliest)

    def check_weights(self, _: Circumstances) -> Iterator[DomainError]:
        """Weights add up to exactly 100, and exactly one criterion is the price."""
        total = sum((each.weight for each in self.criteria), Decimal(0))
        if total != ALL:
            yield errors.WeightsOff(total=total)
        prices = sum(each.is_price for each in self.criteria)
        if self.criteria and prices != 1:
            yield errors.OnePriceCriterion(count=prices)
        if any(each.is_price and each.minimum is not None for each in self.criteria):
            yield errors.PriceWithoutGrade()

    def check_targets(self, _: Circumstances) -> Iterator[DomainError]:
        for target in self.sla_targets:
            yield from target.faults()

    def check_milestones(self, _: Circumstances) -> Iterator[DomainError]:
        total = sum((each.percent for each in self.milestones), Decimal(0))
        if total != ALL:
            yield errors.PercentsOff(total=total)
        yield from late_or_early(self.milestones, self.starts_on, self.ends_on)

    def check_invitations(self, circumstances: Circumstances) -> Iterator[DomainError]:
        if not self.invitations:
            yield errors.NobodyInvited()
        if any(each.organisation_id not in circumstances.admitted for each in self.invitations):
            yield errors.VendorNotAdmitted()

    def check_committee(self, circumstances: Circumstances) -> Iterator[DomainError]:
        if self.buyer_id in {member.person_id for member in self.committee}:
            yield errors.BuyerOnCommittee()
        able = circumstances.able
        unable = {each.duty for each in self.committee if (each.person_id, each.duty) not in able}
        yield from (errors.RoleMissing(duty=duty) for duty in sorted(unable))
        openers, evaluators = len(self.people(Duty.OPENER)), len(self.people(Duty.EVALUATOR))
        if openers < LEAST_OPENERS or evaluators < LEAST_EVALUATORS:
            yield errors.CommitteeTooSmall(openers=LEAST_OPENERS, evaluators=LEAST_EVALUATORS)

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


def is_open(deadline_at: Any, now: Any) -> Any:
    """Untyped because queries pass columns: `<` means the same in Python and in SQL."""
    return now < deadline_at
