"""work/domain: tasks as services send them, in one order, with a few figures."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.services import Service
from gateway.work.domain import Due, Figure, Task, Work, figures, in_order, merged, task, when_due

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
SENT = {"verb": "Approve", "object": "PLAN-1", "href": "/admin/plans/1", "why": "Because",
        "due_at": NOW.isoformat(), "kind": "waiting"}  # fmt: skip


def a_task(thing: str = "x", due_at: datetime | None = None, verb: str = "Do") -> Task:
    return Task(verb, thing, "/", "", due_at, "todo")


def figure(title: str) -> dict[str, Any]:
    return {"title": title, "value": "3", "href": "/admin"}


def test_a_task_is_what_the_service_says() -> None:
    assert task(SENT) == Task("Approve", "PLAN-1", "/admin/plans/1", "Because", NOW, "waiting")


def test_a_task_may_do_without_reason_date_and_kind() -> None:
    least = {"verb": 1, "object": 2, "href": 3}
    assert task(least) == Task("1", "2", "3", "", None, "todo")
    empty = least | {"why": None, "due_at": None, "kind": None}
    assert task(empty) == task(least)


@pytest.mark.parametrize(
    ("due_in", "zone", "due"),
    [
        (timedelta(0), "UTC", Due.TODAY),
        (timedelta(microseconds=-1), "UTC", Due.OVERDUE),
        (timedelta(minutes=30), "Asia/Shanghai", Due.WEEK),  # midnight has come there
        (timedelta(days=7), "UTC", Due.WEEK),
        (timedelta(days=7, microseconds=1), "UTC", Due.LATER),
    ],
)
def test_groups_meet_without_a_gap(due_in: timedelta, zone: str, due: Due) -> None:
    assert when_due(a_task(due_at=NOW + due_in), NOW, zone) is due


def test_tasks_stand_by_date_then_by_thing_then_by_verb() -> None:
    soon, late = NOW, NOW + timedelta(days=400)
    ordered = [a_task("z", soon), a_task("a", late), a_task("b", late, "Ask"),
               a_task("b", late, "Do"), a_task("a")]  # fmt: skip
    assert in_order(reversed(ordered)) == ordered


def test_the_work_names_who_was_silent_and_has_every_group() -> None:
    work = merged({"rfp": None, "contracts": {}, "monitoring": {"items": [SENT]}}, NOW, "UTC")
    assert work.silent == (Service.RFP,)
    assert list(work.groups) == list(Due) and work.waits_for_me == 0
    assert work.groups[Due.WAITING] == [task(SENT)]
    assert Work().waits_for_me == 0


def test_figures_go_from_the_plan_to_the_service_level_and_are_four() -> None:
    answers = {
        "notifications": {"figures": [figure("unread")]},
        "monitoring": {"figures": [figure("level"), figure("window")]},
        "contracts": None,
        "rfp": {"figures": [figure("plans"), figure("bids") | {"tone": "bad", "compare": "of 9"}]},
    }
    found = figures(answers)
    assert [each.title for each in found] == ["plans", "bids", "level", "window"]
    assert found[1] == Figure("bids", "3", "/admin", "of 9", "bad")
    assert merged(answers, NOW, "UTC").figures == found
    assert [each.title for each in figures({"notifications": answers["notifications"]})] == [
        "unread"
    ]
    assert figures({"rfp": {}}) == ()


def test_today_is_counted_where_the_person_lives_on_both_sides() -> None:
    """At 00:30 in Shanghai it is still the day before in UTC."""
    now, due_at = NOW + timedelta(hours=1), NOW + timedelta(hours=8)
    assert when_due(a_task(due_at=due_at), now, "Asia/Shanghai") is Due.TODAY
    sent = SENT | {"kind": "todo", "due_at": due_at.isoformat()}
    work = merged({"rfp": {"items": [sent]}}, now, "Asia/Shanghai")
    assert [due for due, tasks in work.groups.items() if tasks] == [Due.TODAY]
