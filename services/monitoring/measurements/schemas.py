"""What comes in by form and goes out. Batches and files are read in the domain, for speed."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.monitoring.measurements import queries
from services.monitoring.measurements.domain import rows
from services.monitoring.measurements.domain.rows import (
    MOST_FAULTS,
    PLACES,
    NotTaken,
    RowFault,
    RowsRefused,
    Way,
)
from services.monitoring.metrics.domain import Metric
from shared.web.errors import sentence
from shared.web.fields import Amount, LocalDateTime
from shared.web.forms import form_errors as error_words
from shared.web.i18n import gettext, label
from shared.web.schemas import Form


class ByHandForm(Form):
    """A wall clock's time is in the contract's zone, which the form names."""

    taken_at = LocalDateTime(required=True, zone_from="zone")
    value = Amount(required=True, places=PLACES, grouped=False)
    external_id = fields.String(required=True, validate=validate.Length(max=200))


class Measurement(Form):
    metric_id = fields.UUID(required=True)
    source = fields.String(required=True, validate=validate.Length(1, 100))
    external_id = fields.String(required=True, validate=validate.Length(1, 200))
    taken_at = fields.AwareDateTime(required=True)
    value = Amount(required=True, places=PLACES, grouped=False)


class Batch(Form):
    """All rows are taken or none. A row that we have already counts as repeated."""

    measurements = fields.List(fields.Nested(Measurement), required=True)


class Taken(Schema):
    accepted = fields.Integer()
    repeated = fields.Integer()


class Import(Taken):
    id = fields.UUID()
    name = fields.String()
    sha256 = fields.String()


class RawValue(Schema):
    taken_at = fields.AwareDateTime()
    source = fields.String()
    external_id = fields.String()
    value = Amount()
    way = fields.Enum(Way, by_value=True)
    arrived_at = fields.AwareDateTime()


class RawValueList(Schema):
    items = fields.List(fields.Nested(RawValue), attribute="rows")
    after = fields.String()


def as_answer(refusal: NotTaken) -> ValidationError:
    """A refusal as 422: its sentence, its code and, where rows are wrong, each of them."""
    said: dict[str, Any] = {"code": refusal.code, "measurements": [sentence(refusal)]}
    if isinstance(refusal, RowsRefused):
        said["rows"] = [row_words(fault) for fault in refusal.faults[:MOST_FAULTS]]
    return ValidationError(said)


def as_file_answer(found: queries.Import) -> ValidationError:
    """The same for a file; its rows are lines."""
    return ValidationError(
        {"file": [refusal_words(found)], "rows": [row_words(fault) for fault in found.faults]}
    )


def refusal_words(found: queries.Import) -> str:
    """Why a file was not taken, in the reader's language."""
    return gettext(found.refusal) % found.refusal_params if found.refusal else ""


def row_words(fault: RowFault) -> dict[str, Any]:
    return {
        "row": fault.row,
        "field": fault.field,
        "code": fault.fault.value,
        "message": label(fault.fault),
    }


def hand_errors(error: ValidationError, metric: Metric, now: datetime) -> dict[str, str]:
    """All at once: what cannot be read, and what the rest would be refused for."""
    valid = error.valid_data if isinstance(error.valid_data, dict) else {}
    given = {"taken_at": metric.period.starts_at, "value": Decimal(0), **valid}
    one = rows.Measurement(metric.id, "hand", "-", given["taken_at"], given["value"])
    faults = rows.rule_faults([(1, one)], {metric.id: metric}, now)
    told = {each.field: label(each.fault) for each in faults if each.field in valid}
    return told | error_words(error.messages_dict)


def form_errors(refusal: NotTaken) -> dict[str, str]:
    """The same for a form with one measurement."""
    if not isinstance(refusal, RowsRefused):
        return {"value": sentence(refusal)}
    return {fault.field: label(fault.fault) for fault in refusal.faults}
