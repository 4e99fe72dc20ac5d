"""The base of what comes in, by JSON and by form alike."""

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load, validate
from werkzeug.datastructures import MultiDict

from shared.kernel import N_
from shared.web.forms import form_fields
from shared.web.i18n import gettext
from shared.web.pagination import SIZES
from shared.web.texts import guard

# marshmallow's words -> ours
WORDS = {
    "Missing data for required field.": N_("This is needed."),
    "Field may not be null.": N_("This is needed."),
    "Not a valid string.": N_("Write text here."),
    "Not a valid integer.": N_("Write a whole number."),
    "Not a valid number.": N_("Write a number."),
    "Not a valid boolean.": N_("Answer yes or no."),
    "Not a valid UUID.": N_("Choose one of those offered."),
    "Not a valid email address.": N_("Write an e-mail address such as name@example.com."),
    "Not a valid date.": N_("Write a date such as 2026-11-27."),
    "Not a valid datetime.": N_("Write date and time such as 2026-11-27T17:00:00+08:00."),
    "Not a valid list.": N_("Write a list."),
    "Not a valid mapping type.": N_("Write an object."),
    "Invalid input type.": N_("Write an object."),
    "Invalid type.": N_("Write an object."),
    "Must be one of: {choices}.": N_("Choose one of those offered."),
    "Must be one of: {values}.": N_("Choose one of those offered."),
    "Shorter than minimum length {min}.": N_("Give at least {min}."),
    "Longer than maximum length {max}.": N_("Give at most {max}."),
    "Length must be between {min} and {max}.": N_("Give between {min} and {max}."),
    "Length must be {equal}.": N_("Give exactly {equal}."),
    "Must be greater than or equal to {min}.": N_("At least {min}."),
    "Must be greater than {min}.": N_("More than {min}."),
    "Must be less than or equal to {max}.": N_("At most {max}."),
    "Must be less than {max}.": N_("Less than {max}."),
    "Must be greater than or equal to {min} and less than or equal to {max}.": N_(
        "From {min} to {max}."
    ),
}


class Words(str):
    """A sentence that is translated when it is formatted, for the reader of that moment."""

    def format(self, *args: object, **kwargs: object) -> str:
        return gettext(str(self)).format(*args, **kwargs)


class Form(Schema):
    """Takes JSON or a form. Empty answers count as none; what we do not know is left out.

    Every text has a length and holds what can be shown (`shared.web.texts`).
    """

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        guard(field_obj)
        reword(field_obj.error_messages)
        for validator in field_obj.validators:
            reword_validator(validator)
        inner = getattr(field_obj, "inner", None)
        if inner is not None:
            self.on_bind_field(field_name, inner)

    @pre_load
    def unfold(self, data: Any, **kwargs: Any) -> Any:
        if isinstance(data, MultiDict):
            return self.listed(form_fields(data))
        if isinstance(data, Mapping):
            return {name: value for name, value in data.items() if value != ""}
        return data

    def listed(self, data: dict[str, Any]) -> dict[str, Any]:
        """A form cannot say that one answer is a list of one."""
        for name, field in self.fields.items():
            key = field.data_key or name
            if isinstance(field, fields.List) and key in data and not isinstance(data[key], list):
                data[key] = [data[key]]
        return data

    def handle_error(self, error: ValidationError, data: Any, **kwargs: Any) -> None:
        error.messages = spelled(error.messages)


class Page(Form):
    """Which part of a long list: at most `limit` rows after the cursor of the part before."""

    after = fields.String(load_default="")
    limit = fields.Integer(load_default=SIZES[0], validate=validate.Range(1, SIZES[-1]))


def reword(messages: dict[str, Any]) -> None:
    for key, text in messages.items():
        if isinstance(text, str) and text in WORDS:
            messages[key] = Words(WORDS[text])


def reword_validator(validator: Any) -> None:
    if not isinstance(validator, validate.Validator):
        return
    for name in ("message_min", "message_max", "message_all", "message_equal", "error"):
        text = getattr(validator, name, None)
        if isinstance(text, str) and text in WORDS:
            setattr(validator, name, Words(WORDS[text]))


def spelled(messages: Any) -> Any:
    """Lazy sentences as text: marshmallow would take them apart into letters."""
    if isinstance(messages, Mapping):
        return {name: spelled(inner) for name, inner in messages.items()}
    if isinstance(messages, list):
        return [spelled(inner) for inner in messages]
    return str(messages)
