from datetime import UTC, date, timedelta

from shared.calendar import WorkingDays, month_windows

NATIONAL_DAY = frozenset(date(2026, 10, day) for day in range(1, 8))


def test_working_days_skip_weekends_and_holidays_and_count_made_up_ones() -> None:
    china = WorkingDays(NATIONAL_DAY, frozenset({date(2026, 10, 10)}))
    assert WorkingDays().after(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert china.after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert china.after(date(2026, 10, 9), 1) == date(2026, 10, 10)
    assert china.after(date(2026, 9, 30), 0) == date(2026, 9, 30)


def test_months_are_cut_to_the_period_and_follow_the_zone() -> None:
    found = list(month_windows("Asia/Shanghai", date(2026, 9, 15), date(2026, 11, 10)))
    starts = [window.starts_at.astimezone(UTC).isoformat() for window in found]
    assert starts == [
        "2026-09-14T16:00:00+00:00", "2026-09-30T16:00:00+00:00", "2026-10-31T16:00:00+00:00",
    ]  # fmt: skip
    assert [window.ends_at for window in found[:-1]] == [window.starts_at for window in found[1:]]
    assert found[-1].ends_at.date() == date(2026, 11, 11)


def test_a_month_with_a_change_of_clocks_has_an_hour_more_or_less() -> None:
    [october] = month_windows("Europe/Berlin", date(2026, 10, 1), date(2026, 10, 31))
    length = october.ends_at.astimezone(UTC) - october.starts_at.astimezone(UTC)
    assert length == timedelta(days=31, hours=1)
