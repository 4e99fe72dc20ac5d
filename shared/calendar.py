"""Windows and working days, in a zone and after a calendar of holidays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class WorkingDays:
    """Weekdays but for `holidays`, and the weekends that make up for them (调休)."""

    holidays: frozenset[date] = frozenset()
    made_up: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        assert isinstance(day, date)
        return day in self.made_up or (day.weekday() < 5 and day not in self.holidays)

    def after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which itself does not count."""
        while count > 0:
            day += timedelta(days=1)
            count -= day in self
        return day


@dataclass(frozen=True)
class Window:
    """From `starts_at` up to, not including, `ends_at`."""

    starts_at: datetime
    ends_at: datetime


def month_windows(zone: str, starts_on: date, ends_on: date) -> Iterator[Window]:
    """Calendar months from the first to the last day of a period, cut to it, in its zone."""
    start = starts_on
    while start <= ends_on:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        end = min(following, ends_on + timedelta(days=1))
        yield Window(midnight(zone, start), midnight(zone, end))
        start = end


def midnight(zone: str, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))
