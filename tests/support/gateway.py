"""People, organisations and clients as the gateway itself keeps them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import Client as HttpClient
from werkzeug.test import TestResponse

from gateway.admission import Admission
from gateway.clients.domain import Client, Scope
from gateway.clients.usecases import register_client, renew_secret
from gateway.config import Settings
from gateway.edge import Edge
from gateway.people.domain import Language, Organisation, OrganisationKind, Person, Role
from gateway.people.persistence import find_buyer
from gateway.people.usecases import enrol_organisation, enrol_person
from gateway.sessions.domain import BrowserSession
from gateway.sessions.usecases import open_session
from gateway.tokens import Identity, Minter
from shared.config import service_settings
from shared.identity import Verifier
from shared.kernel import Actor, uuid7
from support.actors import bearer
from support.asgi import Bridge
from support.database import Sessions
from support.pages import HTMX, Browser, Form, Forms
from support.settings import environment
from support.upstream import Upstream

HOME = "http://127.0.0.1:8400"
FROM_US = {"Sec-Fetch-Site": "same-origin"}
HTMX_HEADER = {"HX-Request": "true"}
PASSWORD = "correct horse battery staple"
KINDS = {
    OrganisationKind.VENDOR: Role.VENDOR_ADMIN,
    OrganisationKind.AUDITOR: Role.AUDITOR,
}
SignIn = Callable[..., TestResponse]


def moment() -> datetime:
    return datetime.now(UTC)


def gateway_settings(data: Path, database_url: str = "", **changes: str) -> Settings:
    """With a database on a Unix socket, which settings from outside cannot name."""
    made = service_settings(Settings, "gateway", environment(data))
    return replace(made, **({"database_url": database_url} if database_url else {}), **changes)


@dataclass
class Enrolled:
    """A person with their session: what a browser would hold."""

    person: Person
    organisation: Organisation
    session: BrowserSession
    token: str

    @property
    def cookie(self) -> str:
        return f"__Host-tandem={self.token}"

    @property
    def subject(self) -> str:
        return f"usr_{self.person.id}"


def an_organisation(
    sessions: Sessions, kind: OrganisationKind = OrganisationKind.VENDOR, name: str = ""
) -> Organisation:
    with sessions.begin() as session:
        if kind is OrganisationKind.BUYER and (buyer := find_buyer(session)):
            return buyer
        slug = f"s{uuid7().hex}"
        return enrol_organisation(
            session, "system", kind=kind, name=name or slug, slug=slug, now=moment()
        )


def a_person(
    sessions: Sessions,
    *roles: Role,
    kind: OrganisationKind = OrganisationKind.BUYER,
    organisation: Organisation | None = None,
    name: str = "Chen Wei",
    locale: Language = Language.ENGLISH,
    zone: str = "Asia/Shanghai",
) -> Enrolled:
    """Signed in. Staff unless another kind of organisation is named."""
    own = organisation or an_organisation(sessions, kind)
    with sessions.begin() as session:
        person = enrol_person(
            session,
            "system",
            organisation_id=own.id,
            email=f"{uuid7().hex}@example.org",
            name=name,
            locale=locale,
            zone=zone,
            roles=roles or (KINDS.get(own.kind, Role.BUYER),),
            password=PASSWORD,
            now=moment(),
        )
        token, opened = open_session(
            session, person.id, address="192.0.2.1", browser="Test", now=moment()
        )
    return Enrolled(person, own, opened, token)


def a_client(
    sessions: Sessions,
    kind: OrganisationKind = OrganisationKind.PARTNER,
    scopes: Sequence[Scope] = (Scope.MEASUREMENTS_WRITE,),
) -> tuple[Client, str]:
    own = an_organisation(sessions, kind)
    with sessions.begin() as session:
        client = register_client(
            session, "system", organisation_id=own.id, name="ERP", scopes=scopes, now=moment()
        )
        secret = renew_secret(session, "system", client_id=client.id)
    return client, secret


class Pages:
    """The idp as the edge talks to it: with a token minted for the person behind the cookie."""

    def __init__(self, app: Flask, minter: Minter) -> None:
        self.app, self.minter = app, minter
        self.admission: Admission[Identity | None] = app.extensions["fanout"].admission

    def browser(self, who: Enrolled, *, htmx: bool = False) -> Browser:
        return SignedIn(self, who, htmx=htmx)

    def token(self, who: Enrolled) -> str:
        identity = self.admission.by_cookie(who.token)
        return self.minter.token(identity, "idp") if identity else ""


class SignedIn(Browser):
    """A browser whose token is minted anew for every request, as roles may change."""

    def __init__(self, pages: Pages, who: Enrolled, *, htmx: bool = False) -> None:
        super().__init__(pages.app.test_client(), "", htmx=htmx)
        self.pages, self.enrolled = pages, who

    def form(self, action_part: str) -> Form:
        """The form with exactly this action, if there is one."""
        exact = [form for form in Forms(self.text).forms if form.action == action_part]
        return exact[0] if exact else super().form(action_part)

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.pages.token(self.enrolled)) | (HTMX if self.htmx else {})


def cookie_of(answer: TestResponse) -> str:
    """The session's, as it was set."""
    found = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-tandem=")]
    return found[0] if found else ""


def url_of(engine: Engine) -> str:
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


class Visitor:
    """Sends requests as a browser or a script would, with nothing added."""

    def __init__(self, edge: Edge) -> None:
        self.client = HttpClient(Bridge(edge), use_cookies=False)

    def __call__(
        self, method: str, path: str, status: int, who: Enrolled | None = None, **sent: Any
    ) -> TestResponse:
        headers = {"Host": "127.0.0.1:8400"} | dict(sent.pop("headers", {}))
        if who:
            headers["Cookie"] = f"{headers.get('Cookie', 'x=y')}; {who.cookie}"
        answer = self.client.open(path, method=method, headers=headers, **sent)
        assert answer.status_code == status, (answer.status_code, answer.text[:500])
        return answer


def actor_in(edge: Edge, upstream: Upstream, audience: str = "rfp") -> Actor | None:
    """Who the service would take the last request for."""
    token = upstream.last.header("Authorization").removeprefix("Bearer ")
    verify = Verifier(edge.minter.ring.published, issuer=HOME, audience=audience)
    return verify(token)


def ask_for_token(client: FlaskClient, *auth: str, **form: Any) -> TestResponse:
    return client.post(
        "/oauth/token", data={"grant_type": "client_credentials"} | form, auth=auth or None
    )  # type: ignore[arg-type]  # a pair
