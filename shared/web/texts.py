"""Which characters a text may have: what a database can hold and a page can show as it is."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from shared.web.i18n import gettext

LINE = 500  # characters at most of what stands in one line
# Controls but for tab and line ends, and marks that turn the direction of what follows.
UNSHOWN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
HIDDEN = re.compile(f"[{UNSHOWN}\ud800-\udfff]")
LINE_ENDS = "\n\r\u2028\u2029"


def readable(text: str) -> str:
    """Without what nobody can see, so that a form shown again can be sent."""
    return HIDDEN.sub("", text)


class Readable(validate.Validator):
    """Of a text that comes in. `pattern` says the same in the OpenAPI documents."""

    def __init__(self, *, one_line: bool) -> None:
        self.one_line = one_line
        self.pattern = f"^[^{escaped(UNSHOWN + (LINE_ENDS if one_line else ''))}]*$"

    def __call__(self, text: str) -> str:
        if HIDDEN.search(text):
            raise ValidationError(
                gettext("This holds characters that cannot be shown. Send it without them.")
            )
        if self.one_line and any(each in text for each in LINE_ENDS):
            raise ValidationError(gettext("Write this in one line."))
        return text


def escaped(characters: str) -> str:
    """As a regular expression of JSON Schema writes them."""
    return "".join(each if each == "-" else f"\\u{ord(each):04x}" for each in characters)


LINES, TEXTS = Readable(one_line=True), Readable(one_line=False)


def guard(field: fields.Field[Any]) -> None:
    """Every text has a length, and characters that can be shown. A short one is one line."""
    if not isinstance(field, fields.String) or isinstance(field, fields.UUID):
        return
    lengths = [each for each in field.validators if isinstance(each, validate.Length)]
    if not lengths and not any(isinstance(each, validate.OneOf) for each in field.validators):
        lengths = [validate.Length(max=LINE)]
        field.validators = [*field.validators, *lengths]
    readable_as = LINES if all(is_line(each) for each in lengths) else TEXTS
    field.validators = [readable_as, *field.validators]
    if not any(hasattr(each, "regex") for each in field.validators):
        field.metadata = {"pattern": readable_as.pattern, **field.metadata}


def is_line(length: validate.Length) -> bool:
    return (length.equal or length.max or LINE + 1) <= LINE
