"""What a row, a batch and a file may hold, without a database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from support.actors import an_id
from support.metrics import a_metric, measured

from services.monitoring.measurements.domain.reading import read_batch, read_csv
from services.monitoring.measurements.domain.rows import (
    AHEAD,
    NoRows,
    NotUtf8,
    Numbered,
    Sheet,
    TooManyRows,
    WrongBatch,
    WrongHeader,
    rule_faults,
)
from services.monitoring.metrics.domain import Formula, Metric

GOOD = {
    "metric_id": str(an_id("answered")),
    "source": "telephony",
    "external_id": "call-1",
    "taken_at": "2026-10-05T10:00:00+08:00",
    "value": "1",
}


def faults_of(rows: Sequence[Numbered], metric: Metric, now: datetime) -> list[tuple[int, str]]:
    return [(each.row, each.fault.value) for each in rule_faults(rows, {metric.id: metric}, now)]


def body(*changed: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"measurements": [GOOD | each for each in changed]})


class TestRules:
    @pytest.mark.parametrize(
        ("changed", "fault"),
        [({"metric_id": "x"}, "not_found"), ({"source": ""}, "source"),
         ({"source": "a\n"}, "source"), ({"source": "a\tb"}, "source"),
         ({"external_id": "x" * 201}, "external_id"), ({"external_id": 5}, "external_id"),
         ({"taken_at": "2026-10-05T10:00:00"}, "taken_at"), ({"taken_at": 5}, "taken_at"),
         ({"value": "97%"}, "value"), ({"value": None}, "value"), ({"value": True}, "value")],
    )  # fmt: skip
    def test_a_row_that_cannot_be_read_names_its_field(
        self, changed: dict[str, Any], fault: str
    ) -> None:
        sheet = read_batch(body({}, changed, {}))
        assert [(each.row, each.fault.value) for each in sheet.faults] == [(2, fault)]
        assert [row for row, _ in sheet.rows] == [1, 3]

    def test_all_wrong_rows_are_named_at_once(self) -> None:
        rows = [GOOD | {"value": "x"}, {"value": "1"}, 3, "text", GOOD, {}]
        sheet = read_batch(msgspec.json.encode({"measurements": rows}))
        assert [each.row for each in sheet.faults] == [1, 2, 3, 4, 6]

    @pytest.mark.parametrize("wrong", [b"", b"[]", b"{}", b'{"measurements":1}', b"\xff", b"{"])
    def test_what_is_no_batch_is_refused(self, wrong: bytes) -> None:
        with pytest.raises(WrongBatch):
            read_batch(wrong)

    def test_a_batch_has_1_to_5000_rows(self) -> None:
        with pytest.raises(NoRows):
            read_batch(b'{"measurements":[]}')
        assert len(read_batch(body(*[{}] * 5000)).rows) == 5000
        with pytest.raises(TooManyRows, match="5000"):
            read_batch(body(*[{}] * 5001))

    def test_numbers_are_exact_whether_in_quotes_or_not(self) -> None:
        batch = body({"value": 0.1}, {"value": "0.123456789"})
        [(_, one), (_, other)] = read_batch(batch).rows
        assert (one.value, other.value) == (Decimal("0.1"), Decimal("0.123456789"))

    @pytest.mark.parametrize(
        ("value", "fault"),
        [("0", ""), ("1", ""), ("0.5", ""), ("1.000000001", "share"), ("-0.1", "share"),
         ("97", "share"), ("NaN", "value"), ("Infinity", "value"), ("1e400", "value"),
         ("0.1234567891", "value"), ("1e-400", "value")],
    )  # fmt: skip
    def test_a_share_lies_between_0_and_1(self, value: str, fault: str, now: datetime) -> None:
        rows = measured(an_id("answered"), [value])
        assert faults_of(rows, a_metric(), now) == ([(1, fault)] if fault else [])

    @pytest.mark.parametrize(
        ("value", "fault"),
        [("-5", ""), ("999999999999.999999999", ""), ("1e12", "value"), ("1e2", "")],
    )
    def test_a_mean_takes_any_number_that_can_be_kept(
        self, value: str, fault: str, now: datetime
    ) -> None:
        rows = measured(an_id("answered"), [value])
        metric = a_metric(formula=Formula.MEAN, unit="h")
        assert faults_of(rows, metric, now) == ([(1, fault)] if fault else [])

    @pytest.mark.parametrize(
        ("taken_at", "fault"),
        [("2026-10-01T00:00:00+08:00", ""), ("2026-09-30T23:59:59.999999+08:00", "period"),
         ("2026-09-30T17:00:00Z", ""), ("2026-10-01T00:00:00+09:00", "period"),
         ("0001-01-01T00:00:00+14:00", "period"), ("9999-12-31T23:59:59-12:00", "future")],
    )  # fmt: skip
    def test_a_measurement_lies_within_the_contract(
        self, taken_at: str, fault: str, now: datetime
    ) -> None:
        rows = read_batch(body({"taken_at": taken_at})).rows
        assert faults_of(rows, a_metric(), now) == ([(1, fault)] if fault else [])

    def test_the_clock_of_a_source_may_be_five_minutes_ahead(self, now: datetime) -> None:
        late = a_metric(starts_on=now.date(), ends_on=now.date())
        for ahead, faults in ((AHEAD, []), (AHEAD + timedelta(microseconds=1), [(1, "future")])):
            rows = read_batch(body({"taken_at": (now + ahead).isoformat()})).rows
            assert faults_of(rows, late, now) == faults

    def test_the_last_day_of_the_contract_counts_and_the_next_does_not(self) -> None:
        now = datetime(2028, 1, 1, tzinfo=UTC)
        for text, faults in (
            ("2027-09-30T23:59:59+08:00", []),
            ("2027-10-01T00:00:00+08:00", [(1, "period")]),
        ):
            assert faults_of(read_batch(body({"taken_at": text})).rows, a_metric(), now) == faults


class TestFiles:
    def read(self, text: str | bytes) -> Sheet:
        content = text if isinstance(text, bytes) else text.encode()
        return read_csv(content, an_id("answered"))

    def test_columns_may_stand_in_any_order_and_lines_may_be_empty(self) -> None:
        found = self.read(
            "value,Taken_At , external_id\r\n1,2026-10-05T10:00:00+08:00,a\r\n\r\n,,\r\n"
            '0.5,2026-10-05 10:00:00+08:00,"b, c"\r\n'
        )
        kept = [(line, one.value, one.external_id, one.source) for line, one in found.rows]
        assert kept == [(2, Decimal(1), "a", "csv"), (5, Decimal("0.5"), "b, c", "csv")]

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_utf8_may_begin_with_a_mark(self, mark: bytes) -> None:
        text = "taken_at,value,external_id,source\n2026-10-05T10:00:00+08:00,1,一号,电话\n"
        [(_, one)] = self.read(mark + text.encode()).rows
        assert (one.source, one.external_id) == ("电话", "一号")

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
    def test_another_encoding_is_refused_in_clear_words(self, encoding: str) -> None:
        text = "taken_at,value,external_id,source\n2026-10-05T10:00:00+08:00,1,一号,电话\n"
        with pytest.raises(NotUtf8, match="CSV UTF-8"):
            self.read(text.encode(encoding))

    @pytest.mark.parametrize(
        "first",
        ["", "taken_at;value;external_id", "taken_at,value", "taken_at,value,external_id,note",
         "taken_at,value,external_id,value", '"taken_at,value'],
    )  # fmt: skip
    def test_the_first_line_names_the_columns(self, first: str) -> None:
        with pytest.raises(WrongHeader):
            self.read(f"{first}\n1,2,3\n")

    def test_a_file_without_measurements_is_refused(self) -> None:
        with pytest.raises(NoRows):
            self.read("taken_at,value,external_id\n\n")

    def test_each_wrong_line_is_named_by_its_number(self) -> None:
        found = self.read(
            "taken_at,value,external_id\n"
            "2026-10-05T10:00:00,1,a\n"
            "2026-10-05T10:00:00Z,0,97,a\n"
            "\n"
            '2026-10-05T10:00:00Z,1,"two\nlines"\n'
            '"x"y,1,a\n'
            "2026-10-05T10:00:00Z,1,good\n"
            "2026-10-05T10:00:00Z,1\n"
            "2026-10-05T10:00:00Z,97 %,a\n"
            "2026-10-05T10:00:00Z,1,\n"
        )
        assert [(each.row, each.fault.value) for each in found.faults] == [
            (2, "taken_at"), (3, "cells"), (5, "external_id"), (7, "broken"), (9, "cells"),
            (10, "value"), (11, "external_id"),
        ]  # fmt: skip

    def test_a_quotation_mark_without_its_pair_is_named(self) -> None:
        found = self.read('taken_at,value,external_id\n2026-10-05T10:00:00Z,1,"a\n')
        assert [(each.row, each.fault.value) for each in found.faults] == [(2, "broken")]

    def test_a_file_has_at_most_50000_lines(self) -> None:
        line = "2026-10-05T10:00:00Z,1,a\n"
        assert len(self.read("taken_at,value,external_id\n" + line * 50_000).rows) == 50_000
        with pytest.raises(TooManyRows):
            self.read("taken_at,value,external_id\n" + line * 50_001)
