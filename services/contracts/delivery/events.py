"""What delivery tells others, and the pages that notices lead to."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.contracts.agreements.domain import plain
from services.contracts.agreements.events import SOURCE
from services.contracts.delivery.domain import Deliverable, Delivery, Review
from shared.files import StoredFile
from shared.messaging.envelope import Event


def deliverable_submitted(delivery: Delivery, deliverable: Deliverable, file: StoredFile) -> Event:
    return Event.of(
        "tandem.contracts.deliverable_submitted.v1",
        source=SOURCE,
        subject=delivery.contract_id,
        time=deliverable.submitted_at,
        data={
            "contract_id": str(delivery.contract_id),
            "milestone_id": str(delivery.milestone_id),
            "deliverable_id": str(deliverable.id),
            "version": deliverable.version,
            "organisation_id": str(delivery.organisation_id),
            "sha256": file.sha256,
            "submitted_at": deliverable.submitted_at.isoformat(),
        },
    )


def deliverable_reviewed(delivery: Delivery, deliverable: Deliverable, review: Review) -> Event:
    """That a level has decided and how; not who, and not why."""
    return Event.of(
        "tandem.contracts.deliverable_reviewed.v1",
        source=SOURCE,
        subject=delivery.contract_id,
        time=review.reviewed_at,
        data={
            "contract_id": str(delivery.contract_id),
            "milestone_id": str(delivery.milestone_id),
            "deliverable_id": str(deliverable.id),
            "version": deliverable.version,
            "level": review.level,
            "outcome": review.outcome.value,
            "organisation_id": str(delivery.organisation_id),
            "reviewed_at": review.reviewed_at.isoformat(),
        },
    )


def milestone_accepted(delivery: Delivery, percent: Decimal, accepted_at: datetime) -> Event:
    return Event.of(
        "tandem.contracts.milestone_accepted.v1",
        source=SOURCE,
        subject=delivery.contract_id,
        time=accepted_at,
        data={
            "contract_id": str(delivery.contract_id),
            "milestone_id": str(delivery.milestone_id),
            "organisation_id": str(delivery.organisation_id),
            "accepted_at": accepted_at.isoformat(),
            "percent": plain(percent),
        },
    )


def vendor_path(milestone_id: UUID) -> str:
    return f"/portal/milestones/{milestone_id}"


def staff_path(milestone_id: UUID) -> str:
    return f"/admin/milestones/{milestone_id}"
