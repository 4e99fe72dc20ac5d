"""A real HTTP server that stands where a service would, and remembers what reached it."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


@dataclass
class Received:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are sent apart

    def do(self) -> None:
        upstream: Upstream = self.server.upstream  # type: ignore[attr-defined]  # set below
        upstream.begun.append(f"{self.command} {self.path}")
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if self.headers.get("Transfer-Encoding"):
            body = b"".join(self.chunks())
        got = Received(self.command, self.path, list(self.headers.items()), body)
        upstream.received.append(got)
        path = self.path.partition("?")[0]
        upstream.answers.get(path, upstream.otherwise)(self)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815

    def chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline() or b"0", 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def reply(self, body: bytes | str = b"", status: int = 200, *headers: tuple[str, str]) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def reply_json(self, said: Any, status: int = 200) -> None:
        self.reply(json.dumps(said), status, ("Content-Type", "application/json"))

    def log_message(self, *_: Any) -> None:
        """Quiet: the test says what matters."""


@dataclass
class Upstream:
    """`answers` by path; what has none is answered with an empty page."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)  # what has come whole, or is still to come

    @staticmethod
    def otherwise(handler: Handler) -> None:
        handler.reply("<p>hello</p>", 200, ("Content-Type", "text/html; charset=utf-8"))

    def says(self, path: str, said: Any, status: int = 200) -> None:
        self.answers[path] = lambda handler: handler.reply_json(said, status)

    @property
    def last(self) -> Received:
        return self.received[-1]


@contextmanager
def an_upstream() -> Iterator[Upstream]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    upstream = Upstream(f"http://127.0.0.1:{server.server_port}")
    server.upstream = upstream  # type: ignore[attr-defined]  # the handler finds it here
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
