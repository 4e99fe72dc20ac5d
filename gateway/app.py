"""The idp: sign-in, accounts, administration, OAuth, My work, Operations, Audit. Wiring only."""

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from gateway.accounts.pages import pages as account_pages
from gateway.admission import Admission
from gateway.audits.pages import pages as audit_pages
from gateway.clients.api import api as clients_api
from gateway.clients.oauth import init_oauth
from gateway.clients.oauth_pages import oauth
from gateway.clients.pages import pages as client_pages
from gateway.config import Settings
from gateway.fanout import Fanout
from gateway.handlers import HANDLERS
from gateway.keys import Ring
from gateway.lone_reads import LoneReads
from gateway.operations.pages import pages as operations_pages
from gateway.people.api import api as people_api
from gateway.people.pages import pages as people_pages
from gateway.tokens import AccessTokens, Minter
from gateway.trail import TRAIL
from gateway.work.pages import pages as work_pages
from shared import db
from shared.identity import Verifier
from shared.web import Identify, init_web

PAGES = (account_pages, people_pages, client_pages, work_pages, operations_pages, audit_pages)


def create_app(
    settings: Settings,
    sessions: sessionmaker[Session] | None = None,
    identify: Identify | None = None,
) -> Flask:
    app = Flask(__name__)
    engine = db.connect(settings.database_url)
    rings = {name: Ring.of(settings.data, name) for name in ("internal", "public")}
    tokens = AccessTokens(rings["public"], settings.public_url)
    minter = Minter(rings["internal"], settings.internal_issuer)
    own = Verifier(rings["internal"].published, issuer=settings.internal_issuer, audience="idp")
    app.extensions["rings"], app.extensions["access_tokens"] = rings, tokens
    admission = Admission(LoneReads(settings.database_url), tokens)
    app.extensions["fanout"] = Fanout(settings.upstreams, admission, minter)
    api = init_web(
        app,
        service="gateway",
        sessions=sessions or db.sessions(engine),
        identify=identify or own,
        settings=settings,
        handlers=HANDLERS,
    )
    app.extensions["trail"] = TRAIL
    init_oauth(app, tokens)
    for each in (people_api, clients_api):
        api.register_blueprint(each)
    for pages in (*PAGES, oauth):
        app.register_blueprint(pages)
    return app
