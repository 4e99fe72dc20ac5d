"""The table of failed attempts."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, registry

from gateway.accounts.domain import Attempts
from gateway.metadata import metadata
from shared import db
from shared.db import Instant

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("free", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("last_failed_at", Instant, nullable=False),
)

registry(metadata=metadata).map_imperatively(Attempts, login_attempts)


def load_attempts(session: Session, key: str, *, free: int, now: datetime) -> Attempts:
    """Locked until the transaction ends, also where there were none before.

    The INSERT itself locks a row that is there: a login at the same moment may be forgetting it.
    """
    row = insert(login_attempts).values(key=key, free=free, failures=0, last_failed_at=now)
    session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"key": key}))
    return db.locked(session, Attempts, login_attempts.c.key == key)


def forget_attempts(session: Session, key: str) -> None:
    session.execute(sa.delete(login_attempts).where(login_attempts.c.key == key))


def forgive_one(session: Session, key: str) -> None:
    """One try turned out well. The others of this key still count."""
    one = sa.update(login_attempts).where(login_attempts.c.key == key)
    session.execute(one.values(failures=login_attempts.c.failures - 1))


def purge_attempts(session: Session, *, before: datetime) -> None:
    session.execute(sa.delete(login_attempts).where(login_attempts.c.last_failed_at < before))
