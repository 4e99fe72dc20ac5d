"""What people do to milestones. Callers own the transaction; nothing here commits."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.contracts.agreements.domain import Contract, ContractNotActive, ContractState
from services.contracts.agreements.events import SOURCE, chain
from services.contracts.delivery import events
from services.contracts.delivery.domain import (
    LARGEST_FILE,
    Decision,
    Deliverable,
    Delivery,
    Outcome,
    Review,
    review_due_at,
)
from services.contracts.delivery.persistence import (
    Promise,
    find_own_delivery,
    load_delivery_of,
    load_own_delivery,
    promise_of,
)
from shared import audit, db, directory, files
from shared.files import ReceivedFile, Storage
from shared.kernel import Staff, Vendor
from shared.messaging import outbox
from shared.messaging.notices import notify

FOLDER = "contracts"  # of the store


def plan_deliveries(session: Session, contract: Contract) -> None:
    """Each milestone of a new contract is planned."""
    session.add_all(
        Delivery(milestone.id, contract.id, contract.organisation_id)
        for milestone in contract.milestones
    )


def require_wanted(session: Session, vendor: Vendor, milestone_id: UUID) -> None:
    """Refuse what cannot be taken before a byte of it is stored."""
    find_own_delivery(session, vendor, milestone_id).require_wanted()
    require_active(promise_of(session, milestone_id))


def receive(
    vendor: Vendor, storage: Storage, chunks: Iterable[bytes], *, name: str, media_type: str
) -> AbstractContextManager[ReceivedFile]:
    """Store a stream, before a transaction begins. Its bytes go again if it becomes no version."""
    return files.received(
        storage,
        chunks,
        prefix=f"{FOLDER}/deliverables",
        name=name,
        media_type=media_type,
        limit=LARGEST_FILE,
        by=vendor.subject,
    )


def submit_deliverable(
    session: Session, vendor: Vendor, *, milestone_id: UUID, file: ReceivedFile
) -> Deliverable:
    """Take a received file as the next version."""
    delivery = load_own_delivery(session, vendor, milestone_id)
    promise = promise_of(session, milestone_id)
    require_active(promise)
    now = db.clock(session)
    deliverable = delivery.submit(file.id, vendor.subject, now)
    stored = files.keep(session, file)
    session.flush()
    detail = {
        "title": promise.title,
        "milestone_id": milestone_id,
        "deliverable_id": deliverable.id,
        "version": deliverable.version,
        "sha256": stored.sha256,
    }
    note(session, vendor, delivery, "deliverable_submitted", detail)
    outbox.record(session, events.deliverable_submitted(delivery, deliverable, stored))
    tell_reviewers(session, delivery, promise, "deliverable_submitted", now)
    return deliverable


def review_deliverable(
    session: Session,
    reviewer: Staff,
    *,
    deliverable_id: UUID,
    decision: Decision,
    reason: str = "",
    level: int | None = None,
) -> Review:
    """Record one level's decision; the last level's approval accepts the milestone."""
    delivery = load_delivery_of(session, deliverable_id)
    promise = promise_of(session, delivery.milestone_id)
    require_active(promise)
    now = db.clock(session)
    review = delivery.review(
        deliverable_id, decision, reviewer=reviewer.subject, reason=reason, level=level, now=now
    )
    session.flush()
    current = delivery.versions[-1]
    detail = {
        "title": promise.title,
        "milestone_id": delivery.milestone_id,
        "deliverable_id": deliverable_id,
        "version": current.version,
        "level": review.level,
        "reason": reason,
    }
    note(session, reviewer, delivery, f"deliverable_{review.outcome}", detail)
    outbox.record(session, events.deliverable_reviewed(delivery, current, review))
    follow_up(session, delivery, promise, review)
    return review


def follow_up(session: Session, delivery: Delivery, promise: Promise, review: Review) -> None:
    """Tell whoever is next after a review."""
    now = review.reviewed_at
    if review.outcome == Outcome.REWORK:
        tell_vendor(session, delivery, promise, "rework_requested", now)
    elif review.outcome == Outcome.REJECTED:
        tell_vendor(session, delivery, promise, "deliverable_rejected", now)
        tell_managers(session, delivery, promise, "deliverable_rejected", now)
    elif delivery.level:
        tell_reviewers(session, delivery, promise, "review_due", now)
    else:
        accept_milestone(session, delivery, promise, now)


def accept_milestone(session: Session, delivery: Delivery, promise: Promise, now: datetime) -> None:
    detail = {"title": promise.title, "milestone_id": delivery.milestone_id}
    note(session, "contracts", delivery, "milestone_accepted", detail)
    outbox.record(session, events.milestone_accepted(delivery, promise.percent, now))
    tell_vendor(session, delivery, promise, "milestone_accepted", now)
    tell_managers(session, delivery, promise, "milestone_accepted", now)


def require_active(promise: Promise) -> None:
    if promise.contract_state != ContractState.ACTIVE:
        raise ContractNotActive(number=promise.contract_number)


def note(
    session: Session,
    actor: Staff | Vendor | str,
    delivery: Delivery,
    action: str,
    detail: dict[str, object],
) -> None:
    audit.record(session, actor, chain=chain(delivery.contract_id), action=action, detail=detail)


def tell_reviewers(
    session: Session, delivery: Delivery, promise: Promise, template: str, now: datetime
) -> None:
    """Those who may decide at the level whose turn it is; where there are none, the managers."""
    reviewers = directory.people_with_role(session, "quality")
    able = [each.id for each in reviewers if delivery.refusal(f"usr_{each.id}") is None]
    due_at = review_due_at(now, promise.time_zone)
    tell(session, delivery, promise, template, now, to=able, due_at=due_at)
    if not able:
        tell_managers(session, delivery, promise, "reviewer_missing", now)


def tell_managers(
    session: Session, delivery: Delivery, promise: Promise, template: str, now: datetime
) -> None:
    managers = directory.ids(directory.people_with_role(session, "contract_manager"))
    tell(session, delivery, promise, template, now, to=managers)


def tell_vendor(
    session: Session, delivery: Delivery, promise: Promise, template: str, now: datetime
) -> None:
    people = directory.ids(directory.people_of(session, delivery.organisation_id))
    path = events.vendor_path(delivery.milestone_id)
    tell(session, delivery, promise, template, now, to=people, path=path)


def tell(
    session: Session,
    delivery: Delivery,
    promise: Promise,
    template: str,
    now: datetime,
    *,
    to: Iterable[UUID],
    path: str = "",
    due_at: datetime | None = None,
) -> None:
    current = delivery.versions[-1]
    notify(
        session,
        source=SOURCE,
        to=to,
        template=template,
        subject_type="milestone",
        subject_id=delivery.milestone_id,
        path=path or events.staff_path(delivery.milestone_id),
        now=now,
        due_at=due_at,
        params={"number": promise.contract_number, "title": promise.title},
        dedupe=f"{current.id}:{delivery.level}",
    )
