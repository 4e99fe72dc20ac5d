"""Which keys were used, and what was answered; `shared.web.idempotency` gives the answer again."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from shared.db import Instant, metadata

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("endpoint", sa.String, primary_key=True),
    sa.Column("key", sa.Uuid, primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("location", sa.String),
    sa.Column("body", JSONB),
    sa.Column("used_at", Instant, nullable=False, server_default=sa.func.clock_timestamp()),
)


def purge(session: Session, *, before: datetime) -> None:
    """A key that comes again after that is taken for a new one."""
    session.execute(sa.delete(idempotency_keys).where(idempotency_keys.c.used_at < before))
