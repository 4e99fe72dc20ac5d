"""No page is forgotten: each rule of the URL maps is opened by somebody, or is no page."""

from collections.abc import Iterable, Iterator

import pytest
from flask import Flask
from support.apps import apps
from support.gallery import NO_PAGES, imagined, shots
from support.scenes import Shot
from werkzeug.exceptions import HTTPException

LISTED = list(shots(imagined()))


def pages(app: Flask) -> Iterator[str]:
    """What answers GET with a page of its own."""
    rules = (str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()))
    return (rule for rule in rules if not rule.startswith(tuple(NO_PAGES)))


def opened(app: Flask, listed: Iterable[Shot]) -> Iterator[str]:
    for shot in listed:
        try:
            path = shot.path.partition("?")[0]
            rule, _ = app.url_map.bind("localhost").match(path, "GET", return_rule=True)
        except HTTPException:
            continue  # of another service, or not there on purpose
        yield str(rule)


def forgotten(app: Flask, listed: Iterable[Shot]) -> list[str]:
    return sorted(set(pages(app)) - set(opened(app, listed)))


@pytest.mark.parametrize("service", apps())
def test_every_page_is_looked_at(service: str) -> None:
    assert forgotten(apps()[service], LISTED) == []


def test_what_is_no_page_is_there() -> None:
    rules = [str(rule) for app in apps().values() for rule in app.url_map.iter_rules()]
    assert [each for each in NO_PAGES if not any(r.startswith(each) for r in rules)] == []


def test_each_look_has_its_name() -> None:
    names = [shot.name for shot in LISTED]
    assert len(names) == len(set(names))


def test_a_new_page_is_noticed() -> None:
    app = Flask(__name__, static_folder=None)
    for path in ("/portal/prices", "/portal/prices/<uuid:price_id>"):
        app.add_url_rule(path, path, lambda **found: "")
    assert forgotten(app, [Shot("prices", "buyer", "/portal/prices?sort=name")]) == [
        "/portal/prices/<uuid:price_id>"
    ]
