"""What comes in and goes out, by API and form alike."""

from marshmallow import Schema, fields, validate

from services.rfp.vendors.domain import LOWEST_TIER, Category, Standing
from shared.web.schemas import Form, Page


class AdmissionForm(Form):
    tier = fields.Integer(required=True, validate=validate.Range(min=1, max=LOWEST_TIER))
    categories = fields.List(
        fields.Enum(Category, by_value=True), required=True, validate=validate.Length(min=1)
    )
    note = fields.String(required=True, validate=validate.Length(max=2000))


class VendorListQuery(Page):
    standing = fields.Enum(Standing, by_value=True)


class VendorOut(Schema):
    organisation_id = fields.UUID()
    name = fields.String()
    standing = fields.Enum(Standing, by_value=True)
    tier = fields.Integer(allow_none=True)
    categories = fields.List(fields.String())
    admitted_at = fields.AwareDateTime(allow_none=True)


class VendorList(Schema):
    items = fields.List(fields.Nested(VendorOut), attribute="rows")
    after = fields.String()
