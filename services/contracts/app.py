"""Wiring of the web process."""

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from services.contracts.agreements.api import api as agreements_api
from services.contracts.agreements.staff_pages import pages as agreements_staff_pages
from services.contracts.agreements.vendor_pages import pages as agreements_vendor_pages
from services.contracts.config import Settings
from services.contracts.delivery.api import api as delivery_api
from services.contracts.delivery.staff_pages import pages as delivery_staff_pages
from services.contracts.delivery.vendor_pages import pages as delivery_vendor_pages
from services.contracts.handlers import HANDLERS
from services.contracts.internal import internal
from services.contracts.overview.staff_pages import pages as overview_staff_pages
from services.contracts.overview.vendor_pages import pages as overview_vendor_pages
from services.contracts.settlement.api import api as settlement_api
from services.contracts.settlement.staff_pages import pages as settlement_staff_pages
from services.contracts.settlement.vendor_pages import pages as settlement_vendor_pages
from services.contracts.trail import TRAIL
from shared import db
from shared.files import LocalStorage
from shared.identity import Verifier, fetched
from shared.web import Identify, init_web
from shared.web.trail import init_trail

APIS = (agreements_api, delivery_api, settlement_api)
PAGES = (
    agreements_staff_pages,
    agreements_vendor_pages,
    delivery_staff_pages,
    delivery_vendor_pages,
    settlement_staff_pages,
    settlement_vendor_pages,
    overview_staff_pages,
    overview_vendor_pages,
    internal,
)


def create_app(
    settings: Settings,
    *,
    sessions: sessionmaker[Session] | None = None,
    identify: Identify | None = None,
) -> Flask:
    app = Flask(__name__)
    app.extensions["storage"] = LocalStorage(settings.data / "storage")
    api = init_web(
        app,
        service="contracts",
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
    return Verifier(keys, issuer=settings.internal_issuer, audience="contracts")
