"""Vectors of windows: months, zones, figures, outcomes, hashes."""

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from support.metrics import Read, a_metric

from services.monitoring.metrics.domain import Direction, Formula, Tier
from services.monitoring.slas.domain import (
    Inputs,
    Outcome,
    attained,
    gather,
    judge,
    plain,
    shown,
)

DIGEST = "0" * 64


def inputs(numerator: Any, denominator: int) -> Inputs:
    return Inputs(Decimal(numerator), denominator, DIGEST)


def bounds(zone: str, starts_on: date, ends_on: date) -> list[tuple[str, str]]:
    metric = a_metric(time_zone=zone, starts_on=starts_on, ends_on=ends_on)
    return [(each.starts_at.isoformat(), each.ends_at.isoformat()) for each in metric.windows()]


def test_months_begin_and_end_at_midnight_in_the_zone_of_the_contract() -> None:
    assert bounds("Asia/Shanghai", date(2026, 10, 1), date(2026, 11, 30)) == [
        ("2026-09-30T16:00:00+00:00", "2026-10-31T16:00:00+00:00"),
        ("2026-10-31T16:00:00+00:00", "2026-11-30T16:00:00+00:00"),
    ]


def test_a_month_in_which_the_clocks_change_is_an_hour_longer_or_shorter() -> None:
    march, october = (
        a_metric(time_zone="Europe/Berlin", starts_on=first, ends_on=last)
        for first, last in (
            (date(2026, 3, 1), date(2026, 3, 31)),
            (date(2026, 10, 1), date(2026, 10, 31)),
        )
    )
    [spring], [autumn] = march.windows(), october.windows()
    assert spring.ends_at - spring.starts_at == timedelta(days=31, hours=-1)
    assert autumn.ends_at - autumn.starts_at == timedelta(days=31, hours=1)
    assert spring.starts_at.isoformat() == "2026-02-28T23:00:00+00:00"
    assert autumn.ends_at.isoformat() == "2026-10-31T23:00:00+00:00"


def test_a_month_that_begins_twice_begins_once_for_us() -> None:
    """In Havana the clocks go back from 01:00 to 00:00 on 1 November 2026."""
    [october, november] = bounds("America/Havana", date(2026, 10, 1), date(2026, 11, 30))
    assert october[1] == november[0] == "2026-11-01T04:00:00+00:00"


def test_a_period_that_begins_mid_month_cuts_its_first_and_last_window() -> None:
    assert bounds("Asia/Shanghai", date(2026, 10, 15), date(2026, 12, 10)) == [
        ("2026-10-14T16:00:00+00:00", "2026-10-31T16:00:00+00:00"),
        ("2026-10-31T16:00:00+00:00", "2026-11-30T16:00:00+00:00"),
        ("2026-11-30T16:00:00+00:00", "2026-12-10T16:00:00+00:00"),
    ]


def test_a_window_has_ended_at_its_last_instant_and_not_before() -> None:
    metric = a_metric()
    end = datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert metric.ended_windows(end - timedelta(microseconds=1)) == []
    assert [window.ends_at for window in metric.ended_windows(end)] == [end]


@pytest.mark.parametrize(
    ("numerator", "denominator", "figure"),
    [("1870", 2000, "93.5"), ("2", 3, "66.666667"), ("1", 3, "33.333333"), ("0", 5, "0"),
     ("5", 5, "100"), ("1", 8_000_000, "0.000013"), ("0.5", 1, "50")],
)  # fmt: skip
def test_a_share_in_per_cent_is_the_sum_over_the_number_times_100(
    numerator: str, denominator: int, figure: str
) -> None:
    found = attained(a_metric(), inputs(numerator, denominator))
    assert found is not None and plain(found) == figure


@pytest.mark.parametrize(
    ("formula", "unit", "numerator", "denominator", "figure"),
    [("ratio", "%", "187", 200, "93.5"), ("ratio", "share", "187", 200, "0.935"),
     ("mean", "%", "187", 2, "93.5"), ("mean", "h", "3.5", 2, "1.75"),
     ("mean", "share", "1.5", 2, "0.75")],
)  # fmt: skip
def test_only_a_share_in_per_cent_is_multiplied(
    formula: str, unit: str, numerator: str, denominator: int, figure: str
) -> None:
    metric = a_metric(formula=Formula(formula), unit=unit)
    assert attained(metric, inputs(numerator, denominator)) == Decimal(figure)


@pytest.mark.parametrize(
    ("direction", "numerator", "denominator", "written", "outcome", "percent"),
    [("higher", "949999996", 10**9, "94.9999996", "breached", 5),
     ("higher", "950000004", 10**9, "95", "met", 0),
     ("higher", "28499999999999999", 3 * 10**16, "94.999999999999997", "breached", 5),
     ("higher", "899999996", 10**9, "89.9999996", "breached", 10),
     ("lower", "950000004", 10**9, "95.0000004", "breached", 0),
     ("lower", "949999996", 10**9, "94.9999996", "met", 5)],
)  # fmt: skip
def test_the_exact_figure_is_judged_and_rounding_crosses_no_border(
    direction: str, numerator: str, denominator: int, written: str, outcome: str, percent: int
) -> None:
    metric = a_metric(direction=Direction(direction))
    figure = attained(metric, inputs(numerator, denominator))
    assert figure is not None and plain(figure) == written
    assert judge(metric, figure) == outcome
    tier = metric.tier_of(figure)
    assert tier and tier.percent == percent


def test_half_of_the_last_place_is_rounded_up() -> None:
    mean = a_metric(formula=Formula.MEAN, unit="h")
    assert attained(mean, inputs("0.000001", 2)) == Decimal("0.000001")
    assert attained(mean, inputs("0.0000009", 2)) == Decimal(0)


def test_a_mean_and_a_share_in_another_unit_are_not_multiplied() -> None:
    mean = a_metric(formula=Formula.MEAN, unit="h", direction=Direction.LOWER, target=Decimal(2))
    assert attained(mean, inputs("7.5", 4)) == Decimal("1.875")
    assert attained(a_metric(formula=Formula.MEAN), inputs("7.5", 4)) == Decimal("1.875")
    assert attained(a_metric(unit="share"), inputs("3", 4)) == Decimal("0.75")


@pytest.mark.parametrize("formula", list(Formula))
@pytest.mark.parametrize("direction", list(Direction))
def test_nothing_measured_is_no_data_never_0_or_100(formula: Formula, direction: Direction) -> None:
    metric = a_metric(formula=formula, direction=direction)
    assert attained(metric, inputs(0, 0)) is None
    assert judge(metric, None) is Outcome.NO_DATA


@pytest.mark.parametrize(
    ("direction", "figure", "outcome"),
    [("higher", "95", "met"), ("higher", "94.999999", "breached"), ("higher", "95.1", "met"),
     ("lower", "95", "met"), ("lower", "95.000001", "breached"), ("lower", "94", "met")],
)  # fmt: skip
def test_the_target_itself_is_met(direction: str, figure: str, outcome: str) -> None:
    metric = a_metric(direction=Direction(direction))
    assert judge(metric, Decimal(figure)) == outcome


def test_tiers_are_half_open() -> None:
    metric = a_metric()
    percents = {text: metric.tier_of(Decimal(text)) for text in ("89.999999", "90", "95", "100")}
    assert {text: tier and tier.percent for text, tier in percents.items()} == {
        "89.999999": 10, "90": 5, "95": 0, "100": 0,
    }  # fmt: skip
    assert a_metric(tiers=()).tier_of(Decimal(1)) is None


def test_a_tier_keeps_what_was_said() -> None:
    said = {"from": None, "to": "90", "percent": "10"}
    assert Tier.read(said).spelled() == said


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("93.456", "93.46"),
        ("94.999", "94.999"),
        ("95.001", "95.00"),
        ("89.996", "89.996"),
        ("94.9999996", "94.9999996"),
        ("89.99951", "89.9995"),
    ],
)
def test_a_figure_is_shown_with_more_places_where_two_would_mislead(
    figure: str, words: str
) -> None:
    assert str(shown(a_metric(), Decimal(figure))) == words


def test_sums_are_never_rounded() -> None:
    rows = [Read(Decimal("999999999999.999999999")), *[Read(Decimal("0.000000001"))] * 9]
    found = gather(rows)
    assert found.numerator == Decimal("1000000000000.000000008") and found.denominator == 10


def test_the_hash_can_be_made_again_from_the_raw_rows() -> None:
    east = timezone(timedelta(hours=8))
    rows = [
        Read(Decimal("1.000000000"), datetime(2026, 10, 5, 8, tzinfo=east), "电话", "call-1"),
        Read(
            Decimal("-0.50"), datetime(2026, 10, 5, 8, 0, 0, 5, tzinfo=east), "telephony", "call-2"
        ),
    ]
    text = (
        "2026-10-05T00:00:00+00:00\t电话\tcall-1\t1\n"
        "2026-10-05T00:00:00.000005+00:00\ttelephony\tcall-2\t-0.5\n"
    )
    assert gather(rows).sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert gather([]).sha256 == hashlib.sha256(b"").hexdigest()
    assert gather(rows[::-1]).sha256 != gather(rows).sha256


@pytest.mark.parametrize(
    ("value", "text"),
    [("100", "100"), ("1E+2", "100"), ("-0.0", "0"), ("0.10", "0.1"), ("1E-9", "0.000000001")],
)
def test_figures_are_spelled_in_one_way(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text
