"""Which mails wait."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.channels.persistence import is_waiting, mails

PATIENCE = timedelta(minutes=1)
GIVE_UP = timedelta(days=3)


def overdue_mails(session: Session, *, limit: int = 500) -> list[UUID]:
    """Mails that their own job has not brought away, oldest first; none older than three days."""
    now = func.clock_timestamp()
    overdue = mails.c.queued_at.between(now - GIVE_UP, now - PATIENCE)
    waiting = select(mails.c.notice_id).where(is_waiting, overdue)
    return list(
        session.scalars(waiting.order_by(mails.c.queued_at, mails.c.notice_id).limit(limit))
    )
