"""Requests that nobody would think of, made up by schemathesis from an OpenAPI document."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import cycle, product
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

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
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


class Fuzz:
    """Sends the requests as each reader and as nobody; `findings` says what is wrong, and where.

    `ids` are of things that are there, by the name of the parameter. `tokens` of readers whose name
    is not their token.
    """

    def __init__(
        self, app: Flask, name: str, ids: Ids, tokens: Mapping[str, str] | None = None
    ) -> None:
        self.tokens = tokens or {}
        self.schema = schemathesis.openapi.from_wsgi(f"/api/v1/openapi/{name}.json", app)
        self.ids = {name: cycle(map(str, values)) for name, values in ids.items()}
        self.findings: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()

    def run(self, *readers: str) -> None:
        for operation, reader, mode in product(self.operations(), (*readers, ""), MODES):
            self.send(operation, reader, mode)

    def operations(self) -> Iterator[Any]:
        return (each.ok() for each in self.schema.get_all_operations())

    def send(self, operation: Any, reader: str, mode: GenerationMode) -> None:
        @seed(1)
        @QUICKLY
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            headers = bearer(self.tokens.get(reader, reader)) if reader else {}
            self.look(case, self.named(case).call(headers=headers), reader)

        with suppress(Unsatisfiable):  # what has no parameters cannot be asked wrongly
            one()

    def report(self) -> str:
        return "\n".join(sorted(self.findings))

    def named(self, case: Any) -> Any:
        """Every other time with ids of things that are there."""
        known = self.ids.keys() & (case.path_parameters or {}).keys()
        if known and sum(self.statuses.values()) % 2:
            case.path_parameters |= {name: next(self.ids[name]) for name in known}
        return case

    def look(self, case: Any, answer: Any, reader: str) -> None:
        self.statuses[answer.status_code] += 1
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
