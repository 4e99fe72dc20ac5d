"""Every route says who may use it, and says no to nobody."""

import re
from typing import Any

import pytest
from flask import Flask
from support.apps import apps
from support.settings import SERVICES

OPEN = {
    "static",
    "health.live",
    "health.ready",
}
OPEN_OF_GATEWAY = re.compile(r"/(login|language|logout|oauth/|\.well-known/|internal/jwks|health/)")


def routes(app: Flask) -> list[tuple[str, str, str]]:
    return [
        (rule.endpoint, rule.rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def is_open(name: str, endpoint: str, path: str) -> bool:
    documents = endpoint.startswith("api-docs") or path.endswith("/openapi.json")
    return (
        endpoint in OPEN
        or documents
        or path.startswith("/health/")
        or path == "/metrics"
        or (name == "gateway" and bool(OPEN_OF_GATEWAY.match(path)))
    )


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_every_route_names_its_actor(name: str) -> None:
    app = apps()[name]
    nameless = [
        path
        for endpoint, path, _ in routes(app)
        if not is_open(name, endpoint, path)
        and not hasattr(app.view_functions[endpoint], "required_actor")
    ]
    assert nameless == []
    assert len(routes(app)) > 5


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_nobody_gets_in_anywhere(name: str) -> None:
    app = apps()[name]
    client = app.test_client()
    for endpoint, path, method in routes(app):
        if is_open(name, endpoint, path):
            continue
        concrete = re.sub(r"<[^>]*>", "0193a5f0-0000-7000-8000-000000000001", path)
        answer = client.open(concrete, method=method)
        assert answer.status_code in (401, 404), (method, path, answer.status_code)
        if "<" not in path:
            assert answer.status_code == 401, (method, path, answer.status_code)


@pytest.mark.parametrize("name", SERVICES)
def test_pages_and_apis_lie_where_the_gateway_looks_for_them(name: str) -> None:
    from gateway.routes import ROUTES

    prefixes = tuple(route.prefix for route in ROUTES if route.service == name)
    for endpoint, path, _ in routes(apps()[name]):
        inside = is_open(name, endpoint, path) or path.startswith("/internal/")
        assert inside or path.startswith(prefixes), f"{path} is routed to nobody"


@pytest.mark.parametrize("name", [*SERVICES, "gateway"])
def test_a_list_that_goes_on_takes_a_cursor_and_a_limit(name: str) -> None:
    document = apps()[name].test_client().get(f"/api/v1/openapi/{name}.json").json
    assert document
    kinds = document["components"]["schemas"]
    parts = {
        f"#/components/schemas/{kind}"
        for kind, each in kinds.items()
        if {"items", "after"} <= each.get("properties", {}).keys()
    }
    lists = {
        path: {each.get("name") for each in methods["get"].get("parameters", ())}
        for path, methods in document["paths"].items()
        if "get" in methods and answered(methods["get"]) in parts
    }
    assert lists
    assert [path for path, takes in lists.items() if not takes >= {"after", "limit"}] == []


def answered(operation: dict[str, Any]) -> str:
    """The schema of what is found, by its address in the document."""
    content = operation["responses"]["200"].get("content", {})
    return str(content.get("application/json", {}).get("schema", {}).get("$ref"))
