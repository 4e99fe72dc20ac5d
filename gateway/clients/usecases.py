"""What administrators do to clients. Callers own the transaction."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from gateway.clients.domain import Client, ClientsForOthersOnly, Scope, in_order
from gateway.clients.persistence import load_client
from gateway.people.domain import OrganisationInactive, OrganisationKind
from gateway.people.persistence import load_organisation
from shared import audit
from shared.kernel import Actor

By = Actor | str
KINDS = (OrganisationKind.VENDOR, OrganisationKind.PARTNER)


def register_client(
    session: Session,
    by: By,
    *,
    organisation_id: UUID,
    name: str,
    scopes: Iterable[Scope],
    now: datetime,
) -> Client:
    organisation = load_organisation(session, organisation_id)
    if organisation.kind not in KINDS:
        raise ClientsForOthersOnly
    if not organisation.active:
        raise OrganisationInactive(name=organisation.name)
    client = Client(organisation_id, name, in_order(scopes), created_at=now)
    session.add(client)
    session.flush()
    note(session, by, client, "client_registered")
    return client


def change_client(
    session: Session,
    by: By,
    *,
    client_id: UUID,
    name: str,
    scopes: Iterable[Scope],
    active: bool,
) -> Client:
    """Switched off, it gets no token, and those it has are refused from the next request."""
    client = load_client(session, client_id)
    client.name, client.scopes, client.active = name, in_order(scopes), active
    session.flush()
    note(session, by, client, "client_changed")
    return client


def renew_secret(session: Session, by: By, *, client_id: UUID) -> str:
    """The secret, this once. Nobody can read it again, we neither."""
    client = load_client(session, client_id)
    secret = client.renew_secret()
    audit.record(session, by, chain=f"client:{client_id}", action="client_secret_renewed")
    return secret


def note(session: Session, by: By, client: Client, action: str) -> None:
    detail = {
        "organisation_id": str(client.organisation_id),
        "scopes": list(client.scopes),
        "active": client.active,
    }
    audit.record(session, by, chain=f"client:{client.id}", action=action, detail=detail)
