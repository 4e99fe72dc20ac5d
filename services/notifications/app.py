"""Wiring of the web process."""

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from services.notifications.config import Settings
from services.notifications.handlers import HANDLERS
from services.notifications.inbox.api import api as notices_api
from services.notifications.inbox.pages import staff_messages, vendor_messages
from services.notifications.internal import internal
from services.notifications.trail import TRAIL
from shared import db
from shared.identity import Verifier, fetched
from shared.web import Identify, init_web
from shared.web.trail import init_trail


def create_app(
    settings: Settings,
    *,
    sessions: sessionmaker[Session] | None = None,
    identify: Identify | None = None,
) -> Flask:
    app = Flask(__name__)
    api = init_web(
        app,
        service="notifications",
        sessions=sessions or db.sessions(db.connect(settings.database_url)),
        identify=identify or verifier(settings),
        settings=settings,
        handlers=HANDLERS,
    )
    init_trail(app, TRAIL)
    api.register_blueprint(notices_api)
    for pages in (staff_messages, vendor_messages, internal):
        app.register_blueprint(pages)
    return app


def verifier(settings: Settings) -> Verifier:
    keys = fetched(settings.internal_jwks_url)
    return Verifier(keys, issuer=settings.internal_issuer, audience="notifications")
