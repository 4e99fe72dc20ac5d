"""How bytes move between a client and a service. Streams both ways; keeps connections alive."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from gateway.connection import Connection
from gateway.reading import UpstreamSilent
from gateway.sending import Outgoing, head_of, in_chunks

CONNECT_S = 2.0
ANSWER_S = 30.0
SILENCE_S = 300.0  # between two pieces of an answer that streams
IDLE_S = 50.0  # services keep a connection for longer
FRESH_S = 1.0  # what cannot be sent twice takes only a connection used a moment ago
MOST_CONNECTIONS = 64
IDEMPOTENT = frozenset({"GET", "HEAD"})


class UpstreamAway(Exception):
    """Nobody takes connections there."""


class UpstreamBusy(Exception):
    """All connections to it are in use."""


class Upstream:
    """One service: where it listens, and the connections that wait for the next request."""

    def __init__(self, url: str, *, answer_s: float = ANSWER_S) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.answer_s = answer_s
        self.idle: deque[tuple[float, Connection]] = deque()
        self.in_use = 0

    async def send(self, request: Outgoing) -> "Answer":
        """Send and read the answer; of a long one, the head: its body is still to come.

        A kept connection may have died unseen: a read of which nothing came back is tried again.
        """
        head = head_of(request)
        if self.in_use >= MOST_CONNECTIONS:
            raise UpstreamBusy
        self.in_use += 1
        try:
            return await self.exchange(head, request)
        except BaseException:
            self.in_use -= 1
            raise

    async def exchange(self, head: bytes, request: Outgoing) -> "Answer":
        repeatable = request.method in IDEMPOTENT and request.length == 0
        kept = self.take(IDLE_S if repeatable else FRESH_S)
        if kept:
            try:
                return await self.through(kept, head, request)
            except UpstreamSilent:
                if not repeatable:
                    raise
        return await self.through(await self.connect(), head, request)

    def take(self, idle_s: float) -> Connection | None:
        """The connection used last, unless its service has closed it or said something."""
        while self.idle:
            since, connection = self.idle.pop()
            if time.monotonic() - since < idle_s and connection.may_be_used:
                return connection
            connection.close()
        return None

    async def connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                _, made = await loop.create_connection(Connection, self.host, self.port)
        except OSError as fault:  # also where the time was up
            raise UpstreamAway from fault
        return made

    def close(self) -> None:
        """Close what waits for a next request."""
        while self.idle:
            self.idle.pop()[1].close()

    async def through(self, connection: Connection, head: bytes, request: Outgoing) -> "Answer":
        body, complete = request.body, True
        try:
            if isinstance(body, bytes):
                connection.ask(request.method, head + body)
            else:
                connection.ask(request.method, head)
                travelling = body if request.length is not None else in_chunks(body)
                complete = await connection.send(travelling, self.answer_s)
            await connection.answered(self.answer_s)
            if not isinstance(body, bytes) and connection.reading.code >= 400:
                complete = False  # what was refused may not have been read to its end
        except BaseException:  # also where the client went away, or sent too much
            connection.close()
            raise
        return Answer(self, connection, complete=complete)

    def release(self, connection: Connection, *, reusable: bool) -> None:
        self.in_use -= 1
        if reusable and not connection.is_closed:
            connection.rest()
            self.idle.append((time.monotonic(), connection))
        else:
            connection.close()


class Answer:
    """The head of an answer, and its body as it comes. Close it in any case."""

    def __init__(self, upstream: Upstream, connection: Connection, *, complete: bool) -> None:
        self.upstream, self.connection, self.reading = upstream, connection, connection.reading
        self.complete, self.is_closed = complete, False
        self.code, self.headers = self.reading.code, self.reading.fields
        if self.reading.is_whole:
            self.close()

    @property
    def whole(self) -> bytes | None:
        """The body of one that has come to its end already."""
        return self.reading.taken() if self.reading.is_whole else None

    async def pieces(self) -> AsyncIterator[bytes]:
        """Where the service hangs up early, the client must not take what came for the whole."""
        while piece := await self.connection.piece(SILENCE_S):
            yield piece

    async def read(self) -> bytes:
        """All of it, however long."""
        try:
            whole = self.whole
            return b"".join([each async for each in self.pieces()]) if whole is None else whole
        finally:
            self.close()

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            whole = self.reading.is_whole and self.reading.may_follow
            self.upstream.release(self.connection, reusable=whole and self.complete)
