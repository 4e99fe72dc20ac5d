"""The table of clients."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, registry

from gateway.clients.domain import Client, Scope
from gateway.metadata import metadata
from gateway.people.persistence import legal_entities
from shared import db
from shared.db import Instant

clients = Table(
    "clients",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey(legal_entities.c.id), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("scopes", ARRAY(db.choice(Scope)), nullable=False),
    Column("secret_sha256", sa.LargeBinary(32)),
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
)

registry(metadata=metadata).map_imperatively(Client, clients)


def load_client(session: Session, client_id: UUID) -> Client:
    return db.locked(session, Client, clients.c.id == client_id)


def find_working_client(session: Session, client_id: UUID) -> Client | None:
    """A client that is switched on, of an organisation that is."""
    working = (clients.c.id == client_id, clients.c.active, legal_entities.c.active)
    same = legal_entities.c.id == clients.c.organisation_id
    return session.scalars(sa.select(Client).join(legal_entities, same).where(*working)).first()
