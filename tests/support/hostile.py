"""What no form and no system of ours would send, to every route of an app that takes something.

Which fields a route has is not written down here: a first request notes what its view asks for.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import uuid4

from flask import Flask
from marshmallow import Schema, fields
from sqlalchemy import Connection
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from shared.web.requests import TandemRequest
from support.actors import bearer

Ids = Mapping[str, Sequence[Any]]
Known = Mapping[str, str]
NOT_REACHED = (401, 403, 404, 405)
FORM = "application/x-www-form-urlencoded"
PLACES_TRIED = 24  # ids of things that are there, by reader


@dataclass(frozen=True)
class Reader:
    name: str
    token: Callable[[], str]
    csrf: str = ""


def reader(name: str) -> Reader:
    """Of an app whose tokens are names."""
    return Reader(name, lambda: name, f"csrf-{name}")


class Noted(ImmutableMultiDict[str, str]):
    """Remembers which names it was asked for."""

    asked: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *args, **kwargs)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


class NotingRequest(TandemRequest):
    parameter_storage_class = Noted


@dataclass
class Place:
    """A route at a thing that is there, its reader, and what its view asks for."""

    method: str
    rule: Rule
    path: str
    reader: Reader
    names: set[str] = field(default_factory=set)
    schemas: list[Schema] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def texts(self) -> list[str]:
        """Names of the fields that take any text, in the spelling of forms."""
        found = (leaves(schema) for schema in self.schemas)
        return sorted({name for names in found for name, leaf in names if is_text(leaf)})

    @property
    def all_names(self) -> list[str]:
        found = (leaves(schema) for schema in self.schemas)
        own = {name for names in found for name, _ in names}
        return sorted(own | self.names - {"csrf_token", "idempotency_key"})


def leaves(schema: Schema, prefix: str = "") -> Iterator[tuple[str, fields.Field[Any]]]:
    for key, each in schema.fields.items():
        yield from leaf(each, f"{prefix}{each.data_key or key}")


def leaf(each: fields.Field[Any], name: str) -> Iterator[tuple[str, fields.Field[Any]]]:
    if isinstance(each, fields.List):
        yield from leaf(each.inner, f"{name}-0")
    elif isinstance(each, fields.Nested):
        yield from leaves(each.schema, f"{name}-")
    else:
        yield name, each


def is_text(each: fields.Field[Any]) -> bool:
    return isinstance(each, fields.String) and not isinstance(each, fields.UUID)


class Hostile:
    """`undo` is the connection of a test whose changes are taken back after each request."""

    def __init__(
        self, app: Flask, ids: Ids, readers: Iterable[Reader], undo: Connection | None = None
    ) -> None:
        self.app, self.ids, self.readers, self.undo = app, ids, list(readers), undo
        self.loaded: list[Schema] = []
        self.lost: list[str] = []
        self.sent = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While views note what they ask for."""
        load, kind = Schema._do_load, self.app.request_class

        def noted(schema: Schema, *args: Any, **kwargs: Any) -> Any:
            self.loaded.append(schema)
            return load(schema, *args, **kwargs)

        Schema._do_load = noted  # type: ignore[method-assign]  # put back below
        self.app.request_class = NotingRequest
        try:
            yield
        finally:
            Schema._do_load = load  # type: ignore[method-assign]  # as it was
            self.app.request_class = kind

    def places(self, left_out: Iterable[str] = ()) -> Iterator[Place]:
        """Every route, each as somebody who is let in; `lost` gets those that nobody reaches."""
        for rule in self.app.url_map.iter_rules():
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                label = f"{method} {rule}"
                if rule.endpoint == "static" or label.startswith(tuple(left_out)):
                    continue
                place = self.found(method, rule)
                if place:
                    yield place
                else:
                    self.lost.append(label)

    def found(self, method: str, rule: Rule) -> Place | None:
        for who, path in product(self.readers, islice(self.paths(rule), PLACES_TRIED)):
            place = Place(method, rule, path, who)
            with self.watching():
                status = self.learn(place)
            if status not in NOT_REACHED:
                return place
        return None

    def paths(self, rule: Rule) -> Iterator[str]:
        names = sorted(rule.arguments)
        values = [self.ids.get(name, ()) for name in names]
        for some in product(*values):
            with suppress(ValueError):  # an id of another kind of thing
                _, path = rule.build(dict(zip(names, some, strict=True))) or ("", "")  # type: ignore[misc]
                yield path

    def learn(self, place: Place) -> int:
        """Ask until nothing new is asked for; ids that it asks for are given."""
        status, known = 404, -1
        while known < len(place.names):
            known = len(place.names)
            Noted.asked.clear()
            self.loaded.clear()
            status = self.plainly(place)
            place.names |= Noted.asked
            place.schemas = list({type(each): each for each in self.loaded}.values())
            place.known = {name: str(self.ids[name][0]) for name in place.names if name in self.ids}
        return status

    def plainly(self, place: Place) -> int:
        if place.method == "GET":
            return self.send(place, query=place.known)
        if place.is_api:
            return self.send(place, b"{}", "application/json")
        return self.typed(place, place.known)

    def typed(self, place: Place, values: Mapping[str, str], kind: str = FORM) -> int:
        return self.send(place, urlencode(self.form_of(place, values)).encode(), kind)

    def form_of(self, place: Place, values: Mapping[str, str]) -> dict[str, str]:
        hidden = {"csrf_token": place.reader.csrf, "idempotency_key": str(uuid4())}
        return hidden | dict(values)

    def send(
        self,
        place: Place,
        body: bytes = b"",
        kind: str = "",
        query: Mapping[str, str] | None = None,
    ) -> int:
        """The status. Whatever the request changed is taken back."""
        headers = bearer(place.reader.token(), **{"Idempotency-Key": str(uuid4())})
        before, started = self.undo and self.undo.begin_nested(), time.process_time()
        answer = self.app.test_client().open(
            place.path + (f"?{urlencode(query)}" if query else ""),
            method=place.method,
            data=body,
            content_type=kind or None,
            headers=headers,
        )
        answer.get_data()
        self.cpu_s = time.process_time() - started
        self.answer = answer
        if before:
            before.rollback()
        self.sent += 1
        return answer.status_code
