"""What a measurement is and when it is taken. Checked by msgspec, for batches are large."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from services.monitoring.metrics.domain import Formula, Metric
from shared.kernel import N_, DomainError, Labelled

MOST_ROWS = 5_000  # in one batch of the API
MOST_LINES = 50_000  # in one file
MOST_BYTES = 10 * 1024**2  # of one file
MOST_FAULTS = 200  # that one answer lists
AHEAD = timedelta(minutes=5)  # that the clock of a source may be ahead of ours
DIGITS, PLACES = 12, 9  # before and after the point
PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+\Z"  # one line, all of it seen


class Way(Labelled):
    API = "api", N_("API")
    CSV = "csv", N_("CSV file")
    HAND = "hand", N_("By hand")
    KAFKA = "kafka", N_("Kafka")


class Fault(Labelled):
    """Why a row is not taken, in words for whoever sent it."""

    UNREADABLE = "unreadable", N_("Write metric_id, source, external_id, taken_at and value.")
    METRIC = "not_found", N_("There is no such metric, or you may not send measurements of it.")
    SOURCE = "source", N_("Name the source in 1 to 100 characters.")
    EXTERNAL_ID = "external_id", N_("Give an id of 1 to 200 characters that stays unique.")
    TAKEN_AT = "taken_at", N_("Write the time with its offset, such as 2026-11-27T17:00:00+08:00.")
    VALUE = "value", N_("Write a number such as 0.97, of at most 12 digits and 9 decimals.")
    SHARE = "share", N_("Each value of this metric is a share from 0 to 1, not a percentage.")
    PERIOD = "period", N_("The contract does not cover this time.")
    FUTURE = "future", N_("This time has not come yet.")
    CONFLICT = "conflict", N_("The source has sent another value or time under this id before.")
    CELLS = "cells", N_("This line has more or fewer values than the first line has names.")
    BROKEN = "broken", N_("This line is no CSV. Look for a quotation mark without its pair.")


@dataclass(frozen=True)
class RowFault:
    """`row` counts from 1; in a file it is the number of the line."""

    row: int
    field: str
    fault: Fault


class NotTaken(DomainError):
    """Nothing of what was sent is taken."""

    code = "not_taken"


class RowsRefused(NotTaken):
    code = "rows_refused"
    message = N_("No measurement was taken. Rows that are wrong: %(count)s.")

    def __init__(self, faults: Sequence[RowFault]) -> None:
        super().__init__(count=len({fault.row for fault in faults}))
        self.faults = faults


class TooManyRows(NotTaken):
    code = "too_many_rows"
    message = N_("Send at most %(limit)s measurements at a time.")


class WrongBatch(NotTaken):
    code = "wrong_batch"
    message = N_("Send an object with a list “measurements”.")


class NotUtf8(NotTaken):
    code = "not_utf8"
    message = N_("The file is not in UTF-8. In Excel choose “Save as” and “CSV UTF-8”.")


class WrongHeader(NotTaken):
    code = "wrong_header"
    message = N_(
        "The first line must name the columns taken_at,value,external_id, and source if there is "
        "one, with commas between them."
    )


class NoRows(NotTaken):
    code = "no_rows"
    message = N_("There is no measurement in what you sent.")


class Measurement(msgspec.Struct, frozen=True, gc=False):
    """One raw value. A source never says an `external_id` again with another value."""

    metric_id: UUID
    source: Annotated[str, Meta(min_length=1, max_length=100, pattern=PRINTABLE)]
    external_id: Annotated[str, Meta(min_length=1, max_length=200, pattern=PRINTABLE)]
    taken_at: Annotated[datetime, Meta(tz=True)]
    value: Decimal


Numbered = tuple[int, Measurement]


@dataclass(frozen=True)
class Sheet:
    """What was sent: rows that can be read, by their number, and what is wrong with the others."""

    rows: Sequence[Numbered]
    faults: Sequence[RowFault] = ()


def rule_faults(
    rows: Iterable[Numbered], metrics: Mapping[UUID, Metric], now: datetime
) -> list[RowFault]:
    """What is wrong with rows that can be read. `metrics` are those the sender may write to."""
    periods = {each.id: each.period for each in metrics.values()}
    shares = {each.id for each in metrics.values() if each.formula is Formula.RATIO}
    latest = now + AHEAD
    faults = []
    for row, one in rows:
        if (period := periods.get(one.metric_id)) is None:
            faults.append(RowFault(row, "metric_id", Fault.METRIC))
            continue
        if not is_storable(one.value):
            faults.append(RowFault(row, "value", Fault.VALUE))
        elif one.metric_id in shares and not 0 <= one.value <= 1:
            faults.append(RowFault(row, "value", Fault.SHARE))
        if one.taken_at > latest:
            faults.append(RowFault(row, "taken_at", Fault.FUTURE))
        elif not period.starts_at <= one.taken_at < period.ends_at:
            faults.append(RowFault(row, "taken_at", Fault.PERIOD))
    return faults


def is_storable(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -PLACES and value.adjusted() < DIGITS
