"""Reads of one's own inbox."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.notifications.inbox.persistence import is_unread, notices
from shared.kernel import Actor


@dataclass(frozen=True)
class Notice:
    id: UUID
    template: str
    subject_type: str
    subject_id: UUID
    params: Mapping[str, str]
    path: str
    due_at: datetime | None
    raised_at: datetime
    read_at: datetime | None


NOTICE = [notices.c[name] for name in Notice.__dataclass_fields__]
ORDER = (notices.c.raised_at, notices.c.id)


def own_notices(reader: Actor, *, unread: bool = False) -> sa.Select[Any]:
    """All of one's notices or those not yet read, for `paginate` with ORDER and Notice."""
    own = select(*NOTICE).where(notices.c.person_id == reader.person_id)
    return own.where(is_unread) if unread else own


def unread_count(session: Session, reader: Actor) -> int:
    own = select(func.count()).where(notices.c.person_id == reader.person_id, is_unread)
    return session.scalar(own) or 0
