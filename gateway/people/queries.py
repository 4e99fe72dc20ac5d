"""Reads for the administration of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from gateway.people.domain import Language, OrganisationKind, Role
from gateway.people.persistence import accounts, legal_entities
from shared import db
from shared.kernel import Staff


@dataclass(frozen=True)
class OrganisationView:
    id: UUID
    kind: OrganisationKind
    name: str
    slug: str
    active: bool


@dataclass(frozen=True)
class PersonView:
    id: UUID
    email: str
    name: str
    locale: Language
    zone: str
    roles: Sequence[Role]
    active: bool
    created_at: datetime
    organisation_id: UUID
    organisation: str
    kind: OrganisationKind
    has_password: bool


ORGANISATION = [legal_entities.c[name] for name in OrganisationView.__dataclass_fields__]
PERSON = [
    *(accounts.c[name] for name in ("id", "email", "name", "locale", "zone", "roles", "active")),
    accounts.c.created_at,
    legal_entities.c.id,
    legal_entities.c.name,
    legal_entities.c.kind,
    accounts.c.password_hash != "",
]
# Names are not unique; with the id the order is total.
BY_NAME = (accounts.c.name, accounts.c.id)


def organisations(session: Session, staff: Staff) -> Sequence[OrganisationView]:
    """The buying organisation first, then by name."""
    order = (legal_entities.c.kind != OrganisationKind.BUYER, legal_entities.c.name)
    ordered = select(*ORGANISATION).order_by(*order, legal_entities.c.id).limit(1000)
    return [OrganisationView(*row) for row in session.execute(ordered)]


def organisation(session: Session, staff: Staff, organisation_id: UUID) -> OrganisationView:
    found = select(*ORGANISATION).where(legal_entities.c.id == organisation_id)
    return OrganisationView(*db.one_row(session, found))


def all_people() -> Select[Any]:
    return select(*PERSON).join(legal_entities, legal_entities.c.id == accounts.c.organisation_id)


def people(
    session: Session,
    staff: Staff,
    *,
    search: str = "",
    organisation_id: UUID | None = None,
    email: str = "",
) -> Select[Any]:
    """Whose name, address or organisation contains the words; a page takes the part it shows."""
    found = all_people()
    if organisation_id:
        found = found.where(accounts.c.organisation_id == organisation_id)
    if email:
        found = found.where(accounts.c.email == email.strip().casefold())
    if search:
        like = f"%{escaped(search.strip().lower())}%"
        columns = (accounts.c.name, accounts.c.email, legal_entities.c.name)
        found = found.where(or_(*(func.lower(column).like(like) for column in columns)))
    return found


def escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def person(session: Session, staff: Staff, person_id: UUID) -> PersonView:
    return PersonView(*db.one_row(session, all_people().where(accounts.c.id == person_id)))


def own_account(session: Session, person_id: UUID) -> PersonView:
    return PersonView(*db.one_row(session, all_people().where(accounts.c.id == person_id)))


def usual_zone(session: Session, staff: Staff, organisation_id: UUID | None) -> str:
    """The zone that most people of an organisation have; nothing where there are none."""
    many = func.count().desc()
    found = select(accounts.c.zone).where(accounts.c.organisation_id == organisation_id)
    grouped = found.group_by(accounts.c.zone).order_by(many, accounts.c.zone).limit(1)
    return session.scalar(grouped) or ""


def names(session: Session, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    found = select(accounts.c.id, accounts.c.name).where(accounts.c.id.in_(set(ids)))
    return {row.id: row.name for row in session.execute(found.order_by(accounts.c.id).limit(1000))}
