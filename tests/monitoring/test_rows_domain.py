"""measurements/domain: where exactly a fault is, and files as other systems write them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from support.actors import an_id
from support.metrics import OCTOBER, a_metric, measured

from services.monitoring.measurements.domain.reading import SentFile, read_batch, read_csv
from services.monitoring.measurements.domain.rows import (
    MOST_LINES,
    Fault,
    RowFault,
    RowsRefused,
    TooManyRows,
    WrongHeader,
    rule_faults,
)

METRIC = an_id("answered")
NOW = OCTOBER + timedelta(days=1)
HEADER = "taken_at,value,external_id"
LINE = "2026-10-05T10:00:00+08:00,1,call-1"


def faults(values: list[str], metric_id: UUID = METRIC, **more: Any) -> list[RowFault]:
    metric = a_metric()
    return rule_faults(measured(metric_id, values, **more), {metric.id: metric}, NOW)


@pytest.mark.parametrize(
    ("values", "more", "fault"),
    [
        (["1", "NaN"], {}, RowFault(2, "value", Fault.VALUE)),
        (["1", "1.1"], {}, RowFault(2, "value", Fault.SHARE)),
        (["1"], {"at": NOW + timedelta(hours=1)}, RowFault(1, "taken_at", Fault.FUTURE)),
        (["1"], {"at": OCTOBER - timedelta(days=99)}, RowFault(1, "taken_at", Fault.PERIOD)),
        (["NaN"], {"metric_id": an_id("other")}, RowFault(1, "metric_id", Fault.METRIC)),
    ],
)
def test_a_rule_that_is_broken_names_the_row_and_the_field(
    values: list[str], more: dict[str, Any], fault: RowFault
) -> None:
    assert faults(values, **more) == [fault]


def test_rows_behind_one_of_another_metric_are_judged_too() -> None:
    metric = a_metric()
    rows = [*measured(an_id("other"), ["1"]), *((2, one) for _, one in measured(METRIC, ["NaN"]))]
    found = rule_faults(rows, {metric.id: metric}, NOW)
    assert [(each.row, each.fault) for each in found] == [(1, Fault.METRIC), (2, Fault.VALUE)]


def test_one_row_can_have_two_faults_and_is_counted_once() -> None:
    found = faults(["NaN"], at=NOW + timedelta(hours=1))
    assert [each.field for each in found] == ["value", "taken_at"]
    refused = RowsRefused(found)
    assert (refused.params, refused.faults) == ({"count": 1}, found)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"metric_id": "x"}, RowFault(1, "metric_id", Fault.METRIC)),
        ([], RowFault(1, "", Fault.UNREADABLE)),
        (
            {"metric_id": str(METRIC), "source": "s", "external_id": "1", "value": "1"},
            RowFault(1, "taken_at", Fault.TAKEN_AT),
        ),
    ],
)
def test_what_cannot_be_read_names_its_field_if_there_is_one(row: Any, fault: RowFault) -> None:
    assert read_batch(msgspec.json.encode({"measurements": [row]})).faults == [fault]


def test_a_line_with_other_cells_than_the_first_names_no_field() -> None:
    sheet = read_csv(f"{HEADER}\n1,2\n{LINE}\n".encode(), METRIC)
    assert sheet.faults == [RowFault(2, "", Fault.CELLS)]
    assert [row for row, _ in sheet.rows] == [3]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(end: str) -> None:
    sheet = read_csv(end.join([HEADER, LINE, "", LINE]).encode(), METRIC)
    assert [row for row, _ in sheet.rows] == [2, 4] and not sheet.faults


@pytest.mark.parametrize("content", ["", "\n", '"'])
def test_a_file_without_a_first_line_is_refused(content: str) -> None:
    with pytest.raises(WrongHeader):
        read_csv(content.encode(), METRIC)


def test_a_file_that_is_too_long_hears_how_long_it_may_be() -> None:
    lines = "\n".join([HEADER, *["x"] * (MOST_LINES + 1)])
    with pytest.raises(TooManyRows) as refused:
        read_csv(lines.encode(), METRIC)
    assert refused.value.params == {"limit": MOST_LINES}


def test_a_file_is_known_by_all_of_its_bytes() -> None:
    assert SentFile("a.csv", b"abc").sha256.startswith("ba7816bf")
    assert SentFile("a.csv", b"abc").sha256 == SentFile("b.csv", b"abc").sha256
