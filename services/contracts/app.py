"""Wiring of the web process."""

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from services.contracts.agreements.api import api as agreements_api
from services.contracts.config import Settings
from services.contracts.handlers import HANDLERS
from shared import db
from shared.files import LocalStorage
from shared.identity import Verifier, fetched
from shared.web import Identify, init_web


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
    for blueprint in (agreements_api,):
        api.register_blueprint(blueprint)
    return app


def verifier(settings: Settings) -> Verifier:
    keys = fetched(settings.internal_jwks_url)
    return Verifier(keys, issuer=settings.internal_issuer, audience="contracts")
