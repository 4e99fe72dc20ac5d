"""What the forms of signing in and of one's own account bring."""

from marshmallow import fields, validate

from gateway.people.domain import Language, Theme
from shared.web.fields import Zone
from shared.web.schemas import Form


class SignIn(Form):
    email = fields.String(required=True, validate=validate.Length(max=254))
    password = fields.String(required=True, validate=validate.Length(max=1000))


class LanguageChoice(Form):
    locale = fields.Enum(Language, by_value=True, required=True)
    zone = Zone(required=True)


class ThemeChoice(Form):
    theme = fields.Enum(Theme, by_value=True, required=True)
