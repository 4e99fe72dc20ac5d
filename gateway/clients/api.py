"""OAuth clients for administrators' tools."""

from typing import Any
from uuid import UUID

from gateway.clients import queries, schemas, usecases
from gateway.clients.domain import Client
from gateway.once import adds_secrets, show_once
from shared.kernel import Staff
from shared.web import now, requires, transaction
from shared.web.api import Blueprint
from shared.web.idempotency import idempotent

api = Blueprint("clients-api", __name__, url_prefix="/api/v1", description="OAuth clients")


@api.get("/clients")
@requires(Staff, "admin")
@api.response(200, schemas.Clients)
def list_clients(admin: Staff) -> dict[str, Any]:
    with transaction() as session:
        return {"items": queries.all_clients(session, admin)}


@api.post("/clients")
@requires(Staff, "admin")
@adds_secrets
@idempotent
@api.arguments(schemas.NewClient)
@api.response(201, schemas.Client)
def create_client(admin: Staff, new: dict[str, Any]) -> Client:
    """The secret is in this answer only."""
    with transaction() as session:
        client = usecases.register_client(session, admin, **new, now=now())
        secret = usecases.renew_secret(session, admin, client_id=client.id)
    show_once(client_secret=secret)
    return client


@api.get("/clients/<uuid:client_id>")
@requires(Staff, "admin")
@api.response(200, schemas.Client)
def show_client(admin: Staff, client_id: UUID) -> queries.ClientView:
    with transaction() as session:
        return queries.client(session, admin, client_id)


@api.put("/clients/<uuid:client_id>")
@requires(Staff, "admin")
@api.arguments(schemas.ClientChange)
@api.response(200, schemas.Client)
def change_client(admin: Staff, change: dict[str, Any], client_id: UUID) -> Client:
    with transaction() as session:
        return usecases.change_client(session, admin, client_id=client_id, **change)


@api.post("/clients/<uuid:client_id>/secret")
@requires(Staff, "admin")
@api.response(200, schemas.Secret)
def renew_secret(admin: Staff, client_id: UUID) -> dict[str, str]:
    """A new secret each time; the one before is good for nothing any more."""
    with transaction() as session:
        secret = usecases.renew_secret(session, admin, client_id=client_id)
    return {"client_id": f"cli_{client_id}", "client_secret": secret}
