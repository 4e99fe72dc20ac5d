"""What a process says on a port that nobody outside reaches: figures, and whether it lives."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from shared import metrics

StartResponse = Callable[..., Any]
Door = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]  # ASGI
Said = tuple[int, str, bytes]
Answers = Mapping[str, Callable[[], Said]]
PATIENCE_S = 5.0


def door(answers: Answers) -> Door:
    """GET of these paths, and nothing else."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        asked = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        status, kind, body = said(answers, *asked)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    return answer


def said(answers: Answers, method: str, path: str) -> Said:
    known = answers.get(path) if method == "GET" else None
    return known() if known else as_json(404, status="unknown")


def as_json(code: int, **said: object) -> Said:
    return code, "application/json", json.dumps(said).encode()


def figures(service: str, state: metrics.State = lambda: ()) -> Said:
    return 200, metrics.CONTENT_TYPE, metrics.exposition(service, state)


def beside(public: Application, answers: Answers, bind: str) -> Application:
    """By the port at which the server took the connection, whatever the request says of itself."""
    port = bind.rpartition(":")[2]

    async def tell(scope: Message, _receive: Receive, send: Send) -> None:
        status, kind, body = said(answers, scope["method"], scope["path"])
        headers = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def choose(scope: Message, receive: Receive, send: Send) -> Awaitable[None]:
        chosen = tell if str(scope["server"][1]) == port else public
        return chosen(scope, receive, send)

    return choose if bind else public


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Without asking the network what our name is."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class Quiet(WSGIRequestHandler):
    timeout = PATIENCE_S

    def log_message(self, format: str, *args: Any) -> None:
        """What monitoring asks twice a minute is no news."""


def serve(private: Door, bind: str) -> Server:
    """In a thread of its own, until the process ends."""
    host, _, port = bind.rpartition(":")
    server = make_server(host, int(port), private, Server, Quiet)
    Thread(target=server.serve_forever, name="private", daemon=True).start()
    return server
