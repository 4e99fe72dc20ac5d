"""The edge under its real server: what raw bytes can do to it, and how bytes pass through."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from sqlalchemy import Engine
from support.database import Sessions
from support.edge_server import EdgeServer, an_edge_server, read_all
from support.gateway import Enrolled, a_person, gateway_settings, url_of
from support.upstream import Handler, Upstream, an_upstream

from gateway.people.domain import Role

MB = 1024**2


@pytest.fixture(scope="module")
def services() -> Iterator[Upstream]:
    with an_upstream() as made:
        yield made


@pytest.fixture(scope="module")
def edge(
    shared_engine: Engine, services: Upstream, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EdgeServer]:
    names = ("idp", "rfp", "contracts", "monitoring", "notifications")
    there = {f"upstream_{name}": services.url for name in names}
    data = tmp_path_factory.mktemp("edge")
    settings = gateway_settings(data, url_of(shared_engine), **there)
    with an_edge_server(settings) as made:
        yield made


@pytest.fixture
def buyer(committed: Sessions, services: Upstream) -> Enrolled:
    services.received.clear()
    return a_person(committed, Role.BUYER)


def head(edge: EdgeServer, who: Enrolled, *lines: str, path: str = "/admin/plans") -> bytes:
    """A POST of a signed-in browser, with these header lines instead of the usual ones."""
    first = (f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{edge.port}")
    own = (f"Cookie: {who.cookie}", f"Origin: {edge.origin}", "Connection: close")
    return "\r\n".join((*first, *own, *lines, "", "")).encode("latin-1")


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1]) if said.startswith(b"HTTP/1.1 ") else 0


SMUGGLED = b"GET /internal/work HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (("Content-Length: 6", "Transfer-Encoding: chunked"), b"0\r\n\r\nX"),
        (("Transfer-Encoding: chunked", "Content-Length: 6"), b"0\r\n\r\nX"),
        (("Content-Length: 5", "Content-Length: 6"), b"aaaaaa"),
        (("Content-Length: 5, 5",), b"aaaaa"),
        (("Content-Length: +5",), b"aaaaa"),
        (("Content-Length: -5",), b"aaaaa"),
        (("Content-Length: 0x5",), b"aaaaa"),
        (("Transfer-Encoding: xchunked",), b"0\r\n\r\n"),
        (("Transfer-Encoding: chunked, identity",), b"0\r\n\r\n"),
        (("Transfer-Encoding : chunked",), b"0\r\n\r\n"),
        (("Content-Length : 5",), b"aaaaa"),
        (("X: a\r\n folded: b", "Content-Length: 0"), b""),
        (("Host: evil.example", "Content-Length: 0"), b""),
        (("X\x00Y: 1", "Content-Length: 0"), b""),
        (("X: a\rb", "Content-Length: 0"), b""),
        (("bad name: 1", "Content-Length: 0"), b""),
        ((": empty", "Content-Length: 0"), b""),
        (("no-colon", "Content-Length: 0"), b""),
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(
    edge: EdgeServer,
    services: Upstream,
    buyer: Enrolled,
    lines: tuple[str, ...],
    body: bytes,
) -> None:
    said = edge.say(head(edge, buyer, *lines) + body + SMUGGLED, timeout=2)
    assert status(said) in (400, 501), said[:200]
    assert services.received == [] and said.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("body", [b"zz\r\nabc\r\n0\r\n\r\n", b"5\r\nabc", b"-1\r\n\r\n", b"3;\n\r"])
def test_chunks_that_are_none_are_refused(
    edge: EdgeServer, services: Upstream, buyer: Enrolled, body: bytes
) -> None:
    with edge.connect(2) as sock:
        sock.sendall(head(edge, buyer, "Transfer-Encoding: chunked") + body)
        sock.shutdown(socket.SHUT_WR)
        said = sock.recv(65536)
    assert status(said) in (0, 400)
    assert all(not got.body for got in services.received)


def test_line_ends_are_two_bytes(edge: EdgeServer, services: Upstream, buyer: Enrolled) -> None:
    asked = head(edge, buyer, "Content-Length: 0").replace(b"/admin/plans", b"/admin/rfps")
    said = edge.say(asked.replace(b"\r\n", b"\n"), timeout=2)
    assert status(said) in (0, 400)
    assert all(got.path != "/admin/rfps" for got in services.received)


def test_header_names_with_underscores_do_not_pass(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    lines = ("X_Client_Address: 127.0.0.1", "X_CSRF_Token: stolen", "Content-Length: 0")
    assert status(edge.say(head(edge, buyer, *lines), timeout=2)) == 200
    assert services.last.header("X-CSRF-Token") == ""
    assert services.last.header("X-Client-Address") == "127.0.0.1"  # ours: it is where we are


@pytest.mark.parametrize(
    "target", ["http://evil.example/work", "/work/../internal/work", "//internal", "*", "/a%00b"]
)
def test_odd_targets_go_nowhere(
    edge: EdgeServer, services: Upstream, buyer: Enrolled, target: str
) -> None:
    request = head(edge, buyer, "Content-Length: 0").replace(b"/admin/plans", target.encode())
    assert status(edge.say(request, timeout=2)) in (400, 404, 405)
    assert services.received == []


def test_a_pipelined_request_is_judged_on_its_own(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    first = head(edge, buyer, "Content-Length: 2").replace(b"Connection: close\r\n", b"")
    said = edge.say(first + b"ok" + SMUGGLED, timeout=1)
    assert said.count(b"HTTP/1.1 200") == 1 and said.count(b"HTTP/1.1 421") == 1
    assert [got.path for got in services.received] == ["/admin/plans"]


def test_nobody_goes_on_in_another_protocol(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    lines = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13")
    asked = head(edge, buyer, *lines, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
    asked = asked.replace(b"POST", b"GET").replace(b"Connection: close\r\n", b"")
    assert status(edge.say(asked, timeout=2)) == 403
    assert services.received == []


def test_after_a_refusal_comes_the_next_request_or_nothing(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    """The refusal may be there before the body. A client must not take the connection for open."""

    def refused(length: int) -> bytes:
        asked = head(edge, buyer, f"Content-Length: {length}")
        kept = asked.replace(b"Connection: close", b"X: y")
        return kept.replace(edge.origin.encode(), b"https://elsewhere.example")

    with edge.connect() as sock:
        for _ in range(3):
            sock.sendall(refused(2))
            time.sleep(0.1)
            sock.sendall(b"ok")
            said = sock.recv(65536)
            assert status(said) == 403 and b"onnection: close" not in said
        sock.sendall(refused(MB))
        said = read_all(sock)
        assert status(said) == 403 and b"onnection: close" in said
    assert services.received == []


def browser(edge: EdgeServer, who: Enrolled) -> httpx.Client:
    headers = {"Cookie": who.cookie, "Origin": edge.origin}
    return httpx.Client(base_url=edge.origin, headers=headers, timeout=60)


def blocks(count: int) -> Iterator[bytes]:
    block = os.urandom(64) * 1024
    for _ in range(count):
        yield block


@pytest.mark.parametrize("chunked", [False, True])
def test_fifty_megabytes_pass_in_bounded_memory(
    edge: EdgeServer, services: Upstream, buyer: Enrolled, chunked: bool
) -> None:
    digest = hashlib.sha256()

    def counted() -> Iterator[bytes]:
        for block in blocks(50 * MB // (64 * 1024)):
            digest.update(block)
            yield block

    with browser(edge, buyer) as client:
        client.get("/admin/plans")
        before = edge.memory()
        headers = {} if chunked else {"Content-Length": str(50 * MB)}
        answer = client.post("/admin/plans", content=counted(), headers=headers)
        grown = edge.memory() - before
    assert answer.status_code == 200
    assert hashlib.sha256(services.last.body).digest() == digest.digest()
    assert grown < 12 * MB, f"the edge grew by {grown / MB:.1f} MB"


def test_a_service_reads_while_the_client_still_sends(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    with edge.connect() as sock:
        sock.sendall(head(edge, buyer, f"Content-Length: {2 * MB}") + b"a" * MB)
        until = time.monotonic() + 3
        before = len(threading.enumerate())
        while len(threading.enumerate()) < before and time.monotonic() < until:
            time.sleep(0.01)
        sock.sendall(b"b" * MB)
        assert status(sock.recv(65536)) == 200
    assert services.last.body == b"a" * MB + b"b" * MB


def test_too_much_in_chunks_is_cut_off(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    def endless() -> Iterator[bytes]:
        yield from blocks(20 * MB // (64 * 1024))

    with browser(edge, buyer) as client:
        answer = client.post("/work", content=endless())
    assert answer.status_code == 413 and "1 MB" in answer.text
    assert not any(len(got.body) > MB for got in services.received)


def test_fifty_megabytes_come_back_in_bounded_memory(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    def much(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(50 * MB))
        handler.end_headers()
        for block in blocks(50 * MB // (64 * 1024)):
            handler.wfile.write(block)

    services.answers["/admin/rfps"] = much
    with browser(edge, buyer) as client:
        client.get("/admin/plans")
        before, got = edge.memory(), 0
        with client.stream("GET", "/admin/rfps") as answer:
            for piece in answer.iter_bytes():
                got += len(piece)
        assert got == 50 * MB and edge.memory() - before < 12 * MB


def test_a_slow_reader_makes_the_service_wait(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    written = [0]

    def much(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(200 * MB))
        handler.end_headers()
        for block in blocks(200 * MB // (64 * 1024)):
            handler.wfile.write(block)
            written[0] += len(block)

    services.answers["/admin/rfps"] = much
    with edge.connect() as sock:
        before = edge.memory()
        asked = head(edge, buyer, path="/admin/rfps").replace(b"POST", b"GET")
        sock.sendall(asked)
        assert status(sock.recv(1024)) == 200
        time.sleep(1.5)
        assert written[0] < 120 * MB, "the kernel keeps up to 37 MB for each of two connections"
        assert edge.memory() - before < 16 * MB
        got = 0
        while piece := sock.recv(MB):
            got += len(piece)
    assert got > 199 * MB and edge.memory() - before < 16 * MB


def test_a_service_that_does_not_read_makes_the_client_wait(
    edge: EdgeServer, services: Upstream, buyer: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    monkeypatch.setattr(Handler, "do_POST", lambda _handler: over.wait(10))
    with edge.connect(1.5) as sock:
        before, sent = edge.memory(), 0
        sock.sendall(head(edge, buyer, f"Content-Length: {100 * MB}"))
        with suppress(TimeoutError):
            for block in blocks(100 * MB // (64 * 1024)):
                sock.sendall(block)
                sent += len(block)
        grown = edge.memory() - before
    over.set()
    assert MB < sent < 80 * MB and grown < 16 * MB


def test_an_answer_that_breaks_off_does_not_look_whole(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    def half(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(MB))
        handler.end_headers()
        handler.wfile.write(b"x" * (MB // 2))
        handler.close_connection = True

    services.answers["/admin/rfps"] = half
    with browser(edge, buyer) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get("/admin/rfps")


def test_events_arrive_as_they_are_sent(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    """The service says the next one only when the client has the one before."""
    has_arrived = threading.Semaphore(0)

    def ticking(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for said in (b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"):
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(said), said))
            if not has_arrived.acquire(timeout=10):
                return
        handler.wfile.write(b"0\r\n\r\n")

    services.answers["/admin/rfps"] = ticking
    arrived = []
    with browser(edge, buyer) as client, client.stream("GET", "/admin/rfps") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        for line in filter(None, answer.iter_lines()):
            arrived.append(line)
            has_arrived.release()
    assert arrived == ["data: 1", "data: 2", "data: 3"]


def test_a_client_that_hangs_up_leaves_nothing_behind(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    for _ in range(5):
        with edge.connect() as sock:
            sock.sendall(head(edge, buyer, f"Content-Length: {10 * MB}") + b"a" * 100_000)
    time.sleep(0.3)
    with browser(edge, buyer) as client:
        assert client.get("/admin/plans").status_code == 200


def test_who_leaves_a_stream_frees_the_service(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    let_go = threading.Event()

    def silent(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"2\r\nhi\r\n")
        with suppress(ConnectionError):
            handler.rfile.read(1)  # until the edge hangs up
        let_go.set()
        handler.close_connection = True

    services.answers["/admin/rfps"] = silent
    with edge.connect() as sock:
        sock.sendall(head(edge, buyer, path="/admin/rfps").replace(b"POST", b"GET"))
        assert status(sock.recv(1024)) == 200 and not let_go.wait(0.3)
    assert let_go.wait(6)


def test_a_restarted_service_is_found_again(
    edge: EdgeServer, services: Upstream, buyer: Enrolled
) -> None:
    def and_close(handler: Handler) -> None:
        handler.reply("x")
        handler.close_connection = True

    services.answers["/admin/rfps"] = and_close
    with browser(edge, buyer) as client:
        for _ in range(5):
            assert client.get("/admin/rfps").status_code == 200
            time.sleep(0.02)
            assert client.post("/admin/plans").status_code == 200
