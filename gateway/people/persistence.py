"""Tables, their mapping, and how to load what a use case will change.

`people` and `organisations` are the names of what every service learns from events
(`shared.directory`). Here is where those facts are made, in tables of other names.
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, registry

from gateway.metadata import metadata
from gateway.people.domain import Language, Organisation, OrganisationKind, Person, Role, Theme
from shared import db
from shared.db import Instant

legal_entities = Table(
    "legal_entities",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", db.choice(OrganisationKind), nullable=False),
    Column("name", String, nullable=False),
    Column("slug", String(60), nullable=False, unique=True),
    Column("active", Boolean, nullable=False),
)
sa.Index(
    "uq_legal_entities_buyer",
    legal_entities.c.kind,
    unique=True,
    postgresql_where=legal_entities.c.kind == OrganisationKind.BUYER,
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey(legal_entities.c.id), nullable=False, index=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("locale", db.choice(Language), nullable=False),
    Column("zone", String, nullable=False),
    Column("theme", db.choice(Theme), nullable=False),
    Column("roles", ARRAY(db.choice(Role)), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("password_hash", String, nullable=False),
    Column("created_at", Instant, nullable=False),
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Organisation, legal_entities)
mapper.map_imperatively(Person, accounts)


def load_organisation(session: Session, organisation_id: UUID) -> Organisation:
    return db.locked(session, Organisation, legal_entities.c.id == organisation_id)


def load_person(session: Session, person_id: UUID) -> Person:
    return db.locked(session, Person, accounts.c.id == person_id)


def find_person(session: Session, email: str) -> Person | None:
    found: sa.Select[Any] = select(Person).where(accounts.c.email == email)
    return session.scalars(found).one_or_none()


def find_buyer(session: Session) -> Organisation | None:
    buyer = legal_entities.c.kind == OrganisationKind.BUYER
    return session.scalars(select(Organisation).where(buyer)).one_or_none()


def email_is_taken(session: Session, email: str) -> bool:
    return session.scalar(select(accounts.c.id).where(accounts.c.email == email)) is not None


def slug_is_taken(session: Session, slug: str) -> bool:
    taken = select(legal_entities.c.id).where(legal_entities.c.slug == slug)
    return session.scalar(taken) is not None


def lock_administrators(session: Session) -> int:
    """How many there are; none comes or goes until the transaction ends."""
    admins = accounts.c.active & accounts.c.roles.contains([Role.ADMIN])
    ordered = select(accounts.c.id).where(admins).order_by(accounts.c.id)
    return len(session.execute(ordered.with_for_update()).all())
