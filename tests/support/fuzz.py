"""Requests that nobody would think of, made up by schemathesis from an OpenAPI document."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle, product
from typing import Any
from uuid import uuid4

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import Connection

from support.actors import bearer

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    response_schema_conformance,
    content_type_conformance,
)
EXAMPLES = 5  # of each operation, for each reader, valid and invalid
QUICKLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
Ids = Mapping[str, Sequence[Any]]
Bodies = Mapping[str, Any]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
SEED = int(os.environ.get("TANDEM_FUZZ_SEED", "1"))  # another one asks other things
KEY = "Idempotency-Key"


class Fuzz:
    """Sends the requests as each reader and as nobody; `findings` says what is wrong, and where.

    `ids` are of things that are there, by the name of the parameter. `tokens` of readers whose name
    is not their token. `undo` is a connection on which what a request changed is taken back, so
    that what can happen once can happen to the next request. `bodies` are good ones, by operation:
    chance seldom finds a bid.
    """

    def __init__(
        self,
        app: Flask,
        ids: Ids,
        bodies: Bodies,
        tokens: Mapping[str, str] | None = None,
        undo: Connection | None = None,
    ) -> None:
        self.tokens, self.undo, self.bodies = tokens or {}, undo, bodies
        name = app.extensions["service"]
        self.schema = schemathesis.openapi.from_wsgi(f"/api/v1/openapi/{name}.json", app)
        self.all_ids, self.ids = ids, {name: cycle(map(str, each)) for name, each in ids.items()}
        self.findings: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.answered: dict[str, Counter[int]] = {}

    def run(self, *readers: str) -> None:
        sys.stdout.write(f"TANDEM_FUZZ_SEED={SEED}\n")
        for operation in self.operations():
            self.send_good(operation, readers)
        for operation, reader, mode in product(self.operations(), (*readers, ""), MODES):
            self.send(operation, reader, mode)
        done = len(self.answered) - len(self.without_success())
        sent = sum(self.statuses.values())
        sys.stdout.write(f"{sent} requests; {done} of {len(self.answered)} operations with 2xx\n")

    def operations(self) -> Iterator[Any]:
        return (each.ok() for each in self.schema.get_all_operations())

    def without_success(self) -> list[str]:
        """Operations that never said yes: what was asked of them hardly went deep."""
        return sorted(
            label
            for label, statuses in self.answered.items()
            if not any(200 <= status < 300 for status in statuses)
        )

    def send(self, operation: Any, reader: str, mode: GenerationMode) -> None:
        @seed(SEED)
        @QUICKLY
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            if mode is GenerationMode.POSITIVE and KEY in (case.headers or {}):
                case.headers[KEY] = str(uuid4())
            self.ask(self.named(case), reader)

        # what has no parameters cannot be asked wrongly
        nothing = (Unsatisfiable,) if mode is GenerationMode.NEGATIVE else ()
        with suppress(*nothing):
            one()

    def send_good(self, operation: Any, readers: Sequence[str]) -> None:
        """With ids of things that are there, until somebody is answered with a yes."""
        body = self.bodies.get(operation.label, {} if operation.body else NOT_SET)
        names = [each.name for each in operation.path_parameters]
        for reader, some in product(readers, product(*(self.all_ids[name] for name in names))):
            if any(200 <= each < 300 for each in self.answered.get(operation.label, ())):
                return
            place = dict(zip(names, map(str, some), strict=True))
            self.ask(self.good_case(operation, place, body), reader)

    def good_case(self, operation: Any, place: dict[str, str], body: Any) -> Any:
        query = {"name": "file.txt"} if "name" in {each.name for each in operation.query} else {}
        kind = next((each.media_type for each in operation.body), None)
        return operation.Case(
            path_parameters=place,
            query=query,
            headers={KEY: str(uuid4())},
            body=body,
            media_type=kind,
        )

    def report(self) -> str:
        return "\n".join(sorted(self.findings))

    def named(self, case: Any) -> Any:
        """Every other time with ids of things that are there."""
        known = self.ids.keys() & (case.path_parameters or {}).keys()
        if known and sum(self.statuses.values()) % 2:
            case.path_parameters |= {name: next(self.ids[name]) for name in known}
        return case

    def ask(self, case: Any, reader: str) -> None:
        headers = bearer(self.tokens.get(reader, reader)) if reader else {}
        before = self.undo and self.undo.begin_nested()
        answer = case.call(headers=headers)
        if before:
            before.rollback()
        self.look(case, answer, reader)

    def look(self, case: Any, answer: Any, reader: str) -> None:
        self.statuses[answer.status_code] += 1
        self.answered.setdefault(case.operation.label, Counter())[answer.status_code] += 1
        where = f"{case.operation.label} as {reader or 'nobody'}: {answer.status_code}"
        if not reader and answer.status_code not in (401, 404, 405):
            self.findings[f"{where}, nobody is let in"] += 1
        for check in CHECKS:
            try:
                case.validate_response(answer, checks=[check])
            except (Failure, FailureGroup) as fault:
                self.findings |= {f"{where}, {check.__name__}: {one}": 1 for one in told(fault)}


def told(fault: Failure | FailureGroup) -> Iterator[str]:
    for each in fault.exceptions if isinstance(fault, FailureGroup) else [fault]:
        yield " ".join(str(each).split())[:400]
