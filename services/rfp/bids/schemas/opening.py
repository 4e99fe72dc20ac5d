"""The opening of bids, and the end of an RFP before it."""

from marshmallow import Schema, fields, validate

from services.rfp.bids.domain import BidState
from shared.kernel import N_
from shared.web.schemas import Form, Words


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
    confirmed_at = fields.AwareDateTime(allow_none=True)


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
    opened_at = fields.AwareDateTime(allow_none=True)
    openers = fields.List(fields.Nested(OpenerPresent))
    bids = fields.List(fields.Nested(MinuteLine), allow_none=True)
