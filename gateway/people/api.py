"""Organisations and people for administrators' tools."""

from typing import Any
from uuid import UUID

from gateway import passwords
from gateway.once import adds_secrets, show_once
from gateway.people import queries, schemas, usecases
from gateway.people.domain import Organisation, Person
from shared.kernel import Staff
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate

api = Blueprint("people-api", __name__, url_prefix="/api/v1", description="Organisations, people")


@api.get("/organisations")
@requires(Staff, "admin")
@api.response(200, schemas.Organisations)
def list_organisations(admin: Staff) -> dict[str, Any]:
    with transaction() as session:
        return {"items": queries.organisations(session, admin)}


@api.post("/organisations")
@requires(Staff, "admin")
@idempotent
@api.arguments(schemas.NewOrganisation)
@api.response(201, schemas.Organisation)
def create_organisation(admin: Staff, new: dict[str, Any]) -> Organisation:
    with transaction() as session:
        return usecases.enrol_organisation(session, admin, **new, now=now())


@api.put("/organisations/<uuid:organisation_id>")
@requires(Staff, "admin")
@api.arguments(schemas.OrganisationChange)
@api.response(200, schemas.Organisation)
def change_organisation(
    admin: Staff, change: dict[str, Any], organisation_id: UUID
) -> Organisation:
    with transaction() as session:
        return usecases.change_organisation(
            session, admin, organisation_id=organisation_id, **change, now=now()
        )


@api.get("/people")
@requires(Staff, "admin")
@api.arguments(schemas.PeopleSearch, location="query")
@api.response(200, schemas.People)
def list_people(admin: Staff, asked: dict[str, Any]) -> dict[str, Any]:
    place = {name: asked.pop(name) for name in ("after", "limit")}
    with transaction() as session:
        found = queries.people(session, admin, **asked)
        part = paginate(
            session, found, queries.BY_NAME, queries.PersonView, descending=False, **place
        )
    return {"items": part.rows, "after": part.after}


@api.post("/people")
@requires(Staff, "admin")
@adds_secrets
@idempotent
@api.arguments(schemas.NewPerson)
@api.response(201, schemas.Person)
def create_person(admin: Staff, new: dict[str, Any]) -> Person:
    """The password is generated, and in this answer only."""
    password = passwords.generated()
    with transaction() as session:
        person = usecases.enrol_person(session, admin, **new, password=password, now=now())
    show_once(password=password)
    return person


@api.get("/people/<uuid:person_id>")
@requires(Staff, "admin")
@api.response(200, schemas.Person)
def show_person(admin: Staff, person_id: UUID) -> queries.PersonView:
    with transaction() as session:
        return queries.person(session, admin, person_id)


@api.put("/people/<uuid:person_id>")
@requires(Staff, "admin")
@api.arguments(schemas.PersonChange)
@api.response(200, schemas.Person)
def change_person(admin: Staff, change: dict[str, Any], person_id: UUID) -> Person:
    with transaction() as session:
        return usecases.change_person(session, admin, person_id=person_id, **change, now=now())


@api.post("/people/<uuid:person_id>/password")
@requires(Staff, "admin")
@api.response(200, schemas.Password)
def reset_password(admin: Staff, person_id: UUID) -> dict[str, str]:
    """A new generated password each time; sessions opened with the old one end."""
    with transaction() as session:
        return {"password": usecases.reset_password(session, admin, person_id=person_id, now=now())}
