"""The body of a request on its way in: bounded, and from a client that keeps sending."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from gevent import Timeout
from gunicorn.http.errors import ParseException

from gateway.answers import Refused
from gateway.incoming import Incoming
from gateway.proxy import CHUNK
from gateway.routes import MB

PATIENCE_S = 30.0  # for each 64 KB of a body: whoever sends less than 2 KB/s is given up


class ClientGone(Exception):
    """The client hung up in the middle of its request."""


def too_large(limit: int) -> Refused:
    return Refused("too_large", limit=max(1, limit // MB))


def check_length(request: Incoming, limit: int) -> None:
    """What is announced is refused before a byte is read."""
    if (request.length or 0) > limit:
        raise too_large(limit)


def taken(request: Incoming, limit: int) -> tuple[Iterable[bytes], int | None]:
    """The body and, where it is known, its length.

    Up to 64 KB are whole when this returns, in chunks or not, so that a slow client holds no
    service. Of more, the first two pieces are here: the rest follows while the service reads.
    """
    if request.length == 0:
        return (), 0
    pieces = limited(request, request.length, limit)
    first = list(islice(pieces, 2))  # each is of 64 KB, but for the last
    if len(first) < 2:
        return first, sum(map(len, first))
    return chain(first, pieces), request.length


def limited(request: Incoming, length: int | None, limit: int) -> Iterator[bytes]:
    size = 0
    while piece := read_piece(request):
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        yield piece
    if length is not None and size < length:
        raise ClientGone


def read_piece(request: Incoming) -> bytes:
    """The next 64 KB. The clock is for all of them: a byte now and then does not wind it up."""
    try:
        with Timeout(PATIENCE_S, TimeoutError):
            return request.body.read(CHUNK)
    except TimeoutError as fault:
        raise Refused("too_slow") from fault
    except OSError as fault:
        raise ClientGone from fault
    except ParseException as fault:
        raise Refused("malformed_request") from fault
