"""Around htmx-flask, which knows the header names of htmx 2 only."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from htmx_flask import Htmx
from htmx_flask.requests import HtmxHeaders as Htmx2Headers

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)


class HtmxHeaders(Htmx2Headers):  # type: ignore[misc]  # untyped there
    """htmx 4 sends `HX-Source` and `HX-Target` as `tag#id`."""

    @property
    def source(self) -> str:
        return str(self._headers.get("HX-Source", "")).partition("#")[2]

    @property
    def target(self) -> str:
        return str(self._headers.get("HX-Target", "")).partition("#")[2]

    @property
    def full(self) -> bool:
        return bool(self._headers.get("HX-Request-Type") == "full")


def init_htmx(app: Flask) -> None:
    Htmx(app)
    app.after_request(vary)


def wants_fragment() -> bool:
    """True only where htmx will put the answer into a page that is already there."""
    htmx: HtmxHeaders = request.htmx  # type: ignore[attr-defined]  # of TandemRequest
    return bool(htmx) and not (htmx.full or htmx.boosted or htmx.history_restore_request)


def page_shown() -> str:
    """Where the reader is, as a link of ours; htmx sends the whole address."""
    current = urlsplit(request.headers.get("HX-Current-URL", ""))
    path = "/" + current.path.lstrip("/")
    return f"{path}?{current.query}" if current.query else path


def vary(response: Response) -> Response:
    """Answers differ by who asks and how, so nobody may keep them."""
    response.vary.update(["HX-Request", "HX-Request-Type", "Accept-Language", "Cookie"])
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Content-Security-Policy", POLICY)
    return response
