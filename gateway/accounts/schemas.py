"""What the forms of signing in and of one's own account bring."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.people.domain import Language, Theme
from shared.web.fields import Zone
from shared.web.i18n import gettext
from shared.web.schemas import Form


class SignIn(Form):
    email = fields.String(required=True, validate=validate.Length(max=254))
    password = fields.String(required=True, validate=validate.Length(max=1000))


class LanguageChoice(Form):
    locale = fields.Enum(Language, by_value=True, required=True)
    zone = Zone(required=True)


class NewPassword(Form):
    current = fields.String(required=True, validate=validate.Length(max=1000))
    new = fields.String(required=True, validate=validate.Length(max=1000))
    again = fields.String(required=True, validate=validate.Length(max=1000))

    @validates_schema
    def check_twice(self, data: dict[str, Any], **kwargs: Any) -> None:
        if {"new", "again"} <= data.keys() and data["new"] != data["again"]:
            raise ValidationError(gettext("This is not the same password."), "again")


class ThemeChoice(Form):
    theme = fields.Enum(Theme, by_value=True, required=True)
