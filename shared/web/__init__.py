"""Glue between Flask and everything that does not know about Flask."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, abort, g, request
from flask_smorest import Api
from sqlalchemy.orm import Session, sessionmaker

from shared.kernel import Actor, uuid7
from shared.messaging.inbox import Handler
from shared.telemetry import Cause, cause
from shared.web import stuck
from shared.web.access import check_csrf, open_to_all, requires
from shared.web.errors import init_errors
from shared.web.fields import Amount, Money
from shared.web.health import init_health
from shared.web.htmx import init_htmx
from shared.web.i18n import init_i18n
from shared.web.internal import init_internal
from shared.web.json_answers import IsoJson
from shared.web.measure import init_measures
from shared.web.pages import fragment, invalid, page, see_other
from shared.web.requests import NUL, BigInt, TandemRequest
from shared.web.templating import init_templates
from shared.web.transactions import now, transaction

__all__ = [
    "Identify",
    "check_csrf",
    "fragment",
    "init_web",
    "invalid",
    "now",
    "open_to_all",
    "page",
    "requires",
    "see_other",
    "transaction",
]
Identify = Callable[[str], Actor | None]


def init_web(
    app: Flask,
    *,
    service: str,
    sessions: sessionmaker[Session],
    identify: Identify,
    settings: Any = None,
    handlers: Mapping[str, Handler] | None = None,
) -> Api:
    """Wire what every deployable has, and answer the `Api` that takes its JSON blueprints.

    `identify` verifies the gateway's internal token and says who it stands for.
    `settings` has `data`, the folder of the deployable's keys. `handlers` are those of its worker,
    so that operators can replay a dead letter from here.
    """
    app.extensions |= {"service": service, "sessions": sessions, "settings": settings}
    app.extensions["handlers"] = handlers or {}
    app.url_map.converters["bigint"] = BigInt
    init_measures(app)
    app.before_request(lambda: begin(identify))
    init_templates(app)
    init_i18n(app)
    init_htmx(app)
    app.request_class = TandemRequest
    app.json = IsoJson(app)
    api = init_api(app, service)
    init_errors(app, api)
    init_health(app)
    init_internal(app)
    app.register_blueprint(stuck.orders)
    return api


def begin(identify: Identify) -> None:
    """Who asks, and which request this is."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    g.actor = identify(token) if scheme.lower() == "bearer" and token else None
    correlation = request.headers.get("X-Request-Id") or str(uuid7())
    cause.set(Cause(correlation, request.headers.get("traceparent", "")))
    if NUL in request.path:
        abort(404)


def init_api(app: Flask, service: str) -> Api:
    """JSON under /api/v1; its OpenAPI document is at /api/v1/openapi/<service>.json."""
    app.config.from_mapping(
        API_TITLE=f"Tandem {service}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1/openapi",
        OPENAPI_JSON_PATH=f"{service}.json",
    )
    api = Api(app)
    api.register_field(Amount, "string", "decimal")
    api.register_field(Money, None, None)
    document: Any = app.view_functions["api-docs.openapi_json"]
    app.view_functions["api-docs.openapi_json"] = open_to_all(lambda: document())
    return api
