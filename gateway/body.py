"""The body of a request on its way in: bounded, and from a client that keeps sending."""

from collections.abc import Iterable, Iterator

from gunicorn.http.errors import ParseException

from gateway.answers import Refused
from gateway.incoming import Incoming
from gateway.proxy import CHUNK
from gateway.routes import MB

SMALL = 64 * 1024  # read whole before a service is asked, so that a slow client holds none
SILENCE_S = 30.0


class ClientGone(Exception):
    """The client hung up in the middle of its request."""


def too_large(limit: int) -> Refused:
    return Refused("too_large", limit=max(1, limit // MB))


def check_length(request: Incoming, limit: int) -> int | None:
    """The announced length, refused before a byte is read."""
    length = request.length
    if length is not None and length > limit:
        raise too_large(limit)
    return length


def pieces(request: Incoming, length: int | None, limit: int) -> Iterable[bytes]:
    """The body in pieces. A small one is complete when this returns."""
    if length == 0:
        return ()
    read = limited(request, length, limit)
    if length is not None and length <= SMALL:
        return [b"".join(read)]
    return read


def limited(request: Incoming, length: int | None, limit: int) -> Iterator[bytes]:
    size = 0
    with patience(request):
        while piece := read_piece(request):
            size += len(piece)
            if size > limit:
                raise too_large(limit)
            yield piece
    if length is not None and size < length:
        raise ClientGone


def read_piece(request: Incoming) -> bytes:
    try:
        return request.body.read(CHUNK)
    except TimeoutError as fault:
        raise Refused("too_slow") from fault
    except OSError as fault:
        raise ClientGone from fault
    except ParseException as fault:
        raise Refused("malformed_request") from fault


class patience:  # noqa: N801  # read as a word of the `with` statement
    """While a body is read, a client that sends nothing for long is given up."""

    def __init__(self, request: Incoming) -> None:
        self.sock = request.environ.get("gunicorn.socket")

    def __enter__(self) -> None:
        if self.sock is not None:
            self.sock.settimeout(SILENCE_S)

    def __exit__(self, *_: object) -> None:
        if self.sock is not None:
            self.sock.settimeout(None)
