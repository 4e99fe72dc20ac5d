"""Notices as they were raised; words are found when they are read."""

import sqlalchemy as sa
from sqlalchemy import Column, String, Table, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.notifications.metadata import metadata
from shared.db import Instant

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("template", String, nullable=False),
    Column("subject_type", String, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("params", JSONB, nullable=False),
    Column("path", String, nullable=False),
    Column("due_at", Instant),
    Column("dedupe_key", String, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("read_at", Instant),
    UniqueConstraint("person_id", "dedupe_key"),
)
is_unread = notices.c.read_at.is_(None)
sa.Index("ix_notices_inbox", notices.c.person_id, notices.c.raised_at, notices.c.id)
sa.Index("ix_notices_unread", notices.c.person_id, postgresql_where=is_unread)
