"""A request to a service, as bytes."""

import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from select import POLLIN, poll

HEAD = re.compile(
    r"[A-Z]+ [!-~]+ HTTP/1\.1\r\n"
    r"(?:[!-9;-~]+: [\x01-\x09\x0b\x0c\x0e-\xff]*\r\n)*"
    r"\r\n"
)


@dataclass
class Outgoing:
    """`length` is None for a body of unknown size, which travels in chunks."""

    method: str
    target: str
    headers: Iterable[tuple[str, str]]
    body: bytes | AsyncIterator[bytes] = b""
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
        return ("Transfer-Encoding: chunked",)
    if request.length or request.method not in ("GET", "HEAD"):
        return (f"Content-Length: {request.length}",)
    return ()


async def in_chunks(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in body:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def is_quiet(descriptor: int) -> bool:
    """Open, with nothing to read."""
    looked = poll()
    looked.register(descriptor, POLLIN)
    return not looked.poll(0)
