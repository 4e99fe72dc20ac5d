"""What a bid costs, when it is complete, and which version it is."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from support.actors import an_id
from support.bids import MONTHS
from support.rfps import a_plan, an_rfp, an_sla_target

from services.rfp.bids.domain import (
    BidContent,
    BidExists,
    BidMissing,
    LineKind,
    LinesMissing,
    PriceLine,
    Promise,
    PromiseMissing,
    PromiseTooWeak,
    PromiseUnknown,
    months,
    next_version,
    opening_due,
    require_complete,
)
from services.rfp.tenders.domain import Direction, SlaTarget

Clock = Callable[[datetime], None]


def content(*lines: PriceLine, promises: list[Promise] | None = None) -> BidContent:
    return BidContent(solution="x", lines=lines, promises=promises or [])


def line(kind: LineKind, quantity: str, unit_price: str) -> PriceLine:
    return PriceLine("x", kind, Decimal(quantity), Decimal(unit_price))


class TestPrice:
    @pytest.mark.parametrize(
        ("starts_on", "ends_on", "count"),
        [
            (date(2026, 1, 1), date(2026, 12, 31), 12),
            (date(2026, 1, 15), date(2027, 1, 14), 12),
            (date(2026, 1, 15), date(2027, 1, 15), 13),
            (date(2026, 1, 1), date(2026, 1, 1), 1),
            (date(2026, 1, 31), date(2026, 2, 27), 1),
            (date(2026, 1, 15), date(2026, 2, 10), 1),
            (date(2028, 2, 1), date(2028, 2, 29), 1),
            (date(2026, 12, 1), date(2027, 1, 31), 2),
        ],
    )
    def test_a_month_that_begins_counts(self, starts_on: date, ends_on: date, count: int) -> None:
        assert months(starts_on, ends_on) == count

    def test_the_total_is_once_plus_months_times_monthly(self) -> None:
        bid = content(
            line(LineKind.MONTHLY, "2", "1000"),
            line(LineKind.MONTHLY, "1", "0.5"),
            line(LineKind.ONE_OFF, "1", "300"),
        )
        charges = bid.charges("CNY", date(2026, 1, 1), date(2026, 12, 31))
        assert (charges.monthly, charges.one_off) == (Decimal("2000.50"), Decimal("300.00"))
        assert charges.total == Decimal("24306.00")

    def test_each_line_is_rounded_half_up_to_the_digits_of_its_currency(self) -> None:
        assert line(LineKind.ONE_OFF, "3", "0.335").amount("CNY") == Decimal("1.01")
        assert line(LineKind.ONE_OFF, "1", "0.005").amount("CNY") == Decimal("0.01")
        assert line(LineKind.ONE_OFF, "1", "10.5").amount("JPY") == Decimal("11")

    def test_content_comes_back_as_it_was_sealed(self) -> None:
        bid = content(
            line(LineKind.MONTHLY, "0.5", "1000.000001"), promises=[Promise(an_id("t"), Decimal(9))]
        )
        assert BidContent.decoded(bid.encoded()) == BidContent(
            solution="x", lines=list(bid.lines), promises=bid.promises, documents=[]
        )


class TestCompleteness:
    one = line(LineKind.ONE_OFF, "1", "1")
    higher, lower = an_sla_target(), an_sla_target(direction=Direction.LOWER, minimum=Decimal(4))

    def check(self, targets: list[SlaTarget], **values: str) -> None:
        known = {"higher": self.higher.id, "lower": self.lower.id, "other": an_id("other")}
        promises = [Promise(known[name], Decimal(value)) for name, value in values.items()]
        require_complete(content(self.one, promises=promises), targets)

    def test_promises_meet_the_minimum_in_its_direction(self) -> None:
        self.check([self.higher, self.lower], higher="90", lower="4")
        with pytest.raises(PromiseTooWeak, match=r"89\.99 is worse than 90"):
            self.check([self.higher, self.lower], higher="89.99", lower="4")
        with pytest.raises(PromiseTooWeak, match=r"4\.01"):
            self.check([self.higher, self.lower], higher="100", lower="4.01")

    def test_a_target_without_minimum_takes_any_promise(self) -> None:
        free = an_sla_target(minimum=None)
        require_complete(content(self.one, promises=[Promise(free.id, Decimal(0))]), [free])

    def test_each_target_needs_one_promise_and_no_other_has_one(self) -> None:
        with pytest.raises(PromiseMissing, match="Calls answered"):
            self.check([self.higher])
        with pytest.raises(PromiseUnknown):
            self.check([self.higher], higher="95", other="1")
        twice = [Promise(self.higher.id, Decimal(95))] * 2
        with pytest.raises(PromiseUnknown):
            require_complete(content(self.one, promises=twice), [self.higher])

    def test_a_bid_without_a_price_is_none(self) -> None:
        with pytest.raises(LinesMissing):
            require_complete(content(), [])


def test_a_second_bid_says_that_it_replaces_the_first() -> None:
    assert next_version(None, replace=False) == 1
    with pytest.raises(BidMissing):
        next_version(None, replace=True)
    first: Any = type("Bid", (), {"version": 1})()
    assert next_version(first, replace=True) == 2
    with pytest.raises(BidExists):
        next_version(first, replace=False)


def test_the_period_of_the_builders_is_a_year() -> None:
    rfp = an_rfp(a_plan())
    assert months(rfp.starts_on, rfp.ends_on) == MONTHS


@pytest.mark.parametrize(
    ("closed", "due"),
    [
        ("2026-11-19T09:00:00+00:00", "2026-11-21T00:00:00+08:00"),  # a Thursday
        ("2026-11-20T09:00:00+00:00", "2026-11-24T00:00:00+08:00"),  # a Friday
        ("2026-11-19T17:00:00+00:00", "2026-11-24T00:00:00+08:00"),  # a Friday there
    ],
)
def test_openers_have_until_the_end_of_the_next_working_day(closed: str, due: str) -> None:
    at = datetime.fromisoformat(closed)
    assert opening_due(at, "Asia/Shanghai") == datetime.fromisoformat(due)
