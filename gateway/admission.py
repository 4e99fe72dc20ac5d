"""From a cookie or a bearer token to the identity behind it, read anew at every request."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from gateway.clients.domain import number_of
from gateway.clients.persistence import clients
from gateway.lone_reads import LoneReads, Statement
from gateway.people.domain import OrganisationKind, Role
from gateway.people.persistence import accounts, legal_entities
from gateway.sessions.domain import TOUCH_AFTER, digest
from gateway.sessions.persistence import sessions
from gateway.sessions.queries import is_alive
from gateway.tokens import AccessTokens, Identity
from shared.db import Instant

PERSON = select(
    sessions.c.id,
    sessions.c.csrf,
    sessions.c.opened_at,
    sessions.c.last_seen_at,
    accounts.c.id.label("person_id"),
    accounts.c.name,
    accounts.c.locale,
    accounts.c.zone,
    accounts.c.theme,
    accounts.c.roles,
    legal_entities.c.id.label("organisation_id"),
    legal_entities.c.name.label("organisation"),
    legal_entities.c.kind,
).select_from(
    sessions.join(accounts, accounts.c.id == sessions.c.person_id).join(
        legal_entities, legal_entities.c.id == accounts.c.organisation_id
    )
)
LIVING = PERSON.where(
    is_alive(bindparam("now", type_=Instant)), accounts.c.active, legal_entities.c.active
)
BY_TOKEN = Statement(LIVING.where(sessions.c.token_sha256 == bindparam("digest")))
BY_ID = Statement(LIVING.where(sessions.c.id == bindparam("id")))
CLIENTS = select(
    clients.c.id,
    clients.c.name,
    clients.c.scopes,
    legal_entities.c.id.label("organisation_id"),
    legal_entities.c.name.label("organisation"),
    legal_entities.c.kind,
).join(legal_entities, legal_entities.c.id == clients.c.organisation_id)
CLIENT = Statement(
    CLIENTS.where(clients.c.id == bindparam("id"), clients.c.active, legal_entities.c.active)
)
SIGN_OF_LIFE = Statement(
    update(sessions)
    .where(sessions.c.id == bindparam("session"))
    .values(last_seen_at=bindparam("now"))
)


class Admission:
    """What ends access (sign-out, another role, a client switched off) shows at once."""

    def __init__(self, reads: LoneReads, access_tokens: AccessTokens) -> None:
        self.reads, self.access_tokens = reads, access_tokens

    def by_cookie(self, token: str, *, background: bool = False) -> Identity | None:
        """The person of a live session. What a page asks on its own does not keep it alive."""
        now = datetime.now(UTC)
        row = self.reads.one(BY_TOKEN, digest=digest(token), now=now)
        if row is None:
            return None
        if not background and now - row.last_seen_at > TOUCH_AFTER:
            self.reads.run(SIGN_OF_LIFE, session=row.id, now=now)
        return person(row)

    def by_bearer(self, token: str) -> Identity | None:
        """The client, or the person whose session is still alive, that an access token is for."""
        claims = self.access_tokens.verify(token)
        if claims is None:
            return None
        if session_id := claims.get("sid"):
            return self.by_session(UUID(session_id), claims["sub"])
        return self.by_client(claims)

    def by_session(self, session_id: UUID, subject: str) -> Identity | None:
        row = self.reads.one(BY_ID, id=session_id, now=datetime.now(UTC))
        found = person(row) if row else None
        return found if found and found.subject == subject else None

    def by_client(self, claims: dict[str, Any]) -> Identity | None:
        row = self.reads.one(CLIENT, id=number_of(claims["sub"]))
        return client(row, claims.get("scope", "")) if row else None


def person(row: Any) -> Identity:
    return Identity(
        subject=f"usr_{row.person_id}",
        organisation_id=row.organisation_id,
        organisation=row.organisation,
        kind=row.kind,
        roles=tuple(row.roles),
        name=row.name,
        locale=row.locale,
        zone=row.zone,
        theme=row.theme,
        csrf=row.csrf,
        sid=str(row.id),
        amr=("pwd",),
        auth_time=int(row.opened_at.timestamp()),
    )


def client(row: Any, granted: str) -> Identity:
    """A vendor's system acts as a member of that vendor. Scopes taken away are gone at once."""
    scopes = [scope for scope in row.scopes if scope in granted.split()]
    return Identity(
        subject=f"cli_{row.id}",
        organisation_id=row.organisation_id,
        organisation=row.organisation,
        kind=row.kind,
        roles=member_of(row.kind),
        scope=" ".join(scopes),
        name=row.name,
    )


def member_of(kind: str) -> tuple[Role, ...]:
    return (Role.VENDOR_MEMBER,) if kind == OrganisationKind.VENDOR else ()
