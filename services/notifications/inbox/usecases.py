"""What happens to notices. Callers own the transaction; nothing here commits."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.notifications.inbox.domain import require_own_path
from services.notifications.inbox.persistence import is_unread, notices
from shared import audit
from shared.kernel import Actor, NotFound
from shared.messaging.envelope import Event


def receive_notice(session: Session, event: Event) -> UUID | None:
    """Keep a notice and answer its id; nothing if the person has one with its dedupe key."""
    require_own_path(event.data["path"])
    kept = insert(notices).values(**as_row(event)).on_conflict_do_nothing()
    notice_id: UUID | None = session.scalar(kept.returning(notices.c.id))
    if notice_id:
        detail = {"notice_id": notice_id, "template": event.data["template"]}
        note(session, event.source, event.data["person_id"], "notice_received", detail)
    return notice_id


def as_row(event: Event) -> dict[str, object]:
    data = event.data
    copied = ("person_id", "template", "params", "path", "dedupe_key", "due_at")
    return {
        **{name: data[name] for name in copied},
        "id": event.id,
        "subject_type": data["subject"]["type"],
        "subject_id": data["subject"]["id"],
        "raised_at": event.time,
    }


def read_notice(session: Session, reader: Actor, *, notice_id: UUID, now: datetime) -> str:
    """Mark one's own notice as read, the first time only, and answer where it leads."""
    own = (notices.c.id == notice_id) & (notices.c.person_id == reader.person_id)
    path: str | None = session.scalar(sa.select(notices.c.path).where(own))
    if path is None:
        raise NotFound
    if mark(session, own, now):
        note(session, reader, reader.person_id, "notice_read", {"notice_id": notice_id})
    return path


def read_all(session: Session, reader: Actor, *, now: datetime) -> int:
    """Mark everything in one's own inbox as read and say how many that were."""
    count = mark(session, notices.c.person_id == reader.person_id, now)
    if count:
        note(session, reader, reader.person_id, "notices_read", {"count": count})
    return count


def mark(session: Session, which: sa.ColumnElement[bool], now: datetime) -> int:
    read = sa.update(notices).where(which, is_unread).values(read_at=now)
    return len(session.execute(read.returning(notices.c.id)).all())


def note(
    session: Session, actor: Actor | str, person_id: object, action: str, detail: dict[str, object]
) -> None:
    audit.record(session, actor, chain=f"inbox:{person_id}", action=action, detail=detail)
