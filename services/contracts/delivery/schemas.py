"""What comes in and goes out, by API and form alike."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.contracts.delivery.domain import Decision, needs_reason
from shared.web.fields import Amount
from shared.web.i18n import gettext as _
from shared.web.schemas import Form


class ReviewForm(Form):
    """`level` is the one that the reviewer was shown; without it, whichever waits."""

    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=4000))
    level = fields.Integer(load_default=None, strict=False)

    @validates_schema
    def explain(self, said: Mapping[str, Any], **kwargs: Any) -> None:
        if needs_reason(said["decision"]) and not said["reason"].strip():
            raise ValidationError(_("Give a reason. The vendor reads it."), "reason")


class Review(Schema):
    level = fields.Integer()
    outcome = fields.String()
    reason = fields.String()
    reviewed_at = fields.AwareDateTime()


class Deliverable(Schema):
    id = fields.UUID()
    version = fields.Integer()
    name = fields.String(attribute="file.name")
    size = fields.Integer(attribute="file.size")
    sha256 = fields.String(attribute="file.sha256")
    scan_state = fields.String(attribute="file.scan_state")
    submitted_at = fields.AwareDateTime()
    reviews = fields.List(fields.Nested(Review))


class Milestone(Schema):
    id = fields.UUID(attribute="row.id")
    contract_id = fields.UUID(attribute="row.contract_id")
    number = fields.Integer(attribute="row.number")
    title = fields.String(attribute="row.title")
    due_on = fields.Date(attribute="row.due_on")
    percent = Amount(attribute="row.percent")
    acceptance_criteria = fields.String()
    state = fields.String(attribute="row.state")
    level = fields.Integer(attribute="row.level")
    accepted_at = fields.AwareDateTime(allow_none=True)
    versions = fields.List(fields.Nested(Deliverable))


class Receipt(Schema):
    id = fields.UUID()
    version = fields.Integer()
    sha256 = fields.String()
