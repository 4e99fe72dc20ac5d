"""A draft and its files. It takes anything: what was typed is kept, right or wrong."""

from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, post_load, validate

from services.rfp.bids.schemas.text import (
    LONG,
    MOST_LINES,
    MOST_PROMISES,
    NUMBER,
    TITLE,
    Typed,
)
from shared.web.schemas import Form


class DraftLine(Form):
    title = fields.String(validate=TITLE)
    kind = fields.String(validate=NUMBER)
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

    solution = fields.String(load_default="", validate=validate.Length(max=LONG))
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


class SeenForm(Form):
    """When the draft on the page had been saved, as the page says it; empty for never."""

    seen = fields.String(load_default="")


class UploadQuery(Form):
    name = fields.String(required=True, validate=validate.Length(max=500))


class UploadHeaders(Form):
    idempotency_key = fields.UUID(required=True, data_key="Idempotency-Key")


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
    updated_at = fields.AwareDateTime(allow_none=True)
