"""Wiring of the web process."""

from typing import Any

from flask import Blueprint, Flask
from sqlalchemy.orm import Session, sessionmaker

from services.rfp.awards.api import api as awards_api
from services.rfp.awards.staff_pages import pages as awards_pages
from services.rfp.awards.vendor_pages import pages as outcome_pages
from services.rfp.bids.api import api as bids_api
from services.rfp.bids.staff_pages import pages as opening_pages
from services.rfp.bids.vendor_pages import pages as bids_pages
from services.rfp.config import Settings
from services.rfp.evaluations.api import api as evaluations_api
from services.rfp.evaluations.staff_pages import pages as evaluations_pages
from services.rfp.handlers import HANDLERS
from services.rfp.internal import internal
from services.rfp.plans.api import api as plans_api
from services.rfp.plans.staff_pages import pages as plans_pages
from services.rfp.sealing.persistence import KeyFolder
from services.rfp.tenders.api import api as tenders_api
from services.rfp.tenders.staff_pages import pages as rfps_pages
from services.rfp.tenders.vendor_pages import pages as opportunities_pages
from services.rfp.trail import TRAIL
from services.rfp.vendors.api import api as vendors_api
from services.rfp.vendors.staff_pages import pages as vendors_pages
from services.rfp.vendors.vendor_pages import pages as company_pages
from shared import db
from shared.files import LocalStorage
from shared.identity import Verifier, fetched
from shared.web import Identify, init_web
from shared.web.trail import init_trail

APIS: tuple[Any, ...] = (plans_api, vendors_api, tenders_api, bids_api, evaluations_api, awards_api)
PAGES: tuple[Blueprint, ...] = (
    internal,
    plans_pages,
    vendors_pages,
    company_pages,
    rfps_pages,
    opportunities_pages,
    bids_pages,
    opening_pages,
    evaluations_pages,
    awards_pages,
    outcome_pages,
)


def create_app(
    settings: Settings,
    *,
    sessions: sessionmaker[Session] | None = None,
    identify: Identify | None = None,
) -> Flask:
    app = Flask(__name__)
    api = init_web(
        app,
        service="rfp",
        sessions=sessions or db.sessions(db.connect(settings.database_url)),
        identify=identify or verifier(settings),
        settings=settings,
        handlers=HANDLERS,
    )
    init_trail(app, TRAIL)
    app.extensions |= places(settings)
    for blueprint in APIS:
        api.register_blueprint(blueprint)
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    return app


def places(settings: Settings) -> dict[str, Any]:
    """Where keys and files are kept."""
    return {
        "keys": KeyFolder(settings.data / "keys" / "rfp"),
        "storage": LocalStorage(settings.data / "storage" / "rfp"),
    }


def verifier(settings: Settings) -> Verifier:
    keys = fetched(settings.internal_jwks_url)
    return Verifier(keys, issuer=settings.internal_issuer, audience="rfp")
