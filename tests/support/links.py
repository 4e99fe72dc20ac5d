"""Follows every link that a page offers its reader."""

from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from support.actors import bearer


class Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "a":
            self.found.add(has.get("href") or "")
        if has.get("hx-get"):
            self.found.add(has["hx-get"] or "")


def crawl(client: FlaskClient, who: str, start: Iterable[str]) -> set[str]:
    """Every address of this service that can be reached from `start`; each must answer.

    Links to other services are left alone.
    """
    seen: set[str] = set()
    ahead = [(path, "the start") for path in start]
    while ahead:
        path, page = ahead.pop()
        if path in seen or not is_ours(client.application, path):
            continue
        seen.add(path)
        answer = client.get(path, headers=bearer(who))
        assert answer.status_code < 400, f"{who}: {path} on {page} is {answer.status_code}"
        if answer.mimetype == "text/html":
            ahead += [
                (urljoin(path, link).split("#")[0], path) for link in Links(answer.text).found
            ]
    return seen


def is_ours(app: Flask, address: str) -> bool:
    parts = urlsplit(address)
    if parts.netloc or parts.path.startswith("/static"):
        return False
    try:
        app.url_map.bind("").match(parts.path)
    except HTTPException:
        return False
    return True
