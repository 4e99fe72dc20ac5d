"""What comes in and goes out, by API and form alike."""

from marshmallow import Schema, fields

from services.monitoring.metrics.domain import Direction, Formula
from shared.web.fields import Amount
from shared.web.schemas import Form, Page


class MetricListQuery(Page):
    contract_id = fields.UUID()


class Tier(Schema):
    least = Amount(data_key="from", allow_none=True)
    below = Amount(data_key="to", allow_none=True)
    percent = Amount()


class Metric(Schema):
    """An SLA target of a contract. `number` names it for people."""

    id = fields.UUID()
    number = fields.String()
    contract_id = fields.UUID()
    contract_number = fields.String()
    contract_title = fields.String()
    organisation_id = fields.UUID()
    title = fields.String()
    unit = fields.String()
    formula = fields.Enum(Formula, by_value=True)
    direction = fields.Enum(Direction, by_value=True)
    target = Amount()
    minimum = Amount(allow_none=True)
    window = fields.Constant("month")
    tiers = fields.List(fields.Nested(Tier))
    starts_on = fields.Date()
    ends_on = fields.Date()
    time_zone = fields.String()


class MetricList(Schema):
    items = fields.List(fields.Nested(Metric), attribute="rows")
    after = fields.String()


class GrantForm(Form):
    organisation_id = fields.UUID(required=True)


class Grant(Schema):
    organisation_id = fields.UUID()
    organisation = fields.String()
    granted_by = fields.String()
    granted_at = fields.AwareDateTime()


class GrantList(Schema):
    items = fields.List(fields.Nested(Grant))
