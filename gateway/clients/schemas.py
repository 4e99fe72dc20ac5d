"""What comes in and goes out about clients, by API and form alike."""

from marshmallow import Schema, fields, validate

from gateway.clients.domain import Scope
from shared.web.schemas import Form

Name = validate.Length(min=1, max=200)


class ClientChange(Form):
    name = fields.String(required=True, validate=Name)
    scopes = fields.List(fields.Enum(Scope, by_value=True), load_default=list)
    active = fields.Boolean(load_default=True)


class NewClient(ClientChange):
    class Meta(ClientChange.Meta):
        exclude = ("active",)

    organisation_id = fields.UUID(required=True)


class Client(Schema):
    id = fields.UUID()
    client_id = fields.String()
    name = fields.String()
    scopes = fields.List(fields.String())
    active = fields.Boolean()
    organisation_id = fields.UUID()
    last_used_at = fields.AwareDateTime(allow_none=True)
    client_secret = fields.String(
        metadata={"description": "In the first answer to creation only; a repeat does not show it."}
    )


class Clients(Schema):
    items = fields.List(fields.Nested(Client))


class Secret(Schema):
    client_id = fields.String()
    client_secret = fields.String(metadata={"description": "Shown this once"})
