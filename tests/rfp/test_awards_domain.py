"""Rules of awards: what is agreed from what was promised, and when a standstill ends."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from support.rfps import an_sla_target

from services.rfp.awards.domain import agreed_target, standstill_end
from services.rfp.tenders.domain import Direction
from shared.calendar import WorkingDays

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
