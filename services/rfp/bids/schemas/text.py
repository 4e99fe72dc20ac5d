"""What is typed into a bid, and how much of it."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from shared.web.i18n import gettext

MOST_LINES, MOST_PROMISES = 200, 100
LONG = 20_000  # characters of the solution
UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class Text(fields.String):
    """Text that a database can hold and a page can show: no NUL, no half characters."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        if text != readable(str(text)):
            raise ValidationError(gettext("Remove the characters that cannot be shown."))
        return text


def readable(text: str) -> str:
    """Without control characters, but for those that part lines and columns."""
    return UNSHOWN.sub("", text)


class Typed(Text):
    """What was typed where a number belongs, right or wrong."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if whole else value, *args, **kwargs)


TITLE = validate.Length(max=200)
NUMBER = validate.Length(max=40)
