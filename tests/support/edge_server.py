"""The edge as it runs: gunicorn with our ASGI worker, in a process and on a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from deploy.wsgi import EDGE_OPTIONS
from gateway.config import Settings
from shared import logging

ROOT = Path(__file__).parents[2]


def application() -> Any:
    """What gunicorn loads. The settings come whole, with a database on a Unix socket."""
    from gateway import body
    from gateway.edge import create_edge
    from support.gateway import gateway_settings

    logging.configure("edge", os.environ.get("LOG_LEVEL", "WARNING"))
    body.PATIENCE_S = float(os.environ.get("EDGE_PATIENCE_S", body.PATIENCE_S))
    given = json.loads(os.environ["EDGE_TEST"])
    made = gateway_settings(Path(given.pop("data")))
    return create_edge(replace(made, **given))


def with_figures() -> Any:
    """The same, with a second address for who watches."""
    from shared import private

    answers = {"/metrics": lambda: private.figures("edge")}
    return private.beside(application(), answers, os.environ["EDGE_PRIVATE"])


class EdgeServer:
    def __init__(self, settings: Settings, port: int, *options: str) -> None:
        self.port, self.origin = port, f"http://127.0.0.1:{port}"
        self.options = options
        changed = {"data": str(settings.data), "database_url": settings.database_url}
        changed |= {f"upstream_{name}": url for name, url in settings.upstreams.items()}
        changed |= {"public_url": self.origin, "internal_issuer": self.origin}
        paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        environ = os.environ | {"EDGE_TEST": json.dumps(changed), "PYTHONPATH": paths}
        self.process = subprocess.Popen([*self.command()], cwd=ROOT, env=environ)

    def command(self) -> Iterator[str]:
        yield from (sys.executable, "-m", "gunicorn", *EDGE_OPTIONS)
        yield from ("--bind", f"127.0.0.1:{self.port}", "--no-control-socket")
        yield from ("--graceful-timeout", "1", "--log-level", "warning")
        yield from (*self.options, "support.edge_server:application()")

    def wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if b"200 OK" in self.say(b"GET /health/ready HTTP/1.0\r\n\r\n"):
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise TimeoutError("the edge does not start")

    def connect(self, timeout: float = 5) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def say(self, content: bytes, timeout: float = 5) -> bytes:
        """Send raw bytes, and read until the server closes or falls silent."""
        with self.connect(timeout) as sock:
            sock.sendall(content)
            return read_all(sock)

    def memory(self) -> int:
        """Resident bytes of the worker that serves."""
        workers = psutil.Process(self.process.pid).children()
        return sum(int(worker.memory_info().rss) for worker in workers)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def read_all(sock: socket.socket) -> bytes:
    said = b""
    try:
        while piece := sock.recv(65536):
            said += piece
    except (TimeoutError, ConnectionResetError):
        pass
    return said


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def an_edge_server(settings: Settings, *options: str) -> Iterator[EdgeServer]:
    server = EdgeServer(settings, free_port(), *options)
    try:
        server.wait()
        yield server
    finally:
        server.stop()
