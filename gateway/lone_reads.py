"""Statements that stand alone, straight through psycopg: outside a transaction, for threads.

Why its connections wait here and not in psycopg_pool stands in decision 0040.
"""

from collections import deque
from threading import Semaphore
from typing import Any

import psycopg

from gateway.statements import CONNECT_S, MOST_CONNECTIONS, PATIENCE_S, Asking, Statement, T
from shared import db


class NoneFree(psycopg.OperationalError):
    """All connections stayed in use."""


class LoneReads:
    """Connections that take one statement at a time. Each may be repeated without harm."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.idle: deque[psycopg.Connection] = deque()
        self.turns = Semaphore(MOST_CONNECTIONS)

    def follow(self, asking: Asking[T]) -> T:
        row = None
        while True:
            try:
                statement, values = asking.send(row)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # what the asking returns
            row = self.one(statement, **values)

    def one(self, statement: Statement, **values: Any) -> Any:
        """The one row, or None where there is none."""
        found = self.execute(statement, values)
        row = found.fetchone() if found.description else None
        return row and statement.row._make(row)

    def execute(self, statement: Statement, values: dict[str, Any]) -> psycopg.Cursor:
        if not self.turns.acquire(timeout=PATIENCE_S):
            raise NoneFree
        text, constants = statement.named
        try:
            return self.execute_now(text, constants | values)
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
