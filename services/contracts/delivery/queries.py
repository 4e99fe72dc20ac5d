"""Reads of milestones. Each takes who is asking and returns only what they may see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from services.contracts.agreements.domain import ContractState, end_of
from services.contracts.agreements.persistence import contracts, milestones, visible_to
from services.contracts.agreements.queries import Listing, Task, TaskKind
from services.contracts.delivery import events
from services.contracts.delivery.domain import (
    REVIEWED,
    WANTED,
    Deliverable,
    Delivery,
    DeliveryState,
    Outcome,
    review_due_at,
)
from services.contracts.delivery.persistence import deliverables, deliveries
from shared import directory, files
from shared.directory import organisations
from shared.files import StoredFile
from shared.kernel import N_, Actor, Forbidden, NotFound, Staff, Vendor, subject_id

SHOWN = {
    "todo": WANTED,
    "review": REVIEWED,
    "done": frozenset({DeliveryState.ACCEPTED, DeliveryState.REJECTED}),
}


@dataclass(frozen=True)
class MilestoneRow:
    id: UUID
    number: int
    title: str
    due_on: date
    percent: Decimal
    contract_id: UUID
    contract_number: str
    contract_title: str
    time_zone: str
    vendor: str
    state: DeliveryState
    level: int
    waits_since: datetime | None

    @property
    def due_at(self) -> datetime:
        """When the vendor's part is due, or, while it is reviewed, the review."""
        if self.waits_since:
            return review_due_at(self.waits_since, self.time_zone)
        return end_of(self.due_on, self.time_zone)

    @property
    def is_open(self) -> bool:
        return self.state in WANTED or self.state in REVIEWED


@dataclass(frozen=True)
class ReviewView:
    level: int
    outcome: Outcome
    reason: str
    reviewed_at: datetime
    who: str


@dataclass(frozen=True)
class VersionView:
    id: UUID
    version: int
    submitted_at: datetime
    who: str
    file: StoredFile
    reviews: Sequence[ReviewView]
    content_of: int = 0  # the first version that had this content


@dataclass(frozen=True)
class MilestoneView:
    """A milestone with all its versions, newest first. Names of people stay on their own side."""

    row: MilestoneRow
    acceptance_criteria: str
    contract_active: bool
    contract_declined: bool
    organisation_id: UUID
    accepted_at: datetime | None
    versions: Sequence[VersionView]
    may_review: bool
    refusal: Forbidden | None

    @property
    def current(self) -> VersionView | None:
        return self.versions[0] if self.versions else None

    @property
    def wanted(self) -> bool:
        return self.contract_active and self.row.state in WANTED


ROW: list[Any] = [
    milestones.c.id,
    milestones.c.number,
    milestones.c.title,
    milestones.c.due_on,
    milestones.c.percent,
    contracts.c.id,
    contracts.c.number,
    contracts.c.title,
    contracts.c.time_zone,
    sa.func.coalesce(organisations.c.name, ""),
    deliveries.c.state,
    deliveries.c.level,
    deliveries.c.waits_since,
]


def rows_seen_by(actor: Actor) -> sa.Select[Any]:
    return (
        select(*ROW)
        .select_from(milestones)
        .join(contracts)
        .join(deliveries, deliveries.c.milestone_id == milestones.c.id)
        .outerjoin(organisations, organisations.c.id == contracts.c.organisation_id)
        .where(visible_to(actor))
    )


def milestones_seen_by(actor: Actor, show: str = "") -> Listing:
    """Milestones of contracts in force, the earliest due date first."""
    statement = rows_seen_by(actor).where(contracts.c.state == ContractState.ACTIVE)
    if show in SHOWN:
        statement = statement.where(deliveries.c.state.in_(SHOWN[show]))
    return Listing(statement, [milestones.c.due_on, milestones.c.id], MilestoneRow)


def reviews_waiting(reader: Actor) -> Listing:
    """Milestones that a level of review has to decide on, the longest waiting first."""
    waiting = rows_seen_by(reader).where(deliveries.c.waits_since.is_not(None))
    return Listing(waiting, [deliveries.c.waits_since, milestones.c.id], MilestoneRow)


def milestones_of(session: Session, actor: Actor, contract_id: UUID) -> list[MilestoneRow]:
    own = rows_seen_by(actor).where(contracts.c.id == contract_id)
    rows = session.execute(own.order_by(milestones.c.number).limit(200))
    return [MilestoneRow(*row) for row in rows]


def milestone(session: Session, actor: Actor, milestone_id: UUID) -> MilestoneView:
    more = (milestones.c.acceptance_criteria, contracts.c.state, contracts.c.organisation_id)
    found = rows_seen_by(actor).where(milestones.c.id == milestone_id).add_columns(*more)
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound
    delivery = session.get_one(Delivery, milestone_id)
    reviewing = may_review_at_all(actor) and delivery.state in REVIEWED
    refusal = delivery.refusal(actor.subject) if reviewing else None
    criteria, contract_state, organisation_id = row[len(ROW) :]
    return MilestoneView(
        row=MilestoneRow(*row[: len(ROW)]),
        acceptance_criteria=criteria,
        contract_active=contract_state == ContractState.ACTIVE,
        contract_declined=contract_state == ContractState.DECLINED,
        organisation_id=organisation_id,
        accepted_at=delivery.accepted_at,
        versions=versions_of(session, actor, delivery),
        may_review=reviewing and refusal is None,
        refusal=refusal,
    )


def versions_of(session: Session, actor: Actor, delivery: Delivery) -> list[VersionView]:
    """Newest first."""
    views = [version_view(session, actor, each) for each in reversed(delivery.versions)]
    first = {view.file.sha256: view.version for view in views}  # the oldest comes last
    return [replace(view, content_of=first[view.file.sha256]) for view in views]


def version_view(session: Session, actor: Actor, each: Deliverable) -> VersionView:
    def name(subject: str, *, of_vendor: bool) -> str:
        known = isinstance(actor, Vendor) == of_vendor
        return directory.person_name(session, subject_id(subject, "usr")) if known else ""

    said = [
        ReviewView(r.level, r.outcome, r.reason, r.reviewed_at, name(r.reviewer, of_vendor=False))
        for r in each.reviews
    ]
    submitter, file = (
        name(each.submitted_by, of_vendor=True),
        files.load_file(session, each.file_id),
    )
    return VersionView(each.id, each.version, each.submitted_at, submitter, file, said)


def version_file(session: Session, actor: Actor, deliverable_id: UUID) -> StoredFile:
    """The file of a version whose contract the actor may see."""
    own = (
        select(deliverables.c.file_id)
        .join(deliveries, deliveries.c.milestone_id == deliverables.c.milestone_id)
        .join(contracts, contracts.c.id == deliveries.c.contract_id)
        .where(deliverables.c.id == deliverable_id, visible_to(actor))
    )
    file_id = session.scalar(own)
    if file_id is None:
        raise NotFound
    return files.load_file(session, file_id)


def may_review_at_all(actor: Actor) -> bool:
    return isinstance(actor, Staff) and "quality" in actor.roles


def tasks(session: Session, actor: Actor, contract_id: UUID | None = None) -> list[Task]:
    """What there is to hand in or to review. Of one contract also what others have to do."""
    open_now = rows_seen_by(actor).where(
        contracts.c.state == ContractState.ACTIVE, deliveries.c.state.in_(WANTED | REVIEWED)
    )
    if contract_id:
        open_now = open_now.where(contracts.c.id == contract_id)
    elif not isinstance(actor, Vendor):
        open_now = open_now.where(deliveries.c.state.in_(REVIEWED))
    ordered = open_now.order_by(milestones.c.due_on, milestones.c.id).limit(200)
    rows = [MilestoneRow(*row) for row in session.execute(ordered)]
    everything = [task(session, actor, row) for row in rows]
    concerned = isinstance(actor, Vendor) or "contract_manager" in actor.roles or contract_id
    return [each for each in everything if each.mine or concerned]


def task(session: Session, actor: Actor, row: MilestoneRow) -> Task:
    wanted, vendor = row.state in WANTED, isinstance(actor, Vendor)
    kind = TaskKind.SUBMIT if wanted else TaskKind.REVIEW
    kind = TaskKind.RESUBMIT if row.state == DeliveryState.REWORK else kind
    mine = vendor if wanted else can_review(session, actor, row.id)
    path = events.vendor_path(row.id) if vendor else events.staff_path(row.id)
    of = (row.contract_id, row.contract_number, row.title)
    return Task(kind, mine, *of, path, row.due_at, why(wanted, mine))


def why(wanted: bool, mine: bool) -> str:
    if wanted:
        return N_("Your company delivers it") if mine else N_("Waits for the vendor")
    return N_("You review quality") if mine else N_("Waits for review")


def can_review(session: Session, actor: Actor, milestone_id: UUID) -> bool:
    if not may_review_at_all(actor):
        return False
    loaded = selectinload(Delivery.versions).selectinload(Deliverable.reviews)  # type: ignore[arg-type]
    delivery = session.get_one(Delivery, milestone_id, options=[loaded])
    return delivery.refusal(actor.subject) is None
