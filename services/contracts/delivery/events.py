"""What delivery tells others, and the pages that notices lead to."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.contracts.agreements.domain import plain
from services.contracts.agreements.events import SOURCE
from services.contracts.delivery.domain import Deliverable, Delivery, Review
from shared.files import StoredFile
from shared.messaging.envelope import Event


def deliverable_submitted(delivery: Delivery, deliverable: Deliverable, file: StoredFile) -> Event:
    at = deliverable.submitted_at
    said = {
        **version_of(deliverable),
        "sha256": file.sha256,
        "submitted_at": at.isoformat(),
    }
    return about(delivery, "tandem.contracts.deliverable_submitted.v1", at, said)


def deliverable_reviewed(delivery: Delivery, deliverable: Deliverable, review: Review) -> Event:
    """That a level has decided and how; not who, and not why."""
    at = review.reviewed_at
    said = {
        **version_of(deliverable),
        "level": review.level,
        "outcome": review.outcome.value,
        "reviewed_at": at.isoformat(),
    }
    return about(delivery, "tandem.contracts.deliverable_reviewed.v1", at, said)


def milestone_accepted(delivery: Delivery, percent: Decimal, accepted_at: datetime) -> Event:
    said = {"accepted_at": accepted_at.isoformat(), "percent": plain(percent)}
    return about(delivery, "tandem.contracts.milestone_accepted.v1", accepted_at, said)


def about(delivery: Delivery, type: str, at: datetime, said: Mapping[str, Any]) -> Event:
    known = {
        "contract_id": str(delivery.contract_id),
        "milestone_id": str(delivery.milestone_id),
        "organisation_id": str(delivery.organisation_id),
    }
    contract_id = delivery.contract_id
    return Event.of(type, source=SOURCE, subject=contract_id, time=at, data={**known, **said})


def version_of(deliverable: Deliverable) -> dict[str, Any]:
    return {"deliverable_id": str(deliverable.id), "version": deliverable.version}


def vendor_path(milestone_id: UUID) -> str:
    return f"/portal/milestones/{milestone_id}"


def staff_path(milestone_id: UUID) -> str:
    return f"/admin/milestones/{milestone_id}"
