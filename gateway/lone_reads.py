"""Statements that stand alone, straight through psycopg: rendered once, outside a transaction.

Why its connections wait here and not in psycopg_pool stands in decision 0040.
"""

from collections import deque, namedtuple
from threading import Semaphore
from typing import Any

import psycopg
from sqlalchemy import ClauseElement, Select
from sqlalchemy.dialects.postgresql import psycopg as postgresql

from shared import db

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # as SQLAlchemy ships it
MOST_CONNECTIONS = 13
PATIENCE_S = 30.0  # for a connection, where all are in use
CONNECT_S = 5  # to a server that takes the connection and says nothing


class NoneFree(psycopg.OperationalError):
    """All connections stayed in use."""


class Statement:
    """What psycopg takes of a statement of SQLAlchemy, and the names of its columns."""

    def __init__(self, source: ClauseElement) -> None:
        compiled = source.compile(dialect=DIALECT)
        self.text, self.constants = str(compiled), compiled.params
        names = source.selected_columns.keys() if isinstance(source, Select) else ()
        self.row: Any = namedtuple("Row", names)  # type: ignore[misc]  # known when it is rendered


class LoneReads:
    """Connections that take one statement at a time. Each may be repeated without harm."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.idle: deque[psycopg.Connection] = deque()
        self.turns = Semaphore(MOST_CONNECTIONS)

    def one(self, statement: Statement, **values: Any) -> Any:
        """The one row, or None where there is none."""
        found = self.execute(statement, values)
        row = found.fetchone()
        return row and statement.row._make(row)

    def run(self, statement: Statement, **values: Any) -> None:
        self.execute(statement, values)

    def execute(self, statement: Statement, values: dict[str, Any]) -> psycopg.Cursor:
        if not self.turns.acquire(timeout=PATIENCE_S):
            raise NoneFree
        try:
            return self.execute_now(statement.text, statement.constants | values)
        finally:
            self.turns.release()

    def execute_now(self, text: str, values: dict[str, Any]) -> psycopg.Cursor:
        """A connection that died since its last use is replaced, once, and so are its like."""
        kept = self.pop()
        if kept is None:
            return self.through(self.connect(), text, values)
        try:
            return self.through(kept, text, values)
        except psycopg.OperationalError:
            self.close()
            return self.through(self.connect(), text, values)

    def through(
        self, connection: psycopg.Connection, text: str, values: dict[str, Any]
    ) -> psycopg.Cursor:
        try:
            done = connection.execute(text, values)
        except BaseException:  # we may have left in the middle of an answer
            connection.close()
            raise
        self.idle.append(connection)
        return done

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(
            self.url,
            autocommit=True,
            connect_timeout=CONNECT_S,
            prepare_threshold=0,
            options=db.SERVER_OPTIONS,
        )

    def close(self) -> None:
        """Close what waits for a next statement."""
        while waiting := self.pop():
            waiting.close()

    def pop(self) -> psycopg.Connection | None:
        """Threads share them: whoever looks first and takes then finds none."""
        try:
            return self.idle.pop()
        except IndexError:
            return None
