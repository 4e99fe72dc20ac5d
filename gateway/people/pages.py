"""Administration of organisations and people."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from gateway.people import queries, schemas, usecases
from gateway.people.domain import ROLES_OF, Language, OrganisationKind, Role
from shared.kernel import DomainError, Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.errors import sentence
from shared.web.forms import form_values
from shared.web.i18n import label
from shared.web.idempotency import idempotent
from shared.web.pagination import paginate

pages = Blueprint("people", __name__, url_prefix="/admin/people")


@pages.get("")
@requires(Staff, "admin")
def index(admin: Staff) -> ResponseReturnValue:
    asked = schemas.PeopleSearch().load(request.args)
    place = {name: asked.pop(name) for name in ("after", "limit")}
    with transaction() as session:
        found = queries.people(session, admin, **asked)
        part = paginate(
            session, found, queries.BY_NAME, queries.PersonView, descending=False, **place
        )
        organisations = queries.organisations(session, admin)
    return page("people/list.html", part=part, asked=asked, organisations=organisations)


@pages.get("/new")
@requires(Staff, "admin")
def new_person(admin: Staff) -> ResponseReturnValue:
    values = {
        "organisation_id": request.args.get("organisation", ""),
        "locale": "en",
        "zone": usual_zone(admin, request.args.get("organisation", "")),
    }
    return page("people/new.html", **choices(admin), values=values)


def usual_zone(admin: Staff, organisation: str) -> str:
    """Where most people of the organisation live; of a new one, where the administrator does."""
    with transaction() as session:
        found = queries.usual_zone(session, admin, as_uuid(organisation))
    return found or admin.zone


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def choices(admin: Staff) -> dict[str, Any]:
    """What the forms offer: organisations that can have people, and roles by kind."""
    with transaction() as session:
        known = queries.organisations(session, admin)
    fitting = [each for each in known if each.active and ROLES_OF[each.kind]]
    return {
        "organisations": [(each.id, each.name) for each in fitting],
        "roles": [(role, label(role)) for role in Role],
        "languages": list(Language),
    }


@pages.post("/new")
@requires(Staff, "admin")
@idempotent
def create_person(admin: Staff) -> ResponseReturnValue:
    """There is no password yet: the next page makes one, to be handed over."""
    try:
        form = schemas.NewPerson().load(request.form)
        with transaction() as session:
            person = usecases.enrol_person(session, admin, **form, now=now())
    except ValidationError as error:
        return invalid("people/new.html", error, **choices(admin))
    except DomainError as error:
        return refused("people/new.html", error, **choices(admin))
    return see_other(url_for("people.show", person_id=person.id))


def refused(template: str, error: DomainError, **context: Any) -> ResponseReturnValue:
    """The form again, with what was typed, and the rule that said no."""
    words = {FIELDS.get(error.code, "form"): sentence(error)}
    return page(template, 409, errors=words, values=form_values(request.form), **context)


FIELDS = {
    "email_taken": "email",
    "wrong_roles": "roles",
    "no_role": "roles",
    "last_administrator": "roles",
    "buyer_stays": "active",
    "organisation_inactive": "organisation_id",
    "slug_taken": "slug",
    "slug_malformed": "slug",
    "one_buyer_only": "kind",
}


@pages.get("/<uuid:person_id>")
@requires(Staff, "admin")
def show(admin: Staff, person_id: UUID) -> ResponseReturnValue:
    return page("people/show.html", **about(admin, person_id), values={})


def about(admin: Staff, person_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        person = queries.person(session, admin, person_id)
    roles = [(role, label(role)) for role in Role if role in ROLES_OF[person.kind]]
    return {"person": person, "roles": roles, "languages": list(Language)}


@pages.post("/<uuid:person_id>")
@requires(Staff, "admin")
def change_person(admin: Staff, person_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.PersonChange().load(request.form) | {"active": "active" in request.form}
        with transaction() as session:
            usecases.change_person(session, admin, person_id=person_id, **form, now=now())
    except ValidationError as error:
        return invalid("people/show.html", error, **about(admin, person_id))
    except DomainError as error:
        return refused("people/show.html", error, **about(admin, person_id))
    return see_other(url_for("people.show", person_id=person_id))


@pages.post("/<uuid:person_id>/password")
@requires(Staff, "admin")
def reset_password(admin: Staff, person_id: UUID) -> ResponseReturnValue:
    """The answer is the only place where the password stands."""
    with transaction() as session:
        password = usecases.reset_password(session, admin, person_id=person_id, now=now())
        person = queries.person(session, admin, person_id)
    return page("people/password.html", person=person, password=password)


@pages.get("/organisations/new")
@requires(Staff, "admin")
def new_organisation(admin: Staff) -> ResponseReturnValue:
    return page("people/new_organisation.html", kinds=kinds(), values={})


def kinds() -> list[OrganisationKind]:
    return [kind for kind in OrganisationKind if kind is not OrganisationKind.BUYER]


@pages.post("/organisations/new")
@requires(Staff, "admin")
@idempotent
def create_organisation(admin: Staff) -> ResponseReturnValue:
    try:
        form = schemas.NewOrganisation().load(request.form)
        with transaction() as session:
            made = usecases.enrol_organisation(session, admin, **form, now=now())
    except ValidationError as error:
        return invalid("people/new_organisation.html", error, kinds=kinds())
    except DomainError as error:
        return refused("people/new_organisation.html", error, kinds=kinds())
    return see_other(url_for("people.show_organisation", organisation_id=made.id))


@pages.get("/organisations/<uuid:organisation_id>")
@requires(Staff, "admin")
def show_organisation(admin: Staff, organisation_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = queries.organisation(session, admin, organisation_id)
    return page("people/organisation.html", organisation=found, values={})


@pages.post("/organisations/<uuid:organisation_id>")
@requires(Staff, "admin")
def change_organisation(admin: Staff, organisation_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        found = queries.organisation(session, admin, organisation_id)
    try:
        form = schemas.OrganisationChange().load(request.form) | {
            "active": "active" in request.form
        }
        with transaction() as session:
            usecases.change_organisation(
                session, admin, organisation_id=organisation_id, **form, now=now()
            )
    except ValidationError as error:
        return invalid("people/organisation.html", error, organisation=found)
    except DomainError as error:
        return refused("people/organisation.html", error, organisation=found)
    return see_other(url_for("people.show_organisation", organisation_id=organisation_id))
