"""One database transaction around what a request does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app, g
from sqlalchemy.orm import Session


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Open:
    """The transaction of this request. Once a part of it failed nothing of it is kept."""

    session: Session
    failed: bool = False


@contextmanager
def transaction() -> Iterator[Session]:
    """A transaction that commits when the block ends and rolls back if it raises.

    Inside an open one the same session is handed out and the outermost block commits. If an inner
    block raises, all of it is rolled back at once, even where the outer block catches the error.
    """
    outer: Open | None = g.get("transaction")
    if outer is None:
        with outermost() as session:
            yield session
    else:
        yield from joined(outer)


@contextmanager
def outermost() -> Iterator[Session]:
    with current_app.extensions["sessions"]() as session:
        g.transaction = opened = Open(session)
        try:
            yield session
            if not opened.failed:
                session.commit()
        finally:
            g.transaction = None


def joined(outer: Open) -> Iterator[Session]:
    try:
        yield outer.session
    except BaseException:
        outer.failed = True
        outer.session.rollback()
        raise
