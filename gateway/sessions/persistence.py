"""The table of sessions."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, String, Table, Uuid
from sqlalchemy.orm import Session, registry

from gateway.metadata import metadata
from gateway.sessions.domain import BrowserSession
from shared import db
from shared.db import Instant

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("token_sha256", sa.LargeBinary(32), nullable=False, unique=True),
    Column("csrf", String, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("address", String, nullable=False),
    Column("browser", String(300), nullable=False),
)

registry(metadata=metadata).map_imperatively(BrowserSession, sessions)


def load_own_session(session: Session, person_id: UUID, session_id: UUID) -> BrowserSession:
    own = (sessions.c.id == session_id, sessions.c.person_id == person_id)
    return db.locked(session, BrowserSession, *own, sessions.c.ended_at.is_(None))
