"""Clients that are slow on purpose, or only slow: what they may hold, and for how long."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine
from support.database import Sessions
from support.edge_server import EdgeServer, an_edge_server, read_all
from support.gateway import Enrolled, a_person, gateway_settings, url_of
from support.upstream import Upstream, an_upstream

from deploy.edge_worker import HEAD_S
from gateway.config import Settings
from gateway.people.domain import Role

PATIENCE_S = 2
KB = 1024
SIZED, CHUNKED = "Content-Length: 300000", "Transfer-Encoding: chunked"
SMALL_SIZED = "Content-Length: 100"


@pytest.fixture(scope="module")
def running(
    shared_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EdgeServer, Upstream]]:
    names = ("idp", "rfp", "contracts", "monitoring", "notifications")
    with pytest.MonkeyPatch.context() as patch, an_upstream() as services:
        patch.setenv("EDGE_PATIENCE_S", str(PATIENCE_S))
        there = {f"upstream_{name}": services.url for name in names}
        data = tmp_path_factory.mktemp("edge")
        settings = gateway_settings(data, url_of(shared_engine), **there)
        with an_edge_server(settings) as edge:
            yield edge, services


@pytest.fixture
def edge(running: tuple[EdgeServer, Upstream]) -> EdgeServer:
    return running[0]


@pytest.fixture
def services(running: tuple[EdgeServer, Upstream]) -> Upstream:
    made = running[1]
    made.begun.clear()
    made.received.clear()
    return made


@pytest.fixture
def buyer(committed: Sessions) -> Enrolled:
    return a_person(committed, Role.BUYER)


def head(edge: EdgeServer, path: str, *lines: str) -> bytes:
    first = (f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{edge.port}", f"Origin: {edge.origin}")
    return "\r\n".join((*first, *lines, "", "")).encode()


def login_page(edge: EdgeServer) -> bytes:
    asked = f"GET /login HTTP/1.1\r\nHost: 127.0.0.1:{edge.port}\r\nConnection: close\r\n\r\n"
    return edge.say(asked.encode())


def framed(content: bytes, framing: str) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content) if framing == CHUNKED else content


def test_many_silent_clients_do_not_stand_in_the_way(edge: EdgeServer, services: Upstream) -> None:
    """Twenty that say nothing, twenty in the middle of a head, forty of a body."""
    begun = [b"", head(edge, "/login")[:40]] * 20
    for framing in (SMALL_SIZED, CHUNKED):
        begun += [head(edge, "/login", framing) + framed(b"x", framing)] * 20
    with ExitStack() as open_ones:
        for said in begun:
            open_ones.enter_context(edge.connect()).sendall(said)
        assert b" 200 " in login_page(edge)
        time.sleep(0.2)
        assert services.begun == ["GET /login"], "a small body waits at the edge"


def test_who_does_not_end_a_head_is_given_up(edge: EdgeServer) -> None:
    """Also of the first request, for which the server itself would wait for ever."""
    begun = [b"", head(edge, "/login")[:40]]
    with ExitStack() as open_ones:
        socks = [open_ones.enter_context(edge.connect(HEAD_S + 3)) for _ in begun]
        for sock, said in zip(socks, begun, strict=True):
            sock.sendall(said)
        assert [sock.recv(1) for sock in socks] == [b"", b""]


def test_a_worker_holds_no_more_connections_than_it_is_told(settings: Settings) -> None:
    with an_edge_server(settings, "--worker-connections", "5") as edge, ExitStack() as open_ones:
        socks = [open_ones.enter_context(edge.connect(1)) for _ in range(6)]
        assert socks[-1].recv(1) == b""
        with pytest.raises(TimeoutError):
            socks[0].recv(1)


@pytest.mark.parametrize("framing", [SMALL_SIZED, CHUNKED])
def test_a_small_body_arrives_with_its_length(
    edge: EdgeServer, services: Upstream, framing: str
) -> None:
    with edge.connect() as sock:
        sock.sendall(head(edge, "/login", framing, "Connection: close"))
        for _ in range(2):
            sock.sendall(framed(b"x" * 50, framing))
            time.sleep(0.05)
        sock.sendall(b"0\r\n\r\n" if framing == CHUNKED else b"")
        assert b" 200 " in read_all(sock)
    assert services.last.body == b"x" * 100
    assert services.last.header("Content-Length") == "100"
    assert services.last.header("Transfer-Encoding") == ""


@pytest.mark.parametrize("framing", [SIZED, CHUNKED])
@pytest.mark.parametrize("at_once", [1, 200 * KB])
def test_a_byte_now_and_then_is_no_upload(
    edge: EdgeServer, services: Upstream, buyer: Enrolled, framing: str, at_once: int
) -> None:
    """Before 64 KB the service is not asked; after them it is let go."""
    with edge.connect(20) as sock:
        sock.sendall(head(edge, "/admin/plans", framing, f"Cookie: {buyer.cookie}"))
        sock.sendall(framed(b"x" * at_once, framing))
        over, began = threading.Event(), time.monotonic()

        def drip() -> None:
            while not over.wait(0.3):
                sock.sendall(framed(b"x", framing))

        dripping = threading.Thread(target=drip)
        dripping.start()
        said = sock.recv(65536)
        over.set()
        dripping.join()
    assert b" 408 " in said.split(b"\r\n")[0] and time.monotonic() - began >= PATIENCE_S
    assert services.begun == ([] if at_once == 1 else ["POST /admin/plans"])
    assert services.received == [] or at_once > 1


@pytest.mark.parametrize("framing", [SIZED, CHUNKED])
def test_a_slow_upload_passes(
    edge: EdgeServer, services: Upstream, buyer: Enrolled, framing: str
) -> None:
    """It takes longer than the patience for a piece, at a tenth of a second for 10 KB."""
    with edge.connect(20) as sock:
        asked = head(edge, "/admin/plans", framing, f"Cookie: {buyer.cookie}", "Connection: close")
        sock.sendall(asked)
        for _ in range(30):
            sock.sendall(framed(b"x" * 10_000, framing))
            time.sleep(0.08)
        sock.sendall(b"0\r\n\r\n" if framing == CHUNKED else b"")
        assert b" 200 " in read_all(sock)
    assert len(services.last.body) == 300_000
