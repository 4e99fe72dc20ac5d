"""What comes in and goes out, by API and form alike."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.contracts.settlement.domain import Decision, needs_reason
from shared.web.fields import Amount, Money
from shared.web.i18n import gettext as _
from shared.web.schemas import Form, Page


class DecisionForm(Form):
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=4000))

    @validates_schema
    def explain(self, said: Mapping[str, Any], **kwargs: Any) -> None:
        if needs_reason(said["decision"]) and not said["reason"].strip():
            raise ValidationError(_("Give a reason. The vendor reads it."), "reason")


class CreditQuery(Page):
    contract_id = fields.UUID(load_default=None)


class CreditRow(Schema):
    id = fields.UUID()
    contract_id = fields.UUID()
    metric_id = fields.UUID()
    window_id = fields.UUID()
    revision = fields.Integer()
    title = fields.String()
    starts_at = fields.AwareDateTime()
    ends_at = fields.AwareDateTime()
    state = fields.String()
    percent = Amount()
    amount = Money(attribute="value")
    proposed_at = fields.AwareDateTime()


class CreditList(Schema):
    items = fields.List(fields.Nested(CreditRow), attribute="rows")
    after = fields.String()


class Working(Schema):
    """monthly × percent ÷ 100 × covered_days ÷ month_days = full_amount; less settled = amount."""

    attained = Amount()
    band_from = Amount()
    band_below = Amount()
    percent = Amount()
    monthly = Amount()
    covered_days = fields.Integer()
    month_days = fields.Integer()
    full_amount = Amount()
    settled = Amount()
    amount = Amount()
    currency = fields.String()


class Credit(Schema):
    id = fields.UUID(attribute="row.id")
    contract_id = fields.UUID(attribute="row.contract_id")
    metric_id = fields.UUID(attribute="row.metric_id")
    window_id = fields.UUID(attribute="row.window_id")
    organisation_id = fields.UUID()
    revision = fields.Integer(attribute="row.revision")
    title = fields.String(attribute="row.title")
    starts_at = fields.AwareDateTime(attribute="row.starts_at")
    ends_at = fields.AwareDateTime(attribute="row.ends_at")
    state = fields.String(attribute="row.state")
    percent = Amount(attribute="row.percent")
    amount = Money(attribute="row.value")
    calculation_id = fields.UUID()
    input_sha256 = fields.String()
    proposed_at = fields.AwareDateTime(attribute="row.proposed_at")
    decided_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String()
    working = fields.Nested(Working)
