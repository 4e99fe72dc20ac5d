"""Mails that wait, and those that have gone. Addresses stay in the directory."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, String, Table, Uuid, func, select
from sqlalchemy.orm import Session

from services.notifications.inbox.persistence import notices
from services.notifications.metadata import metadata
from shared.db import Instant

mails = Table(
    "mails",
    metadata,
    Column("notice_id", Uuid, ForeignKey(notices.c.id), primary_key=True),
    Column("queued_at", Instant, nullable=False, server_default=func.clock_timestamp()),
    Column("mail_sent_at", Instant),
    Column("dropped_because", String),  # there is nobody (any more) to send it to
)
is_waiting = mails.c.mail_sent_at.is_(None) & mails.c.dropped_because.is_(None)
sa.Index("ix_mails_waiting", mails.c.queued_at, postgresql_where=is_waiting)


@dataclass(frozen=True)
class Mail:
    notice_id: UUID
    person_id: UUID
    template: str
    params: Mapping[str, str]
    path: str
    due_at: datetime | None
    raised_at: datetime


MAIL: list[Column[Any]] = [
    mails.c.notice_id,
    *(notices.c[name] for name in ("person_id", "template", "params", "path", "due_at")),
    notices.c.raised_at,
]


def load_waiting_mail(session: Session, notice_id: UUID) -> Mail | None:
    """The mail, locked, if it still waits and nobody else is sending it."""
    waiting = select(*MAIL).join(notices).where(mails.c.notice_id == notice_id, is_waiting)
    row = session.execute(waiting.with_for_update(of=mails, skip_locked=True)).one_or_none()
    return Mail(*row) if row else None
