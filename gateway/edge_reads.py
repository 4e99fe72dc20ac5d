"""The same statements as in `lone_reads`, through asyncpg: one loop, and nobody waits in it."""

import asyncio
from collections import deque
from typing import Any

import asyncpg

from gateway.statements import CONNECT_S, MOST_CONNECTIONS, PATIENCE_S, Asking, Statement, T
from shared import db

FAULTS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)  # a timeout is an OSError


class DatabaseAway(Exception):
    """It cannot be reached, or did not do what it was asked."""


class EdgeReads:
    """Connections that take one statement at a time. Each may be repeated without harm."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.idle: deque[asyncpg.Connection] = deque()
        self.turns = asyncio.Semaphore(MOST_CONNECTIONS)

    async def follow(self, asking: Asking[T]) -> T:
        row = None
        while True:
            try:
                statement, values = asking.send(row)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # what the asking returns
            row = await self.one(statement, **values)

    async def one(self, statement: Statement, **values: Any) -> Any:
        """The one row, or None where there is none."""
        text, names, constants = statement.numbered
        arguments = [values[name] if name in values else constants[name] for name in names]
        try:
            row = await self.in_turn(text, arguments)
        except FAULTS as fault:
            raise DatabaseAway(type(fault).__name__) from fault
        return row and statement.row._make(row)

    async def in_turn(self, text: str, arguments: list[Any]) -> Any:
        if self.turns.locked():
            async with asyncio.timeout(PATIENCE_S):
                await self.turns.acquire()
        else:
            await self.turns.acquire()  # at once
        try:
            return await self.fetch(text, arguments)
        finally:
            self.turns.release()

    async def fetch(self, text: str, arguments: list[Any]) -> Any:
        """A connection that died since its last use is replaced, once, and so are its like."""
        if self.idle:
            try:
                return await self.through(self.idle.pop(), text, arguments)
            except FAULTS:
                self.close()
        return await self.through(await self.connect(), text, arguments)

    async def through(self, connection: asyncpg.Connection, text: str, arguments: list[Any]) -> Any:
        try:
            row = await connection.fetchrow(text, *arguments)
        except BaseException:  # we may have left in the middle of an answer
            connection.terminate()
            raise
        self.idle.append(connection)
        return row

    async def connect(self) -> asyncpg.Connection:
        settings = {"options": db.SERVER_OPTIONS}
        return await asyncpg.connect(self.url, timeout=CONNECT_S, server_settings=settings)

    def close(self) -> None:
        """Close what waits for a next statement."""
        while self.idle:
            self.idle.pop().terminate()
