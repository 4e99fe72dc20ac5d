"""What is typed into a bid, and how much of it."""

from typing import Any

from marshmallow import fields, validate

MOST_LINES, MOST_PROMISES = 200, 100
LONG = 20_000  # characters of the solution


class Typed(fields.String):
    """What was typed where a number belongs, right or wrong."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if whole else value, *args, **kwargs)


TITLE = validate.Length(max=200)
NUMBER = validate.Length(max=40)
