"""Wiring of the web process."""

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from services.monitoring.config import Settings
from services.monitoring.handlers import HANDLERS
from services.monitoring.internal import internal
from services.monitoring.measurements.api import api as measurements_api
from services.monitoring.measurements.staff_pages import pages as measurements_pages
from services.monitoring.metrics.api import api as metrics_api
from services.monitoring.metrics.staff_pages import pages as grants_pages
from services.monitoring.slas.api import api as slas_api
from services.monitoring.slas.pages import staff as performance_pages
from services.monitoring.slas.pages import vendors as own_performance_pages
from services.monitoring.trail import TRAIL
from shared import db
from shared.identity import Verifier, fetched
from shared.web import Identify, init_web
from shared.web.trail import init_trail

APIS = (metrics_api, measurements_api, slas_api)
PAGES = (performance_pages, own_performance_pages, measurements_pages, grants_pages, internal)


def create_app(
    settings: Settings,
    *,
    sessions: sessionmaker[Session] | None = None,
    identify: Identify | None = None,
) -> Flask:
    app = Flask(__name__)
    api = init_web(
        app,
        service="monitoring",
        sessions=sessions or db.sessions(db.connect(settings.database_url)),
        identify=identify or verifier(settings),
        settings=settings,
        handlers=HANDLERS,
    )
    init_trail(app, TRAIL)
    for blueprint in APIS:
        api.register_blueprint(blueprint)
    for pages in PAGES:
        app.register_blueprint(pages)
    return app


def verifier(settings: Settings) -> Verifier:
    keys = fetched(settings.internal_jwks_url)
    return Verifier(keys, issuer=settings.internal_issuer, audience="monitoring")
