"""Notices to single people. They name a page and reveal nothing that is sealed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.messaging import outbox
from shared.messaging.envelope import Event

NOTICE_RAISED = "tandem.notices.notice_raised.v1"


def notify(
    session: Session,
    *,
    source: str,
    to: Iterable[UUID],
    template: str,
    subject_type: str,
    subject_id: UUID,
    path: str,
    now: datetime,
    dedupe: str,
    params: Mapping[str, str] | None = None,
    due_at: datetime | None = None,
) -> None:
    """One notice per person. The same `dedupe` never reaches a person twice."""
    for person_id in sorted(set(to)):
        data = {
            "person_id": str(person_id),
            "template": template,
            "subject": {"type": subject_type, "id": str(subject_id)},
            "params": dict(params or {}),
            "path": path,
            "due_at": due_at.isoformat() if due_at else None,
            "dedupe_key": f"{template}:{dedupe}",
        }
        notice = Event.of(NOTICE_RAISED, source=source, subject=person_id, time=now, data=data)
        outbox.record(session, notice)
