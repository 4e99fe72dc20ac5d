"""Questions on an RFP and their answers."""

from marshmallow import Schema, fields, validate

from shared.web.schemas import Form


class QuestionForm(Form):
    text = fields.String(required=True, validate=validate.Length(max=4000))


class QuestionOut(Schema):
    id = fields.UUID()
    text = fields.String()
    asked_at = fields.AwareDateTime()
    answer = fields.String(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)


class QuestionList(Schema):
    items = fields.List(fields.Nested(QuestionOut))
