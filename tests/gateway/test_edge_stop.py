"""What becomes of clients when the edge is told to go: it answers what it has taken."""

import signal
import threading
import time
from contextlib import ExitStack
from dataclasses import replace

from support.database import Sessions
from support.edge_server import EdgeServer, an_edge_server, read_all
from support.gateway import a_person
from support.upstream import Handler, an_upstream

from deploy.edge_worker import HEAD_S
from gateway.config import Settings
from gateway.people.domain import Role


def test_what_has_begun_is_ended_and_who_says_nothing_holds_nobody_up(
    settings: Settings, committed: Sessions
) -> None:
    begun, told = threading.Event(), threading.Event()

    def slow(handler: Handler) -> None:
        begun.set()
        told.wait(10)
        handler.reply("at last")

    with an_upstream() as services, ExitStack() as open_ones:
        services.answers["/admin/vendors"] = slow
        there = {f"upstream_{name}": services.url for name in settings.upstreams}
        going = open_ones.enter_context(an_edge_server(replace(settings, **there)))
        open_ones.enter_context(going.connect())  # and says nothing
        sock = open_ones.enter_context(going.connect())
        sock.sendall(asked(going, "/admin/vendors", a_person(committed, Role.BUYER).cookie))
        assert begun.wait(5)
        going.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        told.set()
        said = read_all(sock)
        assert said.startswith(b"HTTP/1.1 200 ") and said.endswith(b"at last")
        assert b"Connection: close" in said
        going.process.wait(5)


def test_a_kept_connection_may_be_used_once_more(settings: Settings) -> None:
    """It is kept for longer than a stop may take, so an idle one is closed before its time."""
    with (
        an_edge_server(settings, "--graceful-timeout", "60") as going,
        going.connect(HEAD_S + 4) as used,
        going.connect(HEAD_S + 4) as idle,
    ):
        for sock in (used, idle):
            sock.sendall(asked(going, "/health/live"))
            assert sock.recv(4096).startswith(b"HTTP/1.1 200 ")
        going.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        used.sendall(asked(going, "/health/live"))
        assert b"Connection: close" in read_all(used)
        assert idle.recv(1) == b""
        going.process.wait(5)


def asked(edge: EdgeServer, path: str, cookie: str = "") -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{edge.port}", f"Cookie: {cookie}")
    return "\r\n".join((*lines, "", "")).encode()
