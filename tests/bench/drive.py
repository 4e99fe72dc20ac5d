"""Requests sent as fast as a few connections carry them, from one thread that does little else."""

import select
import socket
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST_S = 120.0


@dataclass
class Driven:
    """What came back. Seconds, all of them."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    last_body: bytes = b""
    received: int = 0

    @property
    def per_second(self) -> float:
        return len(self.statuses) / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def request(method: str, url: str, body: bytes = b"", **headers: str) -> bytes:
    """The bytes of one request, made before the clock runs."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}"]
    if body:
        headers = {"Content_Type": "application/json", **headers}
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """One request at a time; opened again wherever the server closes it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address
        self.socket: socket.socket | None = None
        self.received = b""
        self.began = 0.0

    def fileno(self) -> int:
        assert self.socket
        return self.socket.fileno()

    def send(self, sent: bytes) -> None:
        self.began, self.received = time.perf_counter(), b""
        if self.socket is None:
            self.socket = socket.create_connection(self.address, timeout=30)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(sent)

    def answer(self) -> tuple[int, bytes] | None:
        """Status and body once they are whole."""
        assert self.socket
        more = self.socket.recv(262_144)
        assert more, f"the server closed the connection after {self.received[:200]!r}"
        self.received += more
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator or not is_whole(head.lower(), body):
            return None
        if b"connection: close" in head.lower():
            self.close()
        return int(head[9:12]), body

    def close(self) -> None:
        if self.socket:
            self.socket.close()
        self.socket = None


def is_whole(head: bytes, body: bytes) -> bool:
    if b"transfer-encoding: chunked" in head:
        return body.endswith(b"0\r\n\r\n")
    _, _, length = head.partition(b"content-length: ")
    return len(body) >= int(length.split(b"\r\n", 1)[0] or 0)


def drive(base_url: str, requests: Iterable[bytes], *, connections: int) -> Driven:
    """Send all of them and wait for all answers."""
    parts = urlsplit(base_url)
    address = (parts.hostname or "", parts.port or 80)
    waiting, driven = deque(requests), Driven()
    lines = [Connection(address) for _ in range(min(connections, len(waiting)))]
    began = time.perf_counter()
    busy = {line.fileno(): line for line in lines if send_next(line, waiting)}
    while busy:
        assert time.perf_counter() - began < MOST_S, f"{len(waiting)} requests are left"
        for number in select.select(list(busy), [], [], MOST_S)[0]:
            line = busy.pop(number)
            if take(line, driven) and not send_next(line, waiting):
                continue
            busy[line.fileno()] = line
    driven.seconds = time.perf_counter() - began
    for line in lines:
        line.close()
    return driven


def send_next(line: Connection, waiting: deque[bytes]) -> bool:
    if not waiting:
        return False
    line.send(waiting.popleft())
    return True


def take(line: Connection, driven: Driven) -> bool:
    """Note the answer when it is whole; False as long as it is not."""
    answer = line.answer()
    if answer is None:
        return False
    driven.latencies.append(time.perf_counter() - line.began)
    driven.statuses.append(answer[0])
    driven.last_body = answer[1]
    driven.received += len(answer[1])
    return True
