"""How bytes move between a client and a service. Streams both ways; keeps connections alive."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from socket import IPPROTO_TCP, TCP_NODELAY, create_connection, socket
from threading import Lock
from urllib.parse import urlsplit

from gateway.reading import Reading, UpstreamBroken, UpstreamSilent
from gateway.sending import Outgoing, head_of, is_quiet, transmit

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


class Upstream:
    """One service: where it listens, and the connections that wait for the next request."""

    def __init__(self, url: str, *, answer_s: float = ANSWER_S) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.answer_s = answer_s
        self.idle: deque[tuple[float, socket]] = deque()
        self.in_use = 0
        self.lock = Lock()

    def send(self, request: Outgoing) -> "Answer":
        """Send and read the head of the answer; its body is still to come.

        A kept connection may have died unseen: a read of which nothing came back is tried again.
        """
        head = head_of(request)
        self.count(1)
        try:
            repeatable = request.method in IDEMPOTENT and request.length == 0
            kept = self.take(IDLE_S if repeatable else FRESH_S)
            if kept is None:
                return self.exchange(self.connect(), head, request)
            try:
                return self.exchange(kept, head, request)
            except UpstreamSilent:
                if not repeatable:
                    raise
                return self.exchange(self.connect(), head, request)
        except BaseException:
            self.count(-1)
            raise

    def count(self, more: int) -> None:
        with self.lock:
            if more > 0 and self.in_use >= MOST_CONNECTIONS:
                raise UpstreamBusy
            self.in_use += more

    def take(self, idle_s: float) -> socket | None:
        """The connection used last, unless its service has closed it or said something."""
        while waiting := self.pop():
            since, connection = waiting
            if time.monotonic() - since < idle_s and is_quiet(connection):
                return connection
            connection.close()
        return None

    def pop(self) -> tuple[float, socket] | None:
        try:
            return self.idle.pop()
        except IndexError:
            return None

    def connect(self) -> socket:
        try:
            connection = create_connection((self.host, self.port), CONNECT_S)
        except OSError as fault:
            raise UpstreamAway from fault
        connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        return connection

    def close(self) -> None:
        """Close what waits for a next request."""
        while waiting := self.pop():
            waiting[1].close()

    def exchange(self, connection: socket, head: bytes, request: Outgoing) -> "Answer":
        reading = Reading(request.method)
        try:
            connection.settimeout(self.answer_s)
            complete = transmit(connection, head, request)
            while not reading.has_head:
                reading.feed(connection.recv(CHUNK))
        except TimeoutError as fault:
            connection.close()
            raise UpstreamSlow from fault
        except OSError as fault:
            connection.close()
            raise reading.broken() from fault
        except BaseException:  # no HTTP came back; or the client went away, or sent too much
            connection.close()
            raise
        return Answer(self, connection, reading, complete)

    def release(self, connection: socket, *, reusable: bool) -> None:
        self.count(-1)
        if reusable:
            self.idle.append((time.monotonic(), connection))
        else:
            connection.close()


class Answer:
    """The head of an answer, and its body as it comes. Close it in any case."""

    def __init__(
        self, upstream: Upstream, connection: socket, reading: Reading, complete: bool
    ) -> None:
        self.upstream, self.connection, self.reading = upstream, connection, reading
        self.complete, self.closed = complete, False
        self.code, self.headers = reading.code, reading.fields
        self.status = f"{reading.code} {reading.reason.decode('latin-1') or 'Unknown'}"

    def body(self) -> Iterable[bytes]:
        """Small bodies at once; longer ones and those without an end piece by piece."""
        reading = self.reading
        if not reading.is_whole and (reading.length is None or reading.length > SMALL):
            return Stream(self)
        try:
            while not reading.is_whole:
                self.receive()
        except OSError as fault:
            raise UpstreamBroken from fault
        finally:
            self.close()
        return [reading.taken()]

    def receive(self) -> None:
        self.reading.feed(self.connection.recv(CHUNK))

    def close(self) -> None:
        if self.closed:
            return
        self.closed = True
        self.reading.forget()
        whole = self.reading.is_whole and self.reading.may_follow
        self.upstream.release(self.connection, reusable=whole and self.complete)


class Stream:
    """A body that passes by. A server closes it whether or not it was read to its end.

    Where the service hangs up early, the client must not take what came for the whole.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __iter__(self) -> Iterator[bytes]:
        reading = self.answer.reading
        self.answer.connection.settimeout(SILENCE_S)
        while True:
            if piece := reading.taken():
                yield piece
            if reading.is_whole:
                return
            self.answer.receive()

    def close(self) -> None:
        self.answer.close()
