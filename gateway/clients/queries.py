"""Reads for the administration of clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gateway.clients.domain import Scope
from gateway.clients.persistence import clients
from gateway.people.domain import OrganisationKind
from gateway.people.persistence import legal_entities
from shared import db
from shared.kernel import Staff


@dataclass(frozen=True)
class ClientView:
    id: UUID
    name: str
    scopes: Sequence[Scope]
    active: bool
    has_secret: bool
    created_at: datetime
    last_used_at: datetime | None
    organisation_id: UUID
    organisation: str
    kind: OrganisationKind

    @property
    def client_id(self) -> str:
        return f"cli_{self.id}"


COLUMNS = [
    *(clients.c[name] for name in ("id", "name", "scopes", "active")),
    clients.c.secret_sha256.is_not(None),
    clients.c.created_at,
    clients.c.last_used_at,
    legal_entities.c.id,
    legal_entities.c.name,
    legal_entities.c.kind,
]


def found() -> Select[Any]:
    same = legal_entities.c.id == clients.c.organisation_id
    return select(*COLUMNS).join(legal_entities, same)


def all_clients(session: Session, staff: Staff) -> Sequence[ClientView]:
    ordered = found().order_by(legal_entities.c.name, clients.c.name, clients.c.id).limit(1000)
    return [ClientView(*row) for row in session.execute(ordered)]


def client(session: Session, staff: Staff, client_id: UUID) -> ClientView:
    return ClientView(*db.one_row(session, found().where(clients.c.id == client_id)))
