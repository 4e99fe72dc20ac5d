"""Rules of awards: what is agreed from what was promised, and when a standstill ends."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from support.actors import an_id
from support.rfps import an_sla_target

from services.rfp.awards.domain import (
    Award,
    Decided,
    LotAwarded,
    LotClosed,
    NotImpartial,
    OverCeiling,
    ReasonTooShort,
    agreed_target,
    confirmed_reason,
    require_impartial,
    require_reason,
    standstill_end,
)
from services.rfp.tenders.domain import Direction
from shared.calendar import WorkingDays
from shared.kernel import Money

D = Decimal


@pytest.mark.parametrize(
    ("direction", "promised", "agreed"),
    [
        (Direction.HIGHER, "97.5", "97.5"),
        (Direction.HIGHER, "92", "92"),  # below what was asked, above the minimum
        (Direction.HIGHER, "80", "90"),
        (Direction.LOWER, "80", "80"),
        (Direction.LOWER, "97.5", "90"),
        (Direction.HIGHER, None, "95"),
    ],
)
def test_a_promise_replaces_the_target_and_is_never_below_the_minimum(
    direction: Direction, promised: str | None, agreed: str
) -> None:
    target = an_sla_target(direction=direction)
    assert agreed_target(target, D(promised) if promised else None) == D(agreed)


def test_without_a_minimum_the_promise_counts_as_it_is() -> None:
    assert agreed_target(an_sla_target(minimum=None), D("12")) == D("12")


WEDNESDAY = datetime(2026, 9, 30, 3, 0, tzinfo=UTC)  # 11:00 in Shanghai
GOLDEN_WEEK = WorkingDays(
    holidays=frozenset(datetime(2026, 10, day, tzinfo=UTC).date() for day in range(1, 8)),
    made_up=frozenset({datetime(2026, 10, 10, tzinfo=UTC).date()}),
)


@pytest.mark.parametrize(
    ("days", "calendar", "ends_at"),
    [
        (0, WorkingDays(), WEDNESDAY),
        (1, WorkingDays(), datetime(2026, 10, 1, 16, tzinfo=UTC)),  # midnight after Thursday
        (5, WorkingDays(), datetime(2026, 10, 7, 16, tzinfo=UTC)),
        (1, GOLDEN_WEEK, datetime(2026, 10, 8, 16, tzinfo=UTC)),
        (3, GOLDEN_WEEK, datetime(2026, 10, 10, 16, tzinfo=UTC)),  # a Saturday that is worked
    ],
)
def test_standstill_counts_working_days(
    days: int, calendar: WorkingDays, ends_at: datetime
) -> None:
    assert standstill_end(WEDNESDAY, days, "Asia/Shanghai", calendar) == ends_at


def test_the_day_of_the_award_is_that_of_the_rfps_zone() -> None:
    late = datetime(2026, 9, 30, 16, 30, tzinfo=UTC)  # Thursday in Shanghai
    ends_at = standstill_end(late, 1, "Asia/Shanghai", WorkingDays())
    assert ends_at == datetime(2026, 10, 2, 16, tzinfo=UTC)


LONG = "Two new languages ..."  # 21 characters
SHORT = LONG[:-2]


@pytest.mark.parametrize("reason", [LONG[:-1], f"  {LONG}\n"])
def test_a_reason_has_twenty_characters(reason: str) -> None:
    require_reason(reason)


@pytest.mark.parametrize("reason", ["", SHORT, f"  {SHORT}  "])
def test_a_shorter_reason_hears_how_long_it_has_to_be(reason: str) -> None:
    with pytest.raises(ReasonTooShort) as refused:
        require_reason(reason)
    assert refused.value.params == {"least": 20}


@pytest.mark.parametrize(
    ("value", "reason", "kept"),
    [
        ("99", LONG, None),
        ("100", "", None),  # all that is left
        ("100.01", f" {LONG} ", LONG),
        ("100.01", LONG[:-1], LONG[:-1]),
    ],
)
def test_only_an_award_over_the_ceiling_keeps_a_reason_for_it(
    value: str, reason: str, kept: str | None
) -> None:
    assert confirmed_reason(Money(D(value), "CNY"), Money(D(100), "CNY"), reason) == kept


def test_an_award_over_the_ceiling_without_a_reason_hears_what_is_left() -> None:
    value, left = Money(D(101), "CNY"), Money(D(100), "CNY")
    with pytest.raises(OverCeiling) as refused:
        confirmed_reason(value, left, f"{SHORT}  ")
    assert refused.value.params == {"value": value, "left": left, "least": 20}


def test_who_has_served_on_the_committee_does_not_decide() -> None:
    require_impartial(an_id("buyer"), {an_id("opener")})
    with pytest.raises(NotImpartial):
        require_impartial(an_id("opener"), {an_id("opener")})


@pytest.mark.parametrize(
    ("bid_on", "awarded", "closed", "is_all"),
    [("ab", "a", "b", True), ("ab", "a", "", False), ("a", "a", "c", True), ("", "", "", True)],
)
def test_all_is_decided_when_each_lot_with_a_bid_is(
    bid_on: str, awarded: str, closed: str, is_all: bool
) -> None:
    decided = Decided(*([an_id(lot) for lot in lots] for lots in (bid_on, awarded, closed)))
    assert decided.is_all() is is_all


def test_a_lot_is_decided_once() -> None:
    decided = Decided([], awarded=[an_id("a")], closed=[an_id("b")])
    decided.require_undecided(an_id("c"))
    for lot, refusal in (("a", LotAwarded), ("b", LotClosed)):
        with pytest.raises(refusal):
            decided.require_undecided(an_id(lot))


@pytest.mark.parametrize(("rank", "against"), [(1, False), (2, True), (3, True)])
def test_whoever_is_not_first_wins_against_the_ranking(rank: int, against: bool) -> None:
    names = ("lot_id", "rfp_id", "bid_id", "organisation_id", "awarded_by")
    ids: Any = {name: an_id(name) for name in names}
    award = Award(rank=rank, reason=LONG, awarded_at=WEDNESDAY, standstill_ends_at=WEDNESDAY, **ids)
    assert award.against_ranking is against
