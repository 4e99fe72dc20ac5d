"""What comes in and goes out about organisations and people, by API and form alike."""

from marshmallow import Schema, fields, validate

from gateway.people.domain import Language, OrganisationKind, Role
from shared.web.fields import Zone
from shared.web.schemas import Form, Page

Name = validate.Length(min=1, max=200)
Slug = validate.Length(min=2, max=60)


class NewOrganisation(Form):
    name = fields.String(required=True, validate=Name)
    slug = fields.String(required=True, validate=Slug)
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)


class OrganisationChange(Form):
    name = fields.String(required=True, validate=Name)
    active = fields.Boolean(load_default=True)


class PersonChange(Form):
    name = fields.String(required=True, validate=Name)
    locale = fields.Enum(Language, by_value=True, load_default=Language.ENGLISH)
    zone = Zone(load_default="UTC")
    roles = fields.List(fields.Enum(Role, by_value=True), required=True)
    active = fields.Boolean(load_default=True)


class NewPerson(Form):
    """In the order of the page, which is that of its summary of errors."""

    name = fields.String(required=True, validate=Name)
    email = fields.Email(required=True, validate=validate.Length(max=254))
    organisation_id = fields.UUID(required=True)
    roles = fields.List(fields.Enum(Role, by_value=True), required=True)
    locale = fields.Enum(Language, by_value=True, load_default=Language.ENGLISH)
    zone = Zone(load_default="UTC")


class PeopleSearch(Page):
    search = fields.String(load_default="")
    organisation_id = fields.UUID(load_default=None)
    email = fields.String(load_default="")


class Organisation(Schema):
    id = fields.UUID()
    kind = fields.String()
    name = fields.String()
    slug = fields.String()
    active = fields.Boolean()


class Person(Schema):
    id = fields.UUID()
    email = fields.String()
    name = fields.String()
    locale = fields.String()
    zone = fields.String()
    roles = fields.List(fields.String())
    active = fields.Boolean()
    organisation_id = fields.UUID()
    password = fields.String(
        metadata={"description": "In the first answer to creation only; a repeat does not show it."}
    )


class Organisations(Schema):
    items = fields.List(fields.Nested(Organisation))


class People(Schema):
    items = fields.List(fields.Nested(Person))
    after = fields.String(metadata={"description": "Cursor of the next part, empty at the end"})


class Password(Schema):
    password = fields.String(metadata={"description": "Shown this once"})
