"""The body of a request on its way in: bounded, and from a client that keeps sending."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from gateway.answers import Refused
from gateway.incoming import Incoming
from gateway.routes import MB

PIECE = 64 * 1024
PATIENCE_S = 30.0  # for each 64 KB of a body: whoever sends less than 2 KB/s is given up
REFUSED_S = 1.0  # for a small body of what is refused


class ClientGone(Exception):
    """The client hung up in the middle of its request, or sent what is none."""


def too_large(limit: int) -> Refused:
    return Refused("too_large", limit=max(1, limit // MB))


def check_length(request: Incoming, limit: int) -> None:
    """What is announced is refused before a byte is read."""
    if (request.length or 0) > limit:
        raise too_large(limit)


async def taken(request: Incoming, limit: int) -> tuple[bytes | AsyncIterator[bytes], int | None]:
    """The body and, where it is known, its length.

    Up to 64 KB are whole when this returns, in chunks or not, so that a slow client holds no
    service. Of more, the first two pieces are here: the rest follows while the service reads.
    """
    if request.length == 0:
        return b"", 0
    pieces = limited(request, limit)
    first, second = await anext(pieces, b""), await anext(pieces, b"")
    if not second:
        return first, len(first)
    return chained(first, second, pieces), request.length


async def is_over(request: Incoming) -> bool:
    """Whether what follows along the connection is the next request.

    A refusal may be quicker than a small body that is on its way.
    """
    if request.is_over or request.length is None or request.length > PIECE:
        return request.is_over
    with suppress(TimeoutError):
        async with asyncio.timeout(REFUSED_S):
            while not request.is_over:
                await request.receive()
    return request.is_over


async def chained(first: bytes, second: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    yield second
    async for piece in rest:
        yield piece


async def limited(request: Incoming, limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for piece in pieces(request):
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        yield piece


async def pieces(request: Incoming) -> AsyncIterator[bytes]:
    """By 64 KB; only the last one is smaller."""
    held, more = bytearray(), True
    while more or held:
        more = more and await filled(request, held)
        piece = bytes(held[:PIECE])
        del held[:PIECE]
        if piece:
            yield piece


async def filled(request: Incoming, held: bytearray) -> bool:
    """Hold 64 KB, and say whether more may come.

    The clock is for all of them: a byte now and then does not wind it up.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len(held) < PIECE:
                said = await request.receive()
                if said["type"] == "http.disconnect":
                    raise ClientGone
                held += said["body"]
                if not said["more_body"]:
                    return False
    except TimeoutError as fault:
        raise Refused("too_slow") from fault
    return True
