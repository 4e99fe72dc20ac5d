"""Openers hear that bids have closed, and are asked again while they wait."""

import json
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import an_id
from support.bids import close_bids, send_bid
from support.database import Sessions, events
from support.openings import confirm, open_all
from support.rfps import OPENERS, an_rfp, stored

from services.rfp.bids import jobs
from services.rfp.bids.domain import reminder_day
from services.rfp.config import Settings
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps
from services.rfp.worker import CRON
from shared.jobs import Context

Clock = Callable[[datetime], None]
SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 7, 3, 12, tzinfo=SHANGHAI)
MONDAY, TUESDAY = (datetime(2026, 7, day, 9, tzinfo=SHANGHAI) for day in (6, 7))


@pytest.fixture
def closed(client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings) -> Rfp:
    """With a bid, on a Friday in the past; its openers were told at once."""
    send_bid(client, rfp, "huayun")
    with sessions.begin() as session:
        session.execute(sa.update(rfps).values(deadline_at=FRIDAY))
    jobs.tell_openers(Context(sessions, settings))
    return rfp


def told(sessions: Sessions) -> list[tuple[str, str]]:
    """Who was told, and the day in the key; none for the first time."""
    notices = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    due = [each for each in notices if each["template"] == "opening_due"]
    names = {str(an_id(name)): name for name in OPENERS}
    days = [each["dedupe_key"].partition(":")[2].partition(":")[2] for each in due]
    return sorted((names[each["person_id"]], day) for each, day in zip(due, days, strict=True))


def test_once_a_working_day_until_the_bids_are_open(
    client: FlaskClient, closed: Rfp, sessions: Sessions, settings: Settings, clock: Clock
) -> None:
    first, second = OPENERS
    at_once = [(first, ""), (second, "")]

    def remind(at: datetime) -> list[tuple[str, str]]:
        clock(at)
        for _ in range(2):
            jobs.remind_openers(Context(sessions, settings))
        return [each for each in told(sessions) if each not in at_once]

    assert told(sessions) == at_once
    assert remind(FRIDAY.replace(hour=23)) == []
    assert remind(MONDAY) == [(first, "2026-07-06"), (second, "2026-07-06")]
    confirm(client, closed, first)
    assert remind(TUESDAY)[1:] == [(second, "2026-07-06"), (second, "2026-07-07")]
    confirm(client, closed, second)
    assert len(remind(TUESDAY.replace(day=8))) == 3
    assert "remind_openers" in CRON["11 * * * *"]


def test_not_once_it_is_cancelled(
    closed: Rfp, sessions: Sessions, settings: Settings, clock: Clock
) -> None:
    with sessions.begin() as session:
        session.execute(sa.update(rfps).values(cancelled_at=FRIDAY))
    clock(MONDAY)
    jobs.remind_openers(Context(sessions, settings))
    assert [day for _, day in told(sessions)] == ["", ""]


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-07-03T23:59", None),  # the day of the deadline
        ("2026-07-04T10:00", None),  # Saturday
        ("2026-07-06T07:59", None),
        ("2026-07-06T08:00", "2026-07-06"),
        ("2026-07-06T23:00", "2026-07-06"),
    ],
)
def test_in_the_working_hours_of_the_zone(now: str, day: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)
    asked = reminder_day(FRIDAY, at, "Asia/Shanghai")
    assert asked == (date.fromisoformat(day) if day else None)


class TestReminder:
    def told(self, sessions: Sessions) -> list[str]:
        return [e.subject for e in events(sessions, "notice") if b"opening_due" in e.payload]

    def remind(self, sessions: Sessions, settings: Settings) -> None:
        jobs.tell_openers(Context(sessions, settings))

    def test_openers_hear_once_that_the_deadline_has_passed(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        send_bid(client, rfp, "huayun")
        self.remind(sessions, settings)
        assert self.told(sessions) == []
        close_bids(sessions, rfp)
        self.remind(sessions, settings)
        self.remind(sessions, settings)
        assert sorted(self.told(sessions)) == sorted(str(an_id(name)) for name in OPENERS)
        [closed] = [e for e in events(sessions, "notice") if b"tender_closed" in e.payload]
        assert closed.subject == str(rfp.buyer_id) and b"huayun" not in closed.payload

    def test_nobody_is_reminded_of_what_is_open_or_a_draft(
        self, client: FlaskClient, rfp: Rfp, plan: Plan, sessions: Sessions, settings: Settings
    ) -> None:
        draft: Rfp = stored(sessions, an_rfp(plan, draft=True))
        close_bids(sessions, draft)
        send_bid(client, rfp, "huayun")
        open_all(client, sessions, rfp)
        self.remind(sessions, settings)
        assert self.told(sessions) == []
