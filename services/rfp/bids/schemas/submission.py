"""A whole bid in, its receipt out. What is missing or wrong is refused."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate
from werkzeug.datastructures import MultiDict

from services.rfp.bids.domain import BidContent, BidState, LineKind, PriceLine, Promise
from services.rfp.bids.schemas.drafts import SeenForm
from services.rfp.bids.schemas.text import LONG, MOST_LINES, MOST_PROMISES, TITLE
from shared.kernel import N_
from shared.web.fields import Amount
from shared.web.i18n import gettext
from shared.web.schemas import Form, Words


def positive(number: Decimal) -> None:
    if number <= 0:
        raise ValidationError(gettext("Write a number above zero."))


class LineForm(Form):
    title = fields.String(
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

    solution = fields.String(
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


class SubmitForm(SeenForm):
    replace = fields.Boolean(load_default=False)


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
