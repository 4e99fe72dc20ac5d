"""What is tried on every route of an app, and what may answer it."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask
from flask.testing import FlaskClient

from support.database import Sessions
from support.hostile import FORM, Hostile, Place, reader

REFUSED = (400, 413, 415, 422)
INSIDE = ("GET /internal/", "POST /internal/")  # the same in every service
CPU_S = 2.0  # that one refusal may cost, on a slow machine


@dataclass(frozen=True)
class Trick:
    """`expected` are the statuses that may answer it."""

    name: str
    body: bytes
    kind: str = "application/json"
    expected: tuple[int, ...] = (400,)


UNSHOWN = {
    "NUL": "a\0b",
    "an escape": "a\x1b[2Jb",
    "a C1 control": "a\x9bb",
    "an override": "a\u202egpj.exe",
    "an isolate": "a\u2066b",
    "too long": "x" * 30_000,
}
NUMBERS = (
    "1e400",
    "-1e999999999",
    "NaN",
    "Infinity",
    "9" * 5000,
    "0." + "0" * 5000 + "1",
    "１" * 99,
)
HALF = "a\ud800b"
NAME = '{"title": "a", "title": "b"}'
JSON_TRICKS = [
    Trick("a name twice", NAME.encode()),
    Trick("a name twice, further down", b'{"lines": [%s]}' % NAME.encode()),
    Trick("deep lists", b"[" * 100_000),
    Trick("deep lists that end", b"[" * 100_000 + b"]" * 100_000),
    Trick("deep objects", b'{"a":' * 100_000),
    Trick("NaN", b'{"title": NaN}'),
    Trick("minus infinity", b'{"title": -Infinity}'),
    Trick("1e400", b'{"title": 1e400}', expected=REFUSED),
    Trick("a number of 5,000 digits", b'{"title": %s}' % (b"9" * 5000)),
    Trick("GBK", '{"title": "标题"}'.encode("gbk")),
    Trick("UTF-16", '{"title": "a"}'.encode("utf-16")),
    Trick("GBK that says so", b'{"title": "a"}', "application/json; charset=gbk", (400, 415)),
    Trick("half of it", b'{"title": "a'),
    Trick("a list", b"[]", expected=REFUSED),
    Trick("a text", b'"title"', expected=REFUSED),
    Trick("null", b"null", expected=REFUSED),
]
BOUNDARY = "multipart/form-data; boundary=b"


def part(name: bytes, content: bytes) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n' % name
    return head + content + b"\r\n--b--\r\n"


FORM_TRICKS = [
    Trick("GBK", urlencode({"title": "标题"}, encoding="gbk").encode(), FORM),
    Trick("GBK as it is", b"title=" + "标题".encode("gbk"), FORM),
    Trick("GBK that says so", b"title=a", f"{FORM}; charset=gbk", (415,)),
    Trick("UTF-16", "title=标题".encode("utf-16"), FORM),
    Trick("20,000 fields", b"a=&" * 20_000, FORM),
    Trick("two megabytes", b"title=" + b"a" * 2 * 1024**2, FORM, (413,)),
    Trick("parts without a boundary", part(b"title", b"a"), "multipart/form-data"),
    Trick("parts in GBK", part(b"title", "标题".encode("gbk")), BOUNDARY),
    Trick("parts that break off", part(b"title", b"a")[:-12], BOUNDARY),
]
DEEP_NAME = "a" + "-0-a" * 50_000


class Findings:
    """What is wrong with the answers, by route and trick."""

    def __init__(self, hostile: Hostile) -> None:
        self.hostile = hostile
        self.found: list[str] = []
        self.routes = 0

    def run(self, left_out: Iterable[str] = ()) -> None:
        for place in self.hostile.places(left_out):
            self.try_everything(place)
            self.routes += 1
        sys.stdout.write(f"{self.hostile.sent} requests to {self.routes} routes\n")

    def expect(self, place: Place, trick: str, status: int, expected: Sequence[int] = ()) -> None:
        """Nothing breaks, nothing takes long, and what must be refused is."""
        if status >= 500 or (expected and status not in expected):
            said = re.sub(r"\s+", " ", self.hostile.answer.text)[:160]
            self.found.append(f"{place.label}: {trick}: {status} {said if status >= 500 else ''}")
        if self.hostile.cpu_s > CPU_S:
            self.found.append(f"{place.label}: {trick}: {self.hostile.cpu_s:.1f} s")

    def try_everything(self, place: Place) -> None:
        self.try_path(place)
        self.try_query(place)
        if place.method == "GET":
            return
        if place.is_api:
            self.try_json(place)
        else:
            self.try_form(place)

    def try_path(self, place: Place) -> None:
        """Where the path takes any text or number."""
        for name in sorted(place.rule.arguments):
            kind = type(place.rule._converters[name]).__name__
            odd = {"UnicodeConverter": "%00", "BigInt": "9" * 40}.get(kind)
            if odd is not None:
                known = map(quote, map(str, self.hostile.ids[name]))
                real = next(each for each in known if each in place.path)
                there = Place(place.method, place.rule, place.path.replace(real, odd), place.reader)
                self.expect(there, f"{name} in the path", self.hostile.plainly(there), (404,))

    def try_query(self, place: Place) -> None:
        for trick, text in (UNSHOWN | dict.fromkeys(NUMBERS, "")).items():
            query = dict.fromkeys(place.all_names, text or trick)
            if query:
                self.expect(place, f"{trick} in the address", self.asked(place, query))

    def asked(self, place: Place, query: Mapping[str, str]) -> int:
        hostile = self.hostile
        if place.method == "GET":
            return hostile.send(place, query=query)
        empty = urlencode(hostile.form_of(place, place.known)).encode()
        body, kind = (b"{}", "application/json") if place.is_api else (empty, FORM)
        return hostile.send(place, body, kind, query)

    def try_json(self, place: Place) -> None:
        """Other bodies are files, which may hold anything."""
        if not takes_json(self.hostile.app, place):
            return
        for trick in JSON_TRICKS:
            status = self.hostile.send(place, trick.body, trick.kind)
            self.expect(place, trick.name, status, trick.expected)
        for name, text in {**UNSHOWN, "half a character": HALF}.items():
            body = json.dumps(nested(place.all_names, place.texts, text)).encode()
            expected = REFUSED if place.texts else ()
            self.expect(place, name, self.hostile.send(place, body, "application/json"), expected)
        for number in NUMBERS:
            body = json.dumps(nested(place.all_names, place.all_names, number)).encode()
            self.expect(place, number[:20], self.hostile.send(place, body, "application/json"))

    def try_form(self, place: Place) -> None:
        for trick in FORM_TRICKS:
            self.try_body(place, trick)
        for name, text in UNSHOWN.items():
            values = place.known | dict.fromkeys(place.texts or place.all_names, text)
            changed = (409,) if "seen" in place.all_names else ()  # a draft that is not as it was
            expected = (*REFUSED, *changed) if place.texts else ()
            self.expect(place, name, self.hostile.typed(place, values), expected)
        for number in NUMBERS:
            values = dict.fromkeys(place.all_names, number)
            self.expect(place, number[:20], self.hostile.typed(place, values))
        self.expect(place, "a deep name", self.hostile.typed(place, {DEEP_NAME: "x"}))

    def try_body(self, place: Place, trick: Trick) -> None:
        """A view that reads no form at all may take no notice of it."""
        reads = place.names or place.schemas
        status = self.hostile.send(place, trick.body, trick.kind)
        self.expect(place, trick.name, status, trick.expected if reads else ())


def described(app: Flask, place: Place) -> Mapping[str, Any]:
    """The operation in the OpenAPI document."""
    name = app.extensions["service"]
    document = app.test_client().get(f"/api/v1/openapi/{name}.json").get_json()
    path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(place.rule))
    found: Mapping[str, Any] = document["paths"][path][place.method.lower()]
    return found


def takes_json(app: Flask, place: Place) -> bool:
    return "application/json" in described(app, place).get("requestBody", {}).get("content", {})


def nested(names: Iterable[str], changed: Iterable[str], text: str) -> dict[str, Any]:
    """`lots-0-title` as JSON has it, with the text where it is wanted and "1" elsewhere."""
    whole: dict[str, Any] = {}
    chosen = set(changed)
    for name in names:
        plant(whole, name.split("-"), text if name in chosen else "1")
    return whole


def plant(branch: dict[str, Any], steps: Sequence[str], leaf: str) -> None:
    name, *rest = steps
    if not rest:
        branch[name] = leaf
    elif len(rest) == 1:
        branch[name] = [leaf]
    else:
        rows = branch.setdefault(name, [{}])
        plant(rows[0], rest[1:], leaf)


def refused(
    client: FlaskClient,
    sessions: Sessions,
    ids: Mapping[str, Sequence[Any]],
    readers: Iterable[str],
    left_out: Iterable[str],
) -> None:
    """Try everything on each route as one of the readers who is let in there."""
    hostile = Hostile(client.application, ids, map(reader, readers), sessions.kw["bind"])
    findings = Findings(hostile)
    findings.run(left_out)
    assert findings.found == []
    assert hostile.lost == []
