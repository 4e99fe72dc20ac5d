"""A contract, and how both sides bring it into force."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.contracts.agreements.domain.choices import (
    ACCEPTANCE,
    DECLINABLE,
    ContractState,
    Fault,
    Side,
)
from services.contracts.agreements.domain.errors import (
    AlreadyAccepted,
    ContractDeclined,
    DeclineReasonNeeded,
    NotDeclinable,
    StandstillRuns,
    TermsDiffer,
    TermsFaulty,
)
from services.contracts.agreements.domain.terms import (
    MilestoneTerm,
    SlaTerm,
    spelled,
    tiers_are_whole,
)
from shared.kernel import Money, uuid7


@dataclass(eq=False)
class Acceptance:
    """Who accepted for a side, and the fingerprint of exactly what."""

    side: Side
    accepted_at: datetime
    accepted_by: str
    terms_sha256: str


@dataclass(eq=False, kw_only=True)
class Contract:
    """Money is in the currency of `value`; the period includes both days, in `time_zone`."""

    number: str
    title: str
    rfp_id: UUID
    lot_id: UUID
    award_id: UUID
    plan_id: UUID
    organisation_id: UUID
    buyer_id: UUID
    tier: int
    value: Money
    monthly: Decimal
    one_off: Decimal
    starts_on: date
    ends_on: date
    time_zone: str
    standstill_ends_at: datetime
    drafted_at: datetime
    sla: list[SlaTerm]
    milestones: list[MilestoneTerm]
    documents: Sequence[Mapping[str, str]]
    state: ContractState = ContractState.DRAFT
    activated_at: datetime | None = None
    declined_at: datetime | None = None
    declined_side: Side | None = None
    decline_reason: str = ""
    acceptances: list[Acceptance] = field(default_factory=list)
    id: UUID = field(default_factory=uuid7)

    @property
    def is_active(self) -> bool:
        return self.state == ContractState.ACTIVE

    def accept(self, side: Side, by: str, shown: str | None, now: datetime) -> Acceptance:
        """Accept for one side. `shown` is the fingerprint of the terms that were on the page."""
        if self.state == ContractState.DECLINED:
            raise ContractDeclined(number=self.number)
        following = ACCEPTANCE.get((self.state, side))
        if following is None:
            raise AlreadyAccepted
        if now < self.standstill_ends_at:
            raise StandstillRuns(until=self.standstill_ends_at)
        if fault := next(iter(self.faults()), None):
            raise TermsFaulty(fault=fault)
        digest = self.terms_sha256()
        if shown is not None and shown != digest:
            raise TermsDiffer
        self.state = following
        self.activated_at = now if self.is_active else None
        acceptance = Acceptance(side, now, by, digest)
        self.acceptances.append(acceptance)
        return acceptance

    def decline(self, side: Side, reason: str, now: datetime) -> None:
        """End a draft for good. The reason is for the other side to read."""
        if self.state not in DECLINABLE:
            raise NotDeclinable(number=self.number, state=self.state)
        if not (said := reason.strip()):
            raise DeclineReasonNeeded
        self.state = ContractState.DECLINED
        self.declined_at, self.declined_side, self.decline_reason = now, side, said

    def faults(self) -> list[Fault]:
        """Why nobody can accept these terms; empty for good ones."""
        numbers = [milestone.number for milestone in self.milestones]
        share = sum((milestone.percent for milestone in self.milestones), Decimal(0))
        found = {
            Fault.SHARES: bool(self.milestones) and share != 100,
            Fault.NUMBERS: numbers != list(range(1, len(numbers) + 1)),
            Fault.PERIOD: self.ends_on < self.starts_on,
            Fault.TIERS: not all(tiers_are_whole(term.tiers) for term in self.sla),
            Fault.UNITS: not all(term.has_known_unit for term in self.sla),
        }
        return [fault for fault, there in found.items() if there]

    def terms(self) -> dict[str, Any]:
        """Everything both sides accept, as JSON values."""
        return {
            "number": self.number,
            "title": self.title,
            "award_id": str(self.award_id),
            "buyer_id": str(self.buyer_id),
            "organisation_id": str(self.organisation_id),
            "value": spelled(self.value),
            "charges": self.charges(),
            "period": self.period(),
            "time_zone": self.time_zone,
            "sla": [term.terms() for term in self.sla],
            "milestones": [
                {**each.terms(), "acceptance_criteria": each.acceptance_criteria}
                for each in self.milestones
            ],
            "documents": [dict(document) for document in self.documents],
        }

    def terms_sha256(self) -> str:
        """SHA-256 over the terms as JSON: sorted keys, no spaces, UTF-8."""
        said = json.dumps(self.terms(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()

    def charges(self) -> dict[str, str]:
        currency = self.value.currency
        return {
            "monthly": spelled(Money(self.monthly, currency))["amount"],
            "one_off": spelled(Money(self.one_off, currency))["amount"],
        }

    def period(self) -> dict[str, str]:
        return {"starts_on": self.starts_on.isoformat(), "ends_on": self.ends_on.isoformat()}
