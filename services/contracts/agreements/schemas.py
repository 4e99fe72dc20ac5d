"""What comes in and goes out, by API and form alike."""

from marshmallow import Schema, fields, validate

from services.contracts.agreements.domain import DeclineReasonNeeded
from shared.web.fields import Amount, Money
from shared.web.schemas import Form, Page, Words


class Acceptance(Form):
    """`terms_sha256`: the fingerprint of the terms that the person has seen."""

    terms_sha256 = fields.String(validate=validate.Length(equal=64), load_default=None)


class AcceptanceForm(Form):
    """A page always shows what it is about."""

    terms_sha256 = fields.String(validate=validate.Length(equal=64), required=True)


class ContractQuery(Page):
    award_id = fields.UUID(load_default=None)


class ContractRow(Schema):
    id = fields.UUID()
    number = fields.String()
    title = fields.String()
    state = fields.String()
    vendor = fields.String()
    value = Money()
    starts_on = fields.Date()
    ends_on = fields.Date()


class ContractList(Schema):
    items = fields.List(fields.Nested(ContractRow), attribute="rows")
    after = fields.String()


class TierView(Schema):
    lowest = Amount(allow_none=True, data_key="from")
    below = Amount(allow_none=True, data_key="to")
    percent = Amount()


class Refusal(Form):
    reason = fields.String(load_default="", validate=validate.Length(max=2000))


class RefusalForm(Form):
    """A page says at its field what is missing."""

    reason = fields.String(
        required=True,
        validate=validate.Length(max=2000),
        error_messages={"required": Words(DeclineReasonNeeded.message)},
    )


class SlaView(Schema):
    metric_id = fields.UUID(attribute="id")
    title = fields.String()
    unit = fields.String()
    formula = fields.String()
    direction = fields.String()
    target = Amount()
    minimum = Amount()
    window = fields.String()
    tiers = fields.List(fields.Nested(TierView))


class MilestoneTermView(Schema):
    id = fields.UUID()
    number = fields.Integer()
    title = fields.String()
    due_on = fields.Date()
    percent = Amount()
    acceptance_criteria = fields.String()


class AcceptanceView(Schema):
    side = fields.String()
    accepted_at = fields.AwareDateTime()
    terms_sha256 = fields.String()


class DocumentView(Schema):
    name = fields.String()
    sha256 = fields.String()


class ContractView(Schema):
    id = fields.UUID()
    number = fields.String()
    title = fields.String()
    state = fields.String()
    rfp_id = fields.UUID()
    lot_id = fields.UUID()
    award_id = fields.UUID()
    organisation_id = fields.UUID()
    value = Money()
    monthly = Money()
    one_off = Money()
    starts_on = fields.Date()
    ends_on = fields.Date()
    time_zone = fields.String()
    standstill_ends_at = fields.AwareDateTime()
    drafted_at = fields.AwareDateTime()
    activated_at = fields.AwareDateTime(allow_none=True)
    declined_at = fields.AwareDateTime(allow_none=True)
    declined_side = fields.String(allow_none=True)
    decline_reason = fields.String()
    terms_sha256 = fields.String()
    sla = fields.List(fields.Nested(SlaView))
    milestones = fields.List(fields.Nested(MilestoneTermView))
    documents = fields.List(fields.Nested(DocumentView))
    acceptances = fields.List(fields.Nested(AcceptanceView))
