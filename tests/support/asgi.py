"""An ASGI application as a WSGI one, so that werkzeug's test client can ask it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

import uvloop

PIECE = 64 * 1024
T = TypeVar("T")
# One event loop for all requests: connections live on between them, as in a server.
runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)


def run(asked: Coroutine[Any, Any, T]) -> T:
    return runner.run(asked)


class Bridge:
    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        sent: list[dict[str, Any]] = []
        run(self.ask(environ, sent))
        head, *body = sent
        fields = [(name.decode(), value.decode("latin-1")) for name, value in head["headers"]]
        start_response(f"{head['status']} Whatever", fields)
        assert not body[-1].get("more_body"), "it has broken off"
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [each["body"] for each in body]

    async def ask(self, environ: dict[str, Any], sent: list[dict[str, Any]]) -> None:
        async def receive() -> dict[str, Any]:
            body = environ["wsgi.input"].read(PIECE)
            return {"type": "http.request", "body": body, "more_body": bool(body)}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.application(scope(environ), receive, send)


def scope(environ: dict[str, Any]) -> dict[str, Any]:
    path, _, query = environ["RAW_URI"].partition("?")
    return {
        "type": "http",
        "method": environ["REQUEST_METHOD"],
        "raw_path": path.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "client": (environ.get("REMOTE_ADDR", ""), 1),
        "headers": [*headers(environ)],
    }


def headers(environ: dict[str, Any]) -> Iterable[tuple[bytes, bytes]]:
    for key, value in environ.items():
        name = key.removeprefix("HTTP_")
        if name != key or (key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value):
            yield name.replace("_", "-").lower().encode(), value.encode("latin-1")
