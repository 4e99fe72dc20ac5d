"""Databases in the throwaway server, one per package under test."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import procrastinate.schema
import sqlalchemy as sa
from sqlalchemy import Engine, MetaData
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, sessionmaker

import shared.directory
import shared.files
import shared.idempotency  # the tables every service has
import shared.messaging.dead_letters
import shared.messaging.heartbeat
import shared.messaging.inbox
from shared import audit, db  # noqa: F401
from shared.kernel import Actor
from shared.messaging.outbox import outbox
from support.actors import BUYING_ORGANISATION

Sessions = sessionmaker[Session]
JOBS_SCHEMA = Path(procrastinate.schema.__file__).parent / "sql" / "schema.sql"


def make_database(server_url: str, name: str, *own: MetaData, tables: bool = True) -> Engine:
    """A new database with the shared tables, those of `own`, and the job queue; or with none."""
    admin = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    url = sa.make_url(server_url).set(database=name, drivername="postgresql")
    engine = db.connect(url.render_as_string(hide_password=False))
    if not tables:
        return engine
    with engine.begin() as connection:
        for metadata in (db.metadata, *own):
            metadata.create_all(connection)
        connection.connection.cursor().execute(JOBS_SCHEMA.read_text())
    return engine


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Sessions]:
    """Sessions whose commits are savepoints inside one transaction that is rolled back."""
    with engine.connect() as connection, connection.begin() as outer:
        # a busy machine may think for longer than a service may leave a transaction alone
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield sessionmaker(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        outer.rollback()


def emptied(engine: Engine) -> None:
    """After a test whose sessions really commit."""
    with engine.begin() as connection:
        named = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = ", ".join(connection.scalars(named))
        connection.execute(sa.text(f"TRUNCATE {tables} CASCADE"))


def rows(sessions: Sessions, table: sa.Table = outbox, **where: Any) -> list[Any]:
    """The rows of a table in the order of its primary key."""
    matching = [table.c[name] == value for name, value in where.items()]
    with sessions.begin() as session:
        found = sa.select(table).where(*matching).order_by(*table.primary_key)
        return list(session.execute(found).all())


def events(sessions: Sessions, event_type: str = "") -> list[Any]:
    """Outbox rows, of one type if one is named (`rfp_published`)."""
    return [row for row in rows(sessions) if event_type in row.headers["ce_type"]]


def know(sessions: Sessions, *known: Actor) -> None:
    """Put people and their organisations into the directory, as identity events would."""
    organisations = {actor.organisation_id: as_organisation(actor) for actor in known}
    people = [as_person(actor) for actor in known if actor.person_id]
    with sessions.begin() as session:
        keep(session, shared.directory.organisations, list(organisations.values()))
        keep(session, shared.directory.people, people)


def keep(session: Session, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(table).on_conflict_do_nothing(), rows)


def as_organisation(actor: Actor) -> dict[str, Any]:
    kinds = {"Staff": "buyer", "Auditor": "auditor", "Vendor": "vendor", "Partner": "partner"}
    of_buyer = actor.organisation_id == BUYING_ORGANISATION
    return {
        "id": actor.organisation_id,
        "kind": "buyer" if of_buyer else kinds[type(actor).__name__],
        "name": actor.organisation,
        "slug": f"s{actor.organisation_id.hex}",
        "active": True,
        "sequence": 1,
    }


def as_person(actor: Actor) -> dict[str, Any]:
    return {
        "id": actor.person_id,
        "name": actor.name,
        "email": f"{actor.name}@example.org",
        "locale": actor.locale,
        "zone": actor.zone,
        "organisation_id": actor.organisation_id,
        "roles": sorted(actor.roles),
        "active": True,
        "sequence": 1,
    }


def waits_since(session: Session, goes_on: Callable[[], bool]) -> datetime | None:
    """When somebody was seen to wait for a lock; nothing if they go on no more."""
    waiting = sa.text("SELECT clock_timestamp() FROM pg_locks WHERE NOT granted LIMIT 1")
    while (since := session.scalar(waiting)) is None and goes_on():
        time.sleep(0.02)
    return since
