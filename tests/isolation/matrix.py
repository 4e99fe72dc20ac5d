"""A table of cases becomes requests; answers become findings."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from isolation.actors import API, EVERYBODY, NOBODY, PAGE

SAFE = ("GET", "HEAD")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLACE = re.compile(r"\{(\w+)\}")
REFUSED = (401, 403, 404)
Table = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Case:
    """`GET /portal/bids/{bid}` and who is admitted. The first of them is its owner."""

    service: str
    method: str
    path: str
    admits: tuple[str, ...]
    body: Mapping[str, Any] = field(default_factory=dict)
    holds: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def label(self) -> str:
        return f"{self.service}: {self.name}"

    @property
    def owner(self) -> str:
        return self.admits[0]

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE

    @property
    def is_internal(self) -> bool:
        return self.path.startswith("/internal/")

    @property
    def way(self) -> str:
        return API if self.path.startswith("/api/") else PAGE

    def at(self, places: Mapping[str, str]) -> "Case":
        """With the ids of a scene in its path and its body."""
        return replace(self, path=filled(self.path, places), body=filled(self.body, places))

    @property
    def has_places(self) -> bool:
        return bool(PLACE.search(self.path) or PLACE.search(str(self.body)))

    @property
    def askers(self) -> Iterator[str]:
        """Everybody for what only looks. What may change something is asked by strangers only."""
        return (each for each in EVERYBODY if self.is_safe or each not in self.admits)


def filled(value: Any, places: Mapping[str, str]) -> Any:
    """Names of places in texts at any depth."""
    if isinstance(value, str):
        return PLACE.sub(lambda found: places[found[1]], value)
    if isinstance(value, Mapping):
        return {name: filled(each, places) for name, each in value.items()}
    return [filled(each, places) for each in value] if isinstance(value, list) else value


def cases(
    service: str,
    table: Table,
    bodies: Mapping[str, Mapping[str, Any]],
    holds: Mapping[str, str],
) -> Iterator[Case]:
    """`bodies` say what is sent where nothing would not do; `holds`, what its owner must see."""
    assert not (bodies.keys() | holds.keys()) - table.keys()
    for name, admits in table.items():
        method, path = name.split(" ", 1)
        assert admits and set(admits) <= set(EVERYBODY), name
        body, held = bodies.get(name, {}), holds.get(name, "")
        yield Case(service, method, path, tuple(admits), body, held)


@dataclass(frozen=True)
class Secret:
    """Text or an id that nobody else may read in any answer."""

    what: str
    text: str
    known_to: frozenset[str]

    @property
    def spellings(self) -> tuple[bytes, bytes]:
        """As pages write it, and as JSON does."""
        return self.text.encode(), json.dumps(self.text)[1:-1].encode()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: str
    content: bytes
    sent: str  # all of the request's line and body: what one says oneself is no news
    location: str = ""
    leaves: bool = False  # signing out leads to the login, too

    @property
    def is_refusal(self) -> bool:
        to_login = self.status == 303 and self.location.startswith("/login") and not self.leaves
        return to_login or self.status in REFUSED

    @property
    def error(self) -> str:
        """What an API says of it; pages say too much."""
        return self.content[:200].decode() if self.content.startswith(b"{") else ""

    @property
    def is_success(self) -> bool:
        return self.status < 400 and not self.is_refusal


@dataclass(frozen=True)
class Finding:
    kind: str  # admitted, shown, refused
    case: str
    who: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.who}: {self.case}: {self.detail}"


def judged(case: Case, who: str, answer: Answer, secrets: Collection[Secret]) -> Iterator[Finding]:
    """What is wrong with one answer to one request."""
    if who in case.admits:
        if not answer.is_success:
            yield Finding("refused", case.label, who, f"{answer.status} {answer.error}")
    elif not answer.is_refusal:
        yield Finding("admitted", case.label, who, str(answer.status))
    elif who == NOBODY and answer.status not in (401, 303):
        yield Finding("admitted", case.label, who, f"{answer.status} and no word of signing in")
    yield from (
        Finding("shown", case.label, who, each.what) for each in shown(who, answer, secrets)
    )


def shown(who: str, answer: Answer, secrets: Collection[Secret]) -> Iterator[Secret]:
    for each in secrets:
        if who in each.known_to or each.text in answer.sent:
            continue
        if each.text in answer.headers or any(said in answer.content for said in each.spellings):
            yield each
