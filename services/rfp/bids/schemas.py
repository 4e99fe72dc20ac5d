"""What comes in and goes out, by API and form alike. A draft takes anything; a bid does not."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from unicodedata import category
from uuid import UUID

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate
from werkzeug.datastructures import MultiDict

from services.rfp.bids.domain import BidContent, BidState, LineKind, PriceLine, Promise
from shared.kernel import N_
from shared.web.fields import Amount
from shared.web.i18n import gettext
from shared.web.schemas import Form, Words

MOST_LINES, MOST_PROMISES = 200, 100
LONG = 20_000  # characters of the solution


class Text(fields.String):
    """Text that a database can hold and a page can show: no NUL, no half characters."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        if text != readable(str(text)):
            raise ValidationError(gettext("Remove the characters that cannot be shown."))
        return text


def readable(text: str) -> str:
    """Without control characters, but for those that part lines and columns."""
    return "".join(c for c in text if c in "\n\r\t" or category(c) not in ("Cc", "Cs"))


class Typed(Text):
    """What was typed where a number belongs, right or wrong."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return super()._deserialize(str(value) if whole else value, *args, **kwargs)


TITLE = validate.Length(max=200)
NUMBER = validate.Length(max=40)


class DraftLine(Form):
    title = Text(validate=TITLE)
    kind = Text(validate=NUMBER)
    quantity = Typed(validate=NUMBER)
    unit_price = Typed(validate=NUMBER)


class DraftPromise(Form):
    target_id = fields.UUID(required=True)
    value = Typed(validate=NUMBER)

    @post_load
    def as_text(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return data | {"target_id": str(data["target_id"])}


def as_id(value: Any) -> UUID | None:
    """The id that a button names, if it names one."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


class DraftForm(Form):
    """`files`: those uploaded before that stay in the draft; all of them where it is left out."""

    solution = Text(load_default="", validate=validate.Length(max=LONG))
    lines = fields.List(
        fields.Nested(DraftLine), load_default=list, validate=validate.Length(max=MOST_LINES)
    )
    promises = fields.List(
        fields.Nested(DraftPromise),
        load_default=list,
        validate=validate.Length(max=MOST_PROMISES),
    )
    files = fields.List(fields.UUID(), load_default=None)

    @post_load
    def apart(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"files": data.pop("files"), "answers": data}


def positive(number: Decimal) -> None:
    if number <= 0:
        raise ValidationError(gettext("Write a number above zero."))


class LineForm(Form):
    title = Text(
        required=True,
        validate=TITLE,
        error_messages={"required": Words(N_("Say what this line pays for."))},
    )
    kind = fields.Enum(LineKind, required=True, by_value=True)
    quantity = Amount(
        required=True,
        places=3,
        most=Decimal(10**9),
        validate=positive,
        error_messages={"required": Words(N_("Write a quantity."))},
    )
    unit_price = Amount(
        required=True,
        places=6,
        most=Decimal(10**12),
        validate=positive,
        error_messages={"required": Words(N_("Write a unit price."))},
    )

    @post_load
    def as_line(self, data: dict[str, Any], **kwargs: Any) -> PriceLine:
        return PriceLine(**data)


class PromiseForm(Form):
    target_id = fields.UUID(required=True)
    value = Amount(
        required=True,
        places=4,
        least=Decimal(0),
        most=Decimal(10**9),
        error_messages={"required": Words(N_("Promise a value for each service level."))},
    )

    @post_load
    def as_promise(self, data: dict[str, Any], **kwargs: Any) -> Promise:
        return Promise(**data)


class BidForm(Form):
    """A whole bid. Price lines of a form that were left blank are none."""

    solution = Text(
        required=True,
        validate=validate.Length(max=LONG),
        error_messages={"required": Words(N_("Describe your solution."))},
    )
    lines = fields.List(
        fields.Nested(LineForm), load_default=list, validate=validate.Length(max=MOST_LINES)
    )
    promises = fields.List(
        fields.Nested(PromiseForm),
        load_default=list,
        validate=validate.Length(max=MOST_PROMISES),
    )
    files = fields.List(fields.UUID(), load_default=list)

    @pre_load
    def without_blanks(self, data: Any, **kwargs: Any) -> Any:
        if not isinstance(data, Mapping) or isinstance(data, MultiDict):
            return data
        lines = data.get("lines")
        if not isinstance(lines, list):
            return data
        return {**data, "lines": [line for line in lines if not is_blank(line)]}

    @post_load
    def apart(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        return {"files": data.pop("files"), "content": BidContent(**data)}


def is_blank(row: Any) -> bool:
    """Only what a form sends of itself is in the row."""
    return isinstance(row, Mapping) and not any(
        value not in (None, "") for name, value in row.items() if name != "kind"
    )


class SeenForm(Form):
    """When the draft on the page had been saved, as the page says it; empty for never."""

    seen = fields.String(load_default="")


class SubmitForm(SeenForm):
    replace = fields.Boolean(load_default=False)


class UploadQuery(Form):
    name = Text(required=True, validate=validate.Length(max=500))


class UploadHeaders(Form):
    idempotency_key = fields.UUID(required=True, data_key="Idempotency-Key")


class ListQuery(Form):
    after = fields.String(load_default="")


class File(Schema):
    id = fields.UUID()
    name = fields.String()
    size = fields.Integer()
    sha256 = fields.String()


class Line(Schema):
    title = fields.String()
    kind = fields.String()
    quantity = fields.String()
    unit_price = fields.String()


class PromiseMade(Schema):
    target_id = fields.String()
    value = fields.String()


class Draft(Schema):
    lot_id = fields.UUID()
    solution = fields.String()
    lines = fields.List(fields.Nested(Line))
    promises = fields.List(fields.Nested(PromiseMade))
    files = fields.List(fields.Nested(File))
    updated_at = fields.AwareDateTime()


class Receipt(Schema):
    id = fields.UUID()
    lot_id = fields.UUID()
    version = fields.Integer()
    state = fields.Enum(BidState, by_value=True)
    received_at = fields.AwareDateTime()
    sha256 = fields.String()
    padded_size = fields.Integer()


class ReceiptList(Schema):
    items = fields.List(fields.Nested(Receipt), attribute="rows")
    after = fields.String()


class CancellationForm(Form):
    reason = fields.String(
        required=True,
        validate=validate.Length(max=5000),
        error_messages={"required": Words(N_("Say why the RFP is cancelled."))},
    )


class Confirmation(Schema):
    state = fields.String()


class OpenerPresent(Schema):
    person_id = fields.UUID()
    confirmed_at = fields.AwareDateTime()


class MinuteLine(Schema):
    number = fields.Integer()
    received_at = fields.AwareDateTime()
    bid_id = fields.UUID()
    organisation_id = fields.UUID()
    version = fields.Integer()
    sha256 = fields.String()
    state = fields.Enum(BidState, by_value=True)


class Opening(Schema):
    """`bids` is null until the deadline; whose they are is null until they are open."""

    rfp_id = fields.UUID()
    stage = fields.String()
    deadline_at = fields.AwareDateTime()
    opened_at = fields.AwareDateTime()
    openers = fields.List(fields.Nested(OpenerPresent))
    bids = fields.List(fields.Nested(MinuteLine), allow_none=True)
