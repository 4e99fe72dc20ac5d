"""A request to a service, as bytes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from socket import MSG_PEEK, socket

HEAD = re.compile(
    r"[A-Z]+ [!-~]+ HTTP/1\.1\r\n"
    r"(?:[!-9;-~]+: [\x01-\x09\x0b\x0c\x0e-\xff]*\r\n)*"
    r"\r\n"
)


@dataclass(frozen=True)
class Outgoing:
    """`length` is None for a body of unknown size, which travels in chunks."""

    method: str
    target: str
    headers: Iterable[tuple[str, str]]
    body: Iterable[bytes] = ()
    length: int | None = 0


def head_of(request: Outgoing) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines += framing(request)
    head = "\r\n".join((*lines, "", ""))
    if not HEAD.fullmatch(head) or head.count("\n") != len(lines) + 1:
        raise ValueError("a header that is no line, or more than one")
    return head.encode("latin-1")


def framing(request: Outgoing) -> Iterable[str]:
    if request.length is None:
        yield "Transfer-Encoding: chunked"
    elif request.length or request.method not in ("GET", "HEAD"):
        yield f"Content-Length: {request.length}"


def transmit(connection: socket, head: bytes, request: Outgoing) -> bool:
    """Send head and body. False where the service answered before it had read everything."""
    if request.length is not None and isinstance(request.body, Sequence):
        connection.sendall(b"".join((head, *request.body)))
        return True
    connection.sendall(head)
    for piece in pieces(request):
        if not is_quiet(connection):
            return False
        try:
            connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return False
    return True


def pieces(request: Outgoing) -> Iterable[bytes]:
    """The body as it travels. An empty chunk is the last one."""
    return request.body if request.length is not None else map(framed, chain(request.body, [b""]))


def framed(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def is_quiet(connection: socket) -> bool:
    """Open, with nothing to read."""
    timeout = connection.gettimeout()
    try:
        connection.setblocking(False)
        connection.recv(1, MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        connection.settimeout(timeout)
    return False
