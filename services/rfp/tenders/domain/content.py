"""What the buyer writes of an RFP, and what publishing it depends on besides."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.rfp.tenders.domain import errors
from services.rfp.tenders.domain.choices import Duty, PriceFormula
from services.rfp.tenders.domain.parts import (
    Criterion,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    SlaTarget,
)


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
    plan_period: tuple[date, date]  # the first and the last day of the plan
    admitted: Collection[UUID]  # organisations that may be invited
    able: Collection[tuple[UUID, Duty]]  # people and the duties that their roles allow
