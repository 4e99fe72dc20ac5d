"""A whole answer of the edge's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Headers = ()
    body: bytes = b""

    @property
    def line(self) -> str:
        return f"{self.status} {HTTPStatus(self.status).phrase}"

    @property
    def fields(self) -> Headers:
        return [*self.headers, ("Content-Length", str(len(self.body)))]


def redirect(location: str) -> Reply:
    return Reply(303, [("Location", location)])
