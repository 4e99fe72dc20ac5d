"""One connection to a service: it takes a request at a time, and reads what comes back."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress

from gateway.reading import SMALL, Reading, UpstreamBroken
from gateway.sending import is_quiet

CHUNK = SMALL  # what one read brings at most
TICK_S = 0.002  # timers are not more exact


class UpstreamSlow(Exception):
    """It took the request and did not answer in time."""


class Connection(asyncio.Protocol):
    """The loop calls the methods that asyncio names; whoever asks waits for what they note."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.reading = Reading("GET")
        self.reading.is_whole = True  # nothing has been asked yet
        self.fault: Exception | None = None
        self.waiter: asyncio.Future[None] | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.heard_at = 0.0
        self.is_closed = self.is_full = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self.descriptor: int = transport.get_extra_info("socket").fileno()

    def data_received(self, arrived: bytes) -> None:
        if self.reading.is_whole:  # nobody has asked
            self.close()
            return
        self.heard_at = self.loop.time()
        self.feed(arrived)
        if self.reading.pieces and not self.reading.is_small:
            self.transport.pause_reading()  # until somebody takes them

    def feed(self, arrived: bytes) -> None:
        try:
            self.reading.feed(arrived)
        except UpstreamBroken as fault:
            self.fail(fault)
        else:
            if self.reading.is_due:
                self.wake()

    def eof_received(self) -> None:
        if not self.reading.is_whole:
            self.feed(b"")
        self.is_closed = True

    def connection_lost(self, fault: Exception | None) -> None:
        if not self.is_closed and not self.reading.is_whole:
            self.read_on()
        self.is_closed, self.is_full = True, False
        if not self.reading.is_whole:
            self.fail(self.reading.broken())
        self.wake()

    def read_on(self) -> None:
        """What came before the end: a service that does not want all of a body says so, and leaves.

        A write that fails then ends the connection before the loop reads why.
        """
        with suppress(OSError):
            while arrived := os.read(self.descriptor, CHUNK):
                self.feed(arrived)

    def pause_writing(self) -> None:
        self.is_full = True

    def resume_writing(self) -> None:
        self.is_full = False
        self.wake()

    def fail(self, fault: Exception) -> None:
        self.fault = self.fault or fault
        self.wake()

    def wake(self) -> None:
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(None)

    def rest(self) -> None:
        """Until the next request."""
        self.reading.forget()
        self.transport.resume_reading()

    def close(self) -> None:
        self.is_closed = True
        self.reading.forget()
        self.transport.abort()

    @property
    def may_be_used(self) -> bool:
        """The kernel is asked too: it may know what the loop has not seen yet."""
        return not self.is_closed and is_quiet(self.descriptor)

    def ask(self, method: str, sent: bytes) -> None:
        self.reading = Reading(method)
        self.transport.write(sent)

    async def send(self, body: AsyncIterator[bytes], patience_s: float) -> bool:
        """False where the service answered, or left, before it had read everything."""
        async for piece in body:
            if self.has_spoken:
                return False
            self.transport.write(piece)
            while self.is_full and not self.has_spoken:
                await self.news(patience_s)
        return not self.is_full

    @property
    def has_spoken(self) -> bool:
        """It has answered, left, or been silent for too long."""
        return self.reading.has_begun or self.is_closed or self.fault is not None

    async def answered(self, patience_s: float) -> None:
        """Until the answer is whole, or, of a long one, until its body begins."""
        while not self.reading.is_due:
            if self.fault:
                raise self.fault
            await self.news(patience_s)

    async def piece(self, patience_s: float) -> bytes:
        """What has come of a long body since the last time; nothing at its end."""
        while not (self.reading.pieces or self.reading.is_whole):
            if self.fault:
                raise self.fault
            self.transport.resume_reading()
            await self.news(patience_s)
        return self.reading.taken()

    async def news(self, patience_s: float) -> None:
        """Wait to be woken, until the service has been silent for that long."""
        self.waiter, self.heard_at = self.loop.create_future(), self.loop.time()
        self.timer = self.loop.call_later(patience_s, self.look, patience_s)
        try:
            await self.waiter
        finally:
            self.timer.cancel()
            self.waiter = None

    def look(self, patience_s: float) -> None:
        """The time is up, unless something has come since it began."""
        left = self.heard_at + patience_s - self.loop.time()
        if left > TICK_S:
            self.timer = self.loop.call_later(left, self.look, patience_s)
        else:
            self.fail(UpstreamBroken() if self.reading.has_head else UpstreamSlow())
