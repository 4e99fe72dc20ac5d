"""Administration of OAuth clients."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError

from gateway.clients import queries, schemas, usecases
from gateway.clients.domain import Scope
from gateway.people import queries as people
from shared.kernel import Staff
from shared.web import invalid, now, page, requires, see_other, transaction
from shared.web.i18n import label
from shared.web.idempotency import idempotent

pages = Blueprint("clients", __name__, url_prefix="/admin/clients")


@pages.get("")
@requires(Staff, "admin")
def index(admin: Staff) -> ResponseReturnValue:
    with transaction() as session:
        return page("clients/list.html", clients=queries.all_clients(session, admin))


@pages.get("/new")
@requires(Staff, "admin")
def new_client(admin: Staff) -> ResponseReturnValue:
    return page("clients/new.html", **choices(admin), values={})


def choices(admin: Staff) -> dict[str, Any]:
    with transaction() as session:
        known = people.organisations(session, admin)
    owners = [each for each in known if each.active and each.kind in usecases.KINDS]
    return {"organisations": [(each.id, each.name) for each in owners], "scopes": scopes()}


def scopes() -> list[tuple[str, str]]:
    return [(scope, label(scope)) for scope in Scope]


@pages.post("/new")
@requires(Staff, "admin")
@idempotent
def create_client(admin: Staff) -> ResponseReturnValue:
    try:
        form = schemas.NewClient().load(request.form)
    except ValidationError as error:
        return invalid("clients/new.html", error, **choices(admin))
    with transaction() as session:
        client = usecases.register_client(session, admin, **form, now=now())
    return see_other(url_for("clients.show", client_id=client.id))


@pages.get("/<uuid:client_id>")
@requires(Staff, "admin")
def show(admin: Staff, client_id: UUID) -> ResponseReturnValue:
    return page("clients/show.html", **about(admin, client_id), values={})


def about(admin: Staff, client_id: UUID) -> dict[str, Any]:
    with transaction() as session:
        return {"client": queries.client(session, admin, client_id), "scopes": scopes()}


@pages.post("/<uuid:client_id>")
@requires(Staff, "admin")
def change_client(admin: Staff, client_id: UUID) -> ResponseReturnValue:
    try:
        form = schemas.ClientChange().load(request.form) | {"active": "active" in request.form}
    except ValidationError as error:
        return invalid("clients/show.html", error, **about(admin, client_id))
    with transaction() as session:
        usecases.change_client(session, admin, client_id=client_id, **form)
    return see_other(url_for("clients.show", client_id=client_id))


@pages.post("/<uuid:client_id>/secret")
@requires(Staff, "admin")
def renew_secret(admin: Staff, client_id: UUID) -> ResponseReturnValue:
    """The answer is the only place where the secret stands."""
    with transaction() as session:
        secret = usecases.renew_secret(session, admin, client_id=client_id)
        client = queries.client(session, admin, client_id)
    return page("clients/secret.html", client=client, secret=secret)
