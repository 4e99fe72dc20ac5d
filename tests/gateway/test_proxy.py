"""What the proxy makes of the bytes of a service, wherever the network cuts them."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from support.asgi import run

from gateway.connection import CHUNK, UpstreamSlow
from gateway.proxy import Answer, Upstream
from gateway.reading import LONGEST_HEAD, SMALL, UpstreamBroken
from gateway.sending import Outgoing

Pieces = Sequence[bytes]
PAUSE_S = 0.005


class Service:
    """Answers each request, whatever it is, with the same pieces, one after the other."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.pieces: Pieces = ()
        self.hangs_up = False
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.connections = 0
        self.heads: list[bytes] = []
        self.answered = threading.Semaphore(0)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(OSError):  # the proxy hangs up on what it does not like
            while head := connection.recv(65536):
                self.heads.append(head)
                self.may_answer.wait()
                is_last = self.hangs_up  # the test may change it while we answer
                for piece in self.pieces:
                    connection.sendall(piece)
                    threading.Event().wait(PAUSE_S if len(self.pieces) > 1 else 0)
                self.answered.release()
                if is_last:
                    return


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.listener.close()


@pytest.fixture
def upstream(service: Service) -> Iterator[Upstream]:
    made = Upstream(f"http://127.0.0.1:{service.listener.getsockname()[1]}", answer_s=2)
    yield made
    assert made.in_use == 0
    made.close()


def ask(upstream: Upstream, method: str = "GET") -> tuple[Answer, bytes]:
    return run(asked(upstream, method))


async def asked(upstream: Upstream, method: str) -> tuple[Answer, bytes]:
    answer = await upstream.send(Outgoing(method, "/", [("Host", "x")]))
    return answer, await answer.read()


def cut(whole: bytes) -> Iterator[Pieces]:
    yield from ([whole[:at], whole[at:]] for at in range(1, len(whole)))


OK = b"HTTP/1.1 200 Quite OK\r\n"
SIZED = OK + b"X-One: 1\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nX-Last: 1\r\n\r\n"
)
CONTINUED = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + SIZED


@pytest.mark.parametrize("whole", [SIZED, CHUNKED, CONTINUED])
def test_an_answer_is_the_same_wherever_it_is_cut(
    service: Service, upstream: Upstream, whole: bytes
) -> None:
    for pieces in cut(whole):
        service.pieces = pieces
        answer, body = ask(upstream)
        assert (answer.code, body) == (200, b"hello"), pieces
        assert [name for name, _ in answer.headers] in (
            [b"x-one", b"content-length"],
            [b"transfer-encoding"],
        )
    assert service.connections == 1, "it was kept all the time"


def test_an_answer_may_end_with_its_connection(service: Service, upstream: Upstream) -> None:
    service.hangs_up = True
    for pieces in cut(OK + b"\r\nhello"):
        service.pieces = pieces
        assert ask(upstream)[1] == b"hello"
    assert not upstream.idle


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", OK + b"Content-Length: 5\r\n\r\n"),
        ("HEAD", OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
    ],
)
def test_an_answer_without_a_body_is_over_with_its_head(
    service: Service, upstream: Upstream, method: str, head: bytes
) -> None:
    service.pieces = [head]
    assert [ask(upstream, method)[1] for _ in range(3)] == [b"", b"", b""]
    assert service.connections == 1
    service.pieces = [head + b"hello"]
    assert ask(upstream, method)[1] == b"" and not upstream.idle


@pytest.mark.parametrize(
    "after", [b"x", b"\0", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", b"HTTP/1.1 100 x"]
)
@pytest.mark.parametrize("whole", [SIZED, CHUNKED])
def test_what_follows_an_answer_is_nobodys(
    service: Service, upstream: Upstream, whole: bytes, after: bytes
) -> None:
    for pieces in ([whole + after], [whole[:-1], whole[-1:] + after]):
        service.pieces = pieces
        answer, body = ask(upstream)
        assert (answer.code, body) == (200, b"hello")
        assert len(answer.headers) < 3 and not upstream.idle
    service.pieces = [whole, after]  # it comes when we have the answer already
    assert ask(upstream)[1] == b"hello"
    for _ in range(3):
        assert service.answered.acquire(timeout=10)
    assert upstream.take(60) is None


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5, 5\r\n",
        b"Content-Length: -5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: 99999999999999999999999\r\n",
        b"Transfer-Encoding: gzip\r\n",
        b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"X: a\r\n folded: b\r\nContent-Length: 5\r\n",
        b"X: a\nContent-Length: 5\r\n",
        b"X: \0\r\nContent-Length: 5\r\n",
        b"X" + b"x" * (2 * LONGEST_HEAD) + b": 1\r\nContent-Length: 5\r\n",
        b"X: 1\r\n" * (LONGEST_HEAD // 3) + b"Content-Length: 5\r\n",
    ],
)
def test_an_answer_that_can_be_read_in_two_ways_is_none(
    service: Service, upstream: Upstream, lines: bytes
) -> None:
    service.pieces = [OK + lines + b"\r\n5\r\nhello\r\n0\r\n\r\n"]
    with pytest.raises(UpstreamBroken):
        ask(upstream)
    assert not upstream.idle


@pytest.mark.parametrize(
    "whole",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 4000,
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n0\r\n\r\n",
    ],
)
def test_what_is_not_http_is_no_answer(service: Service, upstream: Upstream, whole: bytes) -> None:
    service.pieces = [whole]
    with pytest.raises(UpstreamBroken):
        ask(upstream)
    assert not upstream.idle


@pytest.mark.parametrize("whole", [SIZED, CHUNKED])
def test_an_answer_that_breaks_off_is_none(
    service: Service, upstream: Upstream, whole: bytes
) -> None:
    service.hangs_up = True
    for length in range(len(whole)):
        service.pieces = [whole[:length]]
        with pytest.raises(UpstreamBroken):
            ask(upstream)


@pytest.mark.parametrize("begun", [b"", b"H", OK, SIZED[:-5]])
def test_a_read_is_repeated_only_where_nothing_came_back(
    service: Service, upstream: Upstream, begun: bytes
) -> None:
    service.pieces = [SIZED]
    ask(upstream)
    service.pieces, service.hangs_up = [begun], True
    with pytest.raises(UpstreamBroken):
        ask(upstream)
    assert len(service.heads) == (2 if begun else 3) and not upstream.idle


def test_a_service_may_ask_for_another_connection(service: Service, upstream: Upstream) -> None:
    for first in (OK + b"Connection: close\r\n", b"HTTP/1.0 200 OK\r\n"):
        service.pieces = [first + b"Content-Length: 5\r\n\r\nhello"]
        assert ask(upstream)[1] == b"hello" and not upstream.idle


def test_a_long_body_comes_piece_by_piece(service: Service, upstream: Upstream) -> None:
    size = SMALL * 4
    service.pieces = [OK + b"Content-Length: %d\r\n\r\n" % size, b"x" * size]

    async def read() -> list[bytes]:
        answer = await upstream.send(Outgoing("GET", "/", [("Host", "x")]))
        pieces = [piece async for piece in answer.pieces()]
        answer.close()
        return pieces

    pieces = run(read())
    assert sum(map(len, pieces)) == size and max(map(len, pieces)) <= CHUNK
    assert len(upstream.idle) == 1


def test_a_body_that_nobody_reads_costs_its_connection(
    service: Service, upstream: Upstream
) -> None:
    service.pieces = [OK + b"Content-Length: %d\r\n\r\nx" % (SMALL * 4)]

    async def begin() -> bytes:
        answer = await upstream.send(Outgoing("GET", "/", [("Host", "x")]))
        first = await anext(answer.pieces())
        answer.close()
        return first

    assert run(begin()) == b"x"
    assert not upstream.idle


def test_a_service_that_does_not_answer_is_slow(service: Service, upstream: Upstream) -> None:
    upstream.answer_s = 0.1
    service.pieces = [OK]
    with pytest.raises(UpstreamSlow):
        ask(upstream)


@pytest.mark.parametrize(
    "outgoing",
    [
        Outgoing("GET", "/", [("X", "1\r\nY: 2")]),
        Outgoing("GET", "/", [("X", "1\nY: 2")]),
        Outgoing("GET", "/", [("X", "1\r")]),
        Outgoing("GET", "/", [("X", "1\0")]),
        Outgoing("GET", "/", [("X\r\nY", "1")]),
        Outgoing("GET", "/", [("X: 1\r\nY", "1")]),
        Outgoing("GET", "/", [("X Y", "1")]),
        Outgoing("GET", "/", [("", "1")]),
        Outgoing("GET", "/", [("X", "中")]),
        Outgoing("GET", "/ HTTP/1.1\r\nX: 1", []),
        Outgoing("GET", "/ x", []),
        Outgoing("GET /x", "/", []),
    ],
)
def test_a_header_is_one_line(service: Service, upstream: Upstream, outgoing: Outgoing) -> None:
    with pytest.raises(ValueError, match="header"):
        run(upstream.send(outgoing))
    assert service.connections == 0


def test_a_small_request_leaves_at_once(service: Service, upstream: Upstream) -> None:
    service.pieces = [SIZED]
    answer = run(upstream.send(Outgoing("POST", "/a?b=c", [("Host", "x")], b"body", 4)))
    assert answer.whole == b"hello"
    assert service.heads == [b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"]


@pytest.mark.parametrize("announced", [2, None])
def test_what_a_service_says_early_counts_although_it_left(
    service: Service, upstream: Upstream, announced: int | None
) -> None:
    service.pieces, service.hangs_up = [b"HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\n\r\n"], True
    service.may_answer.clear()

    async def dawdling() -> AsyncIterator[bytes]:
        yield b"x" * SMALL  # more than the service reads
        service.may_answer.set()
        await asyncio.sleep(0.2)
        if announced is not None:  # else only the last, empty chunk is to come
            yield b"y"

    outgoing = Outgoing("POST", "/", [("Host", "x")], dawdling(), announced)
    answer = run(upstream.send(outgoing))
    assert answer.code == 413 and answer.whole == b"" and not upstream.idle


def test_who_leaves_in_the_middle_of_a_body_may_have_said_why() -> None:
    """What is still sent to it fails, before the loop has read the answer."""

    def refuse() -> None:
        with listener.accept()[0] as connection:
            connection.recv(10)
            connection.sendall(OK.replace(b"200", b"413") + b"Content-Length: 0\r\n\r\n")
        left.set()  # and what it has not read makes the kernel refuse the rest

    async def asked() -> int:
        connection = await upstream.connect()
        connection.ask("POST", b"POST / HTTP/1.1\r\n" + bytes(20_000))
        assert left.wait(5)
        await connection.send(pieces(), 2)
        await connection.answered(2)
        return connection.reading.code

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(CHUNK)

    left = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        upstream = Upstream(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=refuse).start()
        assert run(asked()) == 413


def test_who_is_left_in_the_middle_of_an_answer_leaves_nothing_behind(
    service: Service, upstream: Upstream
) -> None:
    """What came meanwhile is nobody's: reading it would fail in the loop, where nobody hears it."""
    faults: list[dict[str, Any]] = []
    service.pieces = [OK + b"Content-Length: 900000\r\n\r\n", bytes(400_000)]

    async def left() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, fault: faults.append(fault))
        answer = await upstream.send(Outgoing("GET", "/", [("Host", "x")]))
        assert await asyncio.to_thread(service.answered.acquire, timeout=5)
        answer.close()
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().set_exception_handler(None)

    run(left())
    assert faults == []


def test_who_refuses_a_long_body_is_not_asked_again_along_the_same_connection() -> None:
    """It says nothing more there, and closes it a moment later: not all of the body was read."""

    def serve() -> None:
        for answer in (OK.replace(b"200", b"507"), OK):
            connection = listener.accept()[0]
            held.append(connection)
            connection.recv(65536)
            threading.Event().wait(0.2)  # until the kernel has taken the rest
            connection.sendall(answer + b"Content-Length: 0\r\n\r\n")

    async def asked() -> list[int]:
        long = await upstream.send(Outgoing("POST", "/", (), pieces(), 3 * CHUNK))
        return [long.code, (await upstream.send(Outgoing("POST", "/", (), b"short", 5))).code]

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield bytes(CHUNK)

    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        upstream = Upstream(f"http://127.0.0.1:{listener.getsockname()[1]}", answer_s=2)
        threading.Thread(target=serve, daemon=True).start()
        assert run(asked()) == [507, 200]
    upstream.close()
    for each in held:
        each.close()
