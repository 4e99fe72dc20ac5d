"""No route is forgotten: each has a case, or a reason why everybody may."""

from collections.abc import Iterable, Iterator

import pytest
from flask import Flask
from support.apps import apps

from isolation.cases import CASES, OPEN, PLACES_OF
from isolation.matrix import PLACE, Case

A_UUID = "0193a5f0-0000-7000-8000-000000000001"


def routes(app: Flask) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, str(rule)


def is_open(method: str, path: str) -> bool:
    """By the whole path, or by the folder that a name in OPEN ends with."""
    return any(
        f"{method} {path}".startswith(name) if name.endswith("/") else f"{method} {path}" == name
        for name in OPEN
    )


def rule_of(app: Flask, case: Case) -> str:
    """Which rule the router would choose for it."""
    numbered = PLACE.sub(lambda found: "7" if found[1].endswith("job") else A_UUID, case.path)
    adapter = app.url_map.bind("localhost")
    rule, _ = adapter.match(numbered.partition("?")[0], case.method, return_rule=True)
    return str(rule)


def forgotten(app: Flask, cases: Iterable[Case]) -> list[str]:
    asked = {(case.method, rule_of(app, case)) for case in cases}
    return [
        f"{method} {rule}"
        for method, rule in routes(app)
        if (method, rule) not in asked and not is_open(method, rule)
    ]


@pytest.mark.parametrize("service", PLACES_OF)
def test_every_route_is_asked(service: str) -> None:
    assert forgotten(apps()[service], (case for case in CASES if case.service == service)) == []


@pytest.mark.parametrize("service", PLACES_OF)
def test_what_the_interface_describes_is_routed(service: str) -> None:
    """So that every path of the OpenAPI document is among the routes that are asked."""
    app = apps()[service]
    document = app.test_client().get(f"/api/v1/openapi/{service}.json").json
    assert document and document["paths"]
    for path, methods in document["paths"].items():
        for method in methods.keys() & {"get", "post", "put", "patch", "delete"}:
            case = Case(service, method.upper(), path, ())
            assert rule_of(app, case), (method, path)


def test_what_is_open_is_there() -> None:
    there = {f"{method} {rule}" for app in apps().values() for method, rule in routes(app)}
    unused = [name for name in OPEN if not any(each.startswith(name) for each in there)]
    assert unused == []


def test_a_new_route_is_noticed() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/portal/prices", "prices", lambda: "", methods=["GET", "POST"])
    asked = [Case("rfp", "GET", "/portal/prices", ("buyer",))]
    assert forgotten(app, asked) == ["POST /portal/prices"]
