"""From a cookie or a bearer token to the identity behind it, read anew at every request."""

from datetime import UTC, datetime
from typing import Any, Generic
from uuid import UUID

from sqlalchemy import bindparam, select, update

from gateway.clients.domain import number_of
from gateway.clients.persistence import clients
from gateway.people.domain import OrganisationKind, Role
from gateway.people.persistence import accounts, legal_entities
from gateway.sessions.domain import TOUCH_AFTER, digest
from gateway.sessions.persistence import sessions
from gateway.sessions.queries import is_alive
from gateway.statements import Asking, Reads, Statement, T
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


Identified = Asking[Identity | None]


class Admission(Generic[T]):
    """What ends access (sign-out, another role, a client switched off) shows at once.

    `T` is an identity or None; where the reads are awaited, what brings it.
    """

    def __init__(self, reads: Reads[T], access_tokens: AccessTokens) -> None:
        self.reads, self.access_tokens = reads, access_tokens

    def by_cookie(self, token: str, *, background: bool = False) -> T:
        """The person of a live session. What a page asks on its own does not keep it alive."""
        return self.reads.follow(behind_cookie(token, background=background))

    def by_bearer(self, token: str) -> T:
        """The client, or the person whose session is still alive, that an access token is for."""
        return self.reads.follow(behind_claims(self.access_tokens.verify(token)))

    def by_session(self, session_id: UUID, subject: str) -> T:
        return self.reads.follow(behind_session(session_id, subject))


def behind_cookie(token: str, *, background: bool) -> Identified:
    now = datetime.now(UTC)
    row = yield BY_TOKEN, {"digest": digest(token), "now": now}
    if row is None:
        return None
    if not background and now - row.last_seen_at > TOUCH_AFTER:
        yield SIGN_OF_LIFE, {"session": row.id, "now": now}
    return person(row)


def behind_claims(claims: dict[str, Any] | None) -> Identified:
    if claims is None:
        return None
    if session_id := claims.get("sid"):
        return (yield from behind_session(UUID(session_id), claims["sub"]))
    row = yield CLIENT, {"id": number_of(claims["sub"])}
    return client(row, claims.get("scope", "")) if row else None


def behind_session(session_id: UUID, subject: str) -> Identified:
    row = yield BY_ID, {"id": session_id, "now": datetime.now(UTC)}
    found = person(row) if row else None
    return found if found and found.subject == subject else None


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
