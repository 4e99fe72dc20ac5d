"""When a bid is taken, what makes it complete, and who opens it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.rfp.bids.domain.content import BidContent, Promise
from services.rfp.bids.domain.errors import (
    BidExists,
    BidMissing,
    BidsOpened,
    LinesMissing,
    NotAnOpener,
    PromiseBeyondScale,
    PromiseMissing,
    PromiseTooWeak,
    PromiseUnknown,
    TooEarly,
)
from services.rfp.tenders.domain import Direction, Duty, Rfp, SlaTarget, Stage
from services.rfp.tenders.domain.errors import RfpCancelled
from shared.calendar import WorkingDays, midnight
from shared.kernel import N_, DomainError, Labelled, uuid7

MORNING = 8  # o'clock


class BidState(Labelled):
    SUBMITTED = "submitted", N_("Sealed")
    REPLACED = "replaced", N_("Replaced")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    OPENED = "opened", N_("Opened")
    UNREADABLE = "unreadable", N_("Could not be read")


class DocumentState(Labelled):
    """Of a file after the opening, when a job decrypts it."""

    SEALED = "sealed", N_("Being decrypted")
    READABLE = "readable", N_("Readable")
    DAMAGED = "damaged", N_("Could not be read")


@dataclass(eq=False)
class Bid:
    """`sha256` and `padded_size` (bytes) are of the envelope, which alone says what is bid."""

    lot_id: UUID
    vendor_id: UUID
    version: int
    received_at: datetime
    sha256: str
    padded_size: int
    envelope: bytes
    state: BidState = BidState.SUBMITTED
    id: UUID = field(default_factory=uuid7)


def next_version(current: Bid | None, *, replace: bool, last: int = 0) -> int:
    """The version of the bid that comes now. A second one has to say that it replaces the first.

    `last` is the version of one that was withdrawn: versions are never given twice.
    """
    if current and not replace:
        raise BidExists
    if replace and not current:
        raise BidMissing
    return (current.version if current else last) + 1


def bid_context(lot_id: UUID, vendor_id: UUID, version: int) -> str:
    """The one place in which the envelope of a bid opens."""
    return f"bid|{lot_id}|{vendor_id}|{version}"


def draft_context(lot_id: UUID, vendor_id: UUID) -> str:
    return f"draft|{lot_id}|{vendor_id}"


def require_complete(content: BidContent, targets: Sequence[SlaTarget]) -> None:
    """At least one price, and for each SLA target a promise no weaker than its minimum."""
    if not content.lines:
        raise LinesMissing
    for fault in promise_faults(content.promises, targets).values():
        raise fault
    known = {target.id for target in targets}
    promised = [promise.target_id for promise in content.promises]
    if not known.issuperset(promised) or len(set(promised)) < len(promised):
        raise PromiseUnknown


def promise_faults(
    promises: Iterable[Promise], targets: Iterable[SlaTarget]
) -> Mapping[UUID, DomainError]:
    """What is wrong with the promises, by target."""
    promised = {promise.target_id: promise.value for promise in promises}
    faults: dict[UUID, DomainError] = {}
    for target in targets:
        value = promised.get(target.id)
        if value is None:
            faults[target.id] = PromiseMissing(title=target.title)
        elif not target.fits(value):
            faults[target.id] = PromiseBeyondScale(title=target.title, top=target.top)
        elif target.minimum is not None and (
            value < target.minimum
            if target.direction is Direction.HIGHER
            else value > target.minimum
        ):
            said = {"title": target.title, "value": value, "minimum": target.minimum}
            faults[target.id] = PromiseTooWeak(**said)
    return faults


def opening_due(deadline_at: datetime, zone: str) -> datetime:
    """Openers have until the end of the next working day after the deadline, in the RFP's zone."""
    last = WorkingDays().after(deadline_at.astimezone(ZoneInfo(zone)).date(), 1)
    return midnight(zone, last + timedelta(days=1))


def reminder_day(deadline_at: datetime, now: datetime, zone: str) -> date | None:
    """The day on which to ask the openers again: a working day after the one of the deadline.

    From eight in the morning, in the RFP's zone. At other times nobody is asked.
    """
    local = now.astimezone(ZoneInfo(zone))
    late = local.date() > deadline_at.astimezone(ZoneInfo(zone)).date()
    asks = late and local.hour >= MORNING and local.date() in WorkingDays()
    return local.date() if asks else None


def require_opener(rfp: Rfp, person_id: UUID, now: datetime) -> None:
    """After the deadline only, once, and by the openers that the RFP names."""
    stage = rfp.stage(now)
    if stage is Stage.CANCELLED:
        raise RfpCancelled(title=rfp.title)
    if stage in (Stage.DRAFT, Stage.OPEN):
        raise TooEarly(at=rfp.deadline_at)
    if person_id not in rfp.people(Duty.OPENER):
        raise NotAnOpener
    if stage is not Stage.CLOSED:
        raise BidsOpened
