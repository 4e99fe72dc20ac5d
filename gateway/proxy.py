"""How bytes move between a client and a service. Streams both ways; keeps connections alive."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from socket import MSG_PEEK
from threading import Lock
from urllib.parse import urlsplit

CHUNK = 64 * 1024
SMALL = 256 * 1024  # an answer up to here is read at once, so that a slow client holds no service
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


class UpstreamSlow(Exception):
    """It took the request and did not answer in time."""


class UpstreamBroken(Exception):
    """It answered what is not HTTP, or hung up."""


@dataclass(frozen=True)
class Outgoing:
    """`length` is None for a body of unknown size, which travels in chunks."""

    method: str
    target: str
    headers: Iterable[tuple[str, str]]
    body: Iterable[bytes] = ()
    length: int | None = 0


class Upstream:
    """One service: where it listens, and the connections that wait for the next request."""

    def __init__(self, url: str, *, answer_s: float = ANSWER_S) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.answer_s = answer_s
        self.idle: deque[tuple[float, HTTPConnection]] = deque()
        self.in_use = 0
        self.lock = Lock()

    def send(self, request: Outgoing) -> "Answer":
        """Send and read the head of the answer; its body is still to come.

        A kept connection may have died unseen: a read is then tried once more on a new one.
        """
        self.count(1)
        try:
            repeatable = request.method in IDEMPOTENT and request.length == 0
            kept = self.take(IDLE_S if repeatable else FRESH_S)
            if kept is None:
                return self.exchange(self.connect(), request)
            try:
                return self.exchange(kept, request)
            except UpstreamBroken:
                if not repeatable:
                    raise
                return self.exchange(self.connect(), request)
        except BaseException:
            self.count(-1)
            raise

    def count(self, more: int) -> None:
        with self.lock:
            if more > 0 and self.in_use >= MOST_CONNECTIONS:
                raise UpstreamBusy
            self.in_use += more

    def take(self, idle_s: float) -> HTTPConnection | None:
        """The connection used last, unless its service has closed it or said something."""
        while waiting := self.pop():
            since, connection = waiting
            if time.monotonic() - since < idle_s and is_quiet(connection):
                return connection
            connection.close()
        return None

    def pop(self) -> tuple[float, HTTPConnection] | None:
        try:
            return self.idle.pop()
        except IndexError:
            return None

    def connect(self) -> HTTPConnection:
        connection = HTTPConnection(self.host, self.port, timeout=CONNECT_S)
        try:
            connection.connect()
        except OSError as fault:
            raise UpstreamAway from fault
        return connection

    def close(self) -> None:
        """Close what waits for a next request."""
        while waiting := self.pop():
            waiting[1].close()

    def exchange(self, connection: HTTPConnection, request: Outgoing) -> "Answer":
        connection.sock.settimeout(self.answer_s)
        try:
            complete = transmit(connection, request)
            response = connection.getresponse()
        except TimeoutError as fault:
            connection.close()
            raise UpstreamSlow from fault
        except (OSError, HTTPException, ValueError) as fault:
            connection.close()
            raise UpstreamBroken from fault
        except BaseException:  # the client went away, or sent too much
            connection.close()
            raise
        return Answer(self, connection, response, complete)

    def release(self, connection: HTTPConnection, *, reusable: bool) -> None:
        self.count(-1)
        if reusable and connection.sock is not None:
            self.idle.append((time.monotonic(), connection))
        else:
            connection.close()


def transmit(connection: HTTPConnection, request: Outgoing) -> bool:
    """Send head and body. False where the service answered before it had read everything."""
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers:
        connection.putheader(name, value)
    if request.length is None:
        connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    for piece in request.body:
        if not is_quiet(connection):
            return False
        try:
            connection.send(framed(piece) if request.length is None else piece)
        except (BrokenPipeError, ConnectionResetError):
            return False
    if request.length is None:
        connection.send(b"0\r\n\r\n")
    return True


def framed(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def is_quiet(connection: HTTPConnection) -> bool:
    """Open, with nothing to read."""
    sock = connection.sock
    if sock is None:
        return False
    timeout = sock.gettimeout()
    try:
        sock.setblocking(False)
        sock.recv(1, MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        with suppress(OSError):
            sock.settimeout(timeout)
    return False


class Answer:
    """The head of an answer, and its body as it comes. Close it in any case."""

    def __init__(
        self, upstream: Upstream, connection: HTTPConnection, response: HTTPResponse, complete: bool
    ) -> None:
        self.upstream, self.connection, self.response = upstream, connection, response
        self.complete, self.closed = complete, False
        self.status = f"{response.status} {response.reason or 'Unknown'}"
        self.headers = response.getheaders()

    def body(self) -> Iterable[bytes]:
        """Small bodies at once; longer ones and those without an end piece by piece."""
        length = self.response.length
        if length is None or length > SMALL:
            return Stream(self)
        try:
            whole = self.response.read()
        except (OSError, HTTPException) as fault:
            self.close()
            raise UpstreamBroken from fault
        self.close()
        return [whole]

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        whole = self.response.isclosed() and not self.response.will_close
        self.upstream.release(self.connection, reusable=whole and self.complete)


class Stream:
    """A body that passes by. A server closes it whether or not it was read to its end."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        response = self.answer.response
        if self.answer.connection.sock is not None:
            self.answer.connection.sock.settimeout(SILENCE_S)
        while piece := response.read1(CHUNK):
            yield piece
        if response.length:  # it hung up early: the client must not take this for the whole
            raise UpstreamBroken

    def close(self) -> None:
        self.answer.close()
