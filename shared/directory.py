"""People and organisations as this service knows them from `tandem.identity.events`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, String, Table, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from shared.db import metadata
from shared.kernel import Actor
from shared.messaging.envelope import Event
from shared.messaging.inbox import Handler

organisations = Table(
    "organisations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String, nullable=False),  # buyer, vendor, partner, auditor
    Column("name", String, nullable=False),
    Column("slug", String, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("zone", String, nullable=False),
    Column("organisation_id", Uuid, nullable=False, index=True),
    Column("roles", ARRAY(String), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)


@dataclass(frozen=True)
class Person:
    id: UUID
    name: str
    email: str
    locale: str
    zone: str
    organisation_id: UUID
    roles: Sequence[str]


@dataclass(frozen=True)
class Organisation:
    id: UUID
    kind: str
    name: str
    slug: str


PERSON = [people.c[name] for name in Person.__dataclass_fields__]
ORGANISATION = [organisations.c[name] for name in Organisation.__dataclass_fields__]


def person(session: Session, person_id: UUID) -> Person | None:
    row = session.execute(select(*PERSON).where(people.c.id == person_id)).one_or_none()
    return Person(*row) if row else None


def person_name(session: Session, person_id: UUID | None) -> str:
    """Their name, or nothing when nobody here knows them (any more)."""
    known = session.scalar(select(people.c.name).where(people.c.id == person_id))
    return known or ""


def people_with_role(session: Session, *roles: str) -> list[Person]:
    return chosen_people(session, people.c.roles.overlap(sa.cast(list(roles), ARRAY(String))))


def people_of(session: Session, *organisation_ids: UUID) -> list[Person]:
    return chosen_people(session, people.c.organisation_id.in_(organisation_ids))


def chosen_people(session: Session, *conditions: sa.ColumnElement[bool]) -> list[Person]:
    active = select(*PERSON).where(people.c.active, *conditions)
    rows = session.execute(active.order_by(people.c.name, people.c.id).limit(1000))
    return [Person(*row) for row in rows]


def ids(persons: Sequence[Person]) -> list[UUID]:
    return [each.id for each in persons]


def organisation(session: Session, organisation_id: UUID) -> Organisation | None:
    known = select(*ORGANISATION).where(organisations.c.id == organisation_id)
    row = session.execute(known).one_or_none()
    return Organisation(*row) if row else None


def organisation_name(session: Session, organisation_id: UUID | None) -> str:
    found = select(organisations.c.name).where(organisations.c.id == organisation_id)
    return session.scalar(found) or ""


def is_of_buyer(actor: Actor, known: Table = organisations) -> sa.ColumnElement[bool]:
    """Whether somebody belongs to the buying organisation. An auditor may come from outside."""
    own = (known.c.id == actor.organisation_id) & (known.c.kind == "buyer")
    return sa.exists(select(known.c.id).where(own))


def organisations_of_kind(session: Session, kind: str) -> list[Organisation]:
    active = select(*ORGANISATION).where(organisations.c.kind == kind, organisations.c.active)
    rows = session.execute(active.order_by(organisations.c.name, organisations.c.id).limit(1000))
    return [Organisation(*row) for row in rows]


def on_organisation_changed(session: Session, event: Event) -> None:
    values = {name: event.data[name] for name in ("kind", "name", "slug", "active")}
    learn(session, organisations, UUID(event.subject), values, event.sequence)


def on_person_changed(session: Session, event: Event) -> None:
    copied = ("name", "email", "locale", "roles", "active")
    values = {name: event.data[name] for name in copied}
    values["organisation_id"] = UUID(event.data["organisation_id"])
    values["zone"] = event.data["time_zone"]
    learn(session, people, UUID(event.subject), values, event.sequence)


def on_person_erased(session: Session, event: Event) -> None:
    erased = {"name": "", "email": "", "active": False, "sequence": event.sequence}
    session.execute(sa.update(people).where(people.c.id == UUID(event.subject)).values(erased))


def learn(
    session: Session, table: Table, subject: UUID, values: Mapping[str, Any], sequence: int
) -> None:
    """Remember the state an event carries, unless we know a later one."""
    row = insert(table).values(id=subject, sequence=sequence, **values)
    later = table.c.sequence < row.excluded.sequence
    news = {name: row.excluded[name] for name in (*values, "sequence")}
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=news, where=later))


IDENTITY_HANDLERS: Mapping[str, Handler] = {
    "tandem.identity.organisation_changed.v1": on_organisation_changed,
    "tandem.identity.person_changed.v1": on_person_changed,
    "tandem.identity.person_erased.v1": on_person_erased,
}
