"""Connections, names of constraints, and the one clock that decides deadlines."""

from collections.abc import Iterable
from datetime import datetime
from select import POLLIN, poll
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import DateTime, Engine, MetaData, create_engine, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.event import listen
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel import Labelled, NotFound

Instant = DateTime(timezone=True)
Amount = sa.Numeric(20, 6)
MOMENT = func.clock_timestamp().label("moment")  # where a statement reads other things too
CLOCK = select(MOMENT)
IDLE = "idle_in_transaction_session_timeout"
SERVER_OPTIONS = f"-c timezone=utc -c {IDLE}=60000"  # milliseconds
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# Connections, rollbacks of what ran beside, resources, locks, an operator, the system.
OUTAGES = frozenset({"08", "40", "53", "55", "57", "58"})
metadata = MetaData(naming_convention=NAMES)  # of the tables that every service has
T = TypeVar("T")


def connect(url: str, *, pool_size: int = 5, **options: Any) -> Engine:
    """`postgresql://` of a setting means psycopg 3. Connections are made on first use.

    The server ends a transaction that is left open: it would hold its locks and a connection.
    """
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        connect_args={"options": SERVER_OPTIONS},
        pool_size=pool_size,
        max_overflow=3,
        hide_parameters=True,  # or the texts of errors, which are logged, quote them
        **options,
    )
    listen(engine, "checkout", require_quiet)
    return engine


def require_quiet(connection: Any, *_: Any) -> None:
    """Along an idle connection comes nothing but its end. The pool then opens another one.

    Asking the server instead, as `pool_pre_ping` does, costs every transaction a round trip.
    """
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


def sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def clock(session: Session) -> datetime:
    """The time that decides deadlines. Ask after the lock is held: `now()` is when we began."""
    now: datetime = session.scalars(CLOCK).one()
    return now


def recordset(name: str, columns: Iterable[sa.Column[Any]]) -> Any:
    """The rows of parameter `name`, as JSON, as a table: however many, it is one statement."""
    said = func.jsonb_to_recordset(sa.bindparam(name, type_=JSONB))
    typed = said.table_valued(*(sa.column(each.name, each.type) for each in columns))
    return typed.render_derived(name=name, with_types=True)


def choice(kind: type[Labelled]) -> sa.Enum:
    """A column of one of our enumerations, kept as its value."""
    return sa.Enum(kind, native_enum=False, values_callable=list, length=40)


def locked(session: Session, kind: type[T], *conditions: sa.ColumnElement[bool]) -> T:
    """Load one entity to change it. Its row stays locked until the transaction ends."""
    statement: sa.Select[Any] = select(kind).where(*conditions).with_for_update()
    found = session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]  # the mapping is imperative


def is_outage(error: Exception) -> bool:
    """The server is gone, busy or full, which passes; other errors are about what was asked.

    By class of SQLSTATE (PostgreSQL, appendix A); a connection that is lost has none.
    """
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in OUTAGES


def one_row(session: Session, statement: sa.Executable) -> sa.Row[*tuple[Any, ...]]:
    """The row that is asked for by its key."""
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return row


def next_number(session: Session, prefix: str, year: int) -> str:
    """Number things without gaps: `RFP-2026-001`. The counter's row is locked until commit."""
    first = insert(numbers).values(prefix=prefix, year=year, last=1)
    upsert = first.on_conflict_do_update(
        index_elements=["prefix", "year"], set_={"last": numbers.c.last + 1}
    )
    last: int = session.scalars(upsert.returning(numbers.c.last)).one()
    return f"{prefix}-{year}-{last:03}"


numbers = sa.Table(
    "numbers",
    metadata,
    sa.Column("prefix", sa.String, primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)
