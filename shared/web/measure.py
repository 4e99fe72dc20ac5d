"""Counts and times requests by the template of their route; answers `/metrics`.

The edge routes `/metrics` to nobody: Prometheus asks each process on its own private port.
"""

from time import perf_counter

from flask import Blueprint, Flask, Response, current_app, g, request

from shared import metrics
from shared.web.access import open_to_all

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
measures = Blueprint("measures", __name__)


def init_measures(app: Flask) -> None:
    app.register_blueprint(measures)
    app.before_request(begin)
    app.after_request(note)


def begin() -> None:
    g.began = perf_counter()


def note(answer: Response) -> Response:
    """An address without a route is one of endlessly many: they are counted together."""
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    metrics.REQUESTS.labels(method, route, f"{answer.status_code // 100}xx").inc()
    if "began" in g:
        metrics.REQUEST_SECONDS.labels(method, route).observe(perf_counter() - g.began)
    return answer


@measures.get("/metrics")
@open_to_all
def show() -> Response:
    content = metrics.exposition(current_app.extensions["service"])
    return Response(content, content_type=metrics.CONTENT_TYPE)
