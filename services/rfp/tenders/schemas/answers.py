"""An RFP as it is answered, and how to ask for RFPs."""

from marshmallow import Schema, fields

from services.rfp.tenders.domain import Direction, Formula, PriceFormula, Stage, Window
from shared.web.fields import Amount
from shared.web.schemas import Page


class RfpListQuery(Page):
    stage = fields.Enum(Stage, by_value=True)


class RfpLotOut(Schema):
    id = fields.UUID()
    title = fields.String()
    description = fields.String()


class RfpCriterionOut(Schema):
    id = fields.UUID()
    key = fields.String()
    title = fields.String()
    weight = Amount()
    is_price = fields.Boolean()
    minimum = Amount(allow_none=True)


class RfpSlaTargetOut(Schema):
    id = fields.UUID()
    title = fields.String()
    unit = fields.String()
    formula = fields.Enum(Formula, by_value=True)
    direction = fields.Enum(Direction, by_value=True)
    target = Amount()
    minimum = Amount(allow_none=True)
    window = fields.Enum(Window, by_value=True)
    tiers = fields.List(fields.Dict(keys=fields.String(), values=fields.String(allow_none=True)))


class RfpMilestoneOut(Schema):
    id = fields.UUID()
    number = fields.Integer(attribute="position")
    title = fields.String()
    due_on = fields.Date()
    percent = Amount()
    acceptance_criteria = fields.String()


class RfpSummary(Schema):
    id = fields.UUID()
    number = fields.String()
    title = fields.String()
    stage = fields.Enum(Stage, by_value=True)
    deadline_at = fields.AwareDateTime()


class AskedOut(RfpSummary):
    """What vendors and staff see alike."""

    description = fields.String()
    currency = fields.String()
    time_zone = fields.String()
    starts_on = fields.Date()
    ends_on = fields.Date()
    price_formula = fields.Enum(PriceFormula, by_value=True)
    standstill_days = fields.Integer()
    version = fields.Integer()
    published_at = fields.AwareDateTime(allow_none=True)
    lots = fields.List(fields.Nested(RfpLotOut))
    criteria = fields.List(fields.Nested(RfpCriterionOut))
    sla_targets = fields.List(fields.Nested(RfpSlaTargetOut))
    milestones = fields.List(fields.Nested(RfpMilestoneOut))


class NamedOut(Schema):
    id = fields.UUID()


class RfpOut(AskedOut):
    """For staff: with who is invited and who serves on the committee."""

    plan_id = fields.UUID()
    sha256 = fields.String()
    buyer_id = fields.UUID()
    invitees = fields.Pluck(NamedOut, "id", many=True)
    evaluators = fields.Pluck(NamedOut, "id", many=True)
    openers = fields.Pluck(NamedOut, "id", many=True)


class RfpList(Schema):
    items = fields.List(fields.Nested(RfpSummary), attribute="rows")
    after = fields.String()
