"""Batches and files as they are sent, row by row. What is wrong is gathered, not raised."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from uuid import UUID

import msgspec

from services.monitoring.measurements.domain.rows import (
    MOST_LINES,
    MOST_ROWS,
    Fault,
    Measurement,
    NoRows,
    NotUtf8,
    RowFault,
    Sheet,
    TooManyRows,
    Way,
    WrongBatch,
    WrongHeader,
)

COLUMNS = ("taken_at", "value", "external_id")
NAMED = re.compile(r"`\$\.(\w+)`|field `(\w+)`")  # the field in a message of msgspec
FIELDS = {
    "metric_id": Fault.METRIC,
    "source": Fault.SOURCE,
    "external_id": Fault.EXTERNAL_ID,
    "taken_at": Fault.TAKEN_AT,
    "value": Fault.VALUE,
}
Read = Sequence[Measurement | RowFault]


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent, all of it."""

    name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Batch(msgspec.Struct):
    measurements: list[Measurement]


class Rows(msgspec.Struct):
    measurements: list[msgspec.Raw]


def read_batch(body: bytes) -> Sheet:
    """A batch of the API. Its rows are read one by one only where one of them is wrong."""
    rows: Read
    try:
        rows = msgspec.json.decode(body, type=Batch).measurements
    except (msgspec.DecodeError, UnicodeDecodeError):
        rows = each_row(body)
    if len(rows) > MOST_ROWS:
        raise TooManyRows(limit=MOST_ROWS)
    return sheet_of(list(enumerate(rows, start=1)))


def sheet_of(read: Sequence[tuple[int, Measurement | RowFault]]) -> Sheet:
    if not read:
        raise NoRows
    rows = [(row, each) for row, each in read if isinstance(each, Measurement)]
    return Sheet(rows, [each for _, each in read if isinstance(each, RowFault)])


def each_row(body: bytes) -> Read:
    try:
        raw = msgspec.json.decode(body, type=Rows).measurements
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongBatch from error
    decoder = msgspec.json.Decoder(Measurement)
    return [read_row(row, decoder.decode, each) for row, each in enumerate(raw, start=1)]


def read_row(row: int, decode: Any, raw: Any) -> Measurement | RowFault:
    try:
        return decode(raw)  # type: ignore[no-any-return]  # `decode` makes measurements
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = NAMED.search(str(error))
        field = (found[1] or found[2]) if found else ""
        return RowFault(row, field, FIELDS.get(field, Fault.UNREADABLE))


def read_csv(content: bytes, metric_id: UUID) -> Sheet:
    """The lines of a file of one metric."""
    lines = csv.reader(io.StringIO(decoded(content), newline=""), strict=True)
    columns = read_header(lines)
    known = {"metric_id": str(metric_id), "source": Way.CSV.value}
    read = []
    for line, cells in numbered(lines):
        read.append((line, read_line(line, columns, cells, known)))
        if len(read) > MOST_LINES:
            raise TooManyRows(limit=MOST_LINES)
    return sheet_of(read)


def decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8 from error


def read_header(lines: Iterator[list[str]]) -> list[str]:
    try:
        columns = [cell.strip().lower() for cell in next(lines, [])]
    except csv.Error as error:
        raise WrongHeader from error
    allowed = {*COLUMNS, "source"}
    if not set(COLUMNS) <= set(columns) <= allowed or len(set(columns)) < len(columns):
        raise WrongHeader
    return columns


def numbered(lines: Any) -> Iterator[tuple[int, list[str]]]:
    """Lines that hold something, with the number of their first line; broken ones are empty."""
    while True:
        line = lines.line_num + 1
        try:
            cells = [cell.strip() for cell in next(lines)]
        except StopIteration:
            return
        except csv.Error:
            yield line, []
            continue
        if any(cells):
            yield line, cells


def read_line(
    line: int, columns: Sequence[str], cells: Sequence[str], known: Mapping[str, str]
) -> Measurement | RowFault:
    if len(cells) != len(columns):
        return RowFault(line, "", Fault.CELLS if cells else Fault.BROKEN)
    given = {**known, **dict(zip(columns, cells, strict=True))}
    return read_row(line, partial(msgspec.convert, type=Measurement), given)
