"""Tasks of one person, grouped by when they are due in that person's own zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.services import Service
from shared.kernel import N_, Labelled

SOON = timedelta(days=7)
IN_ORDER = ("rfp", "contracts", "monitoring", "notifications")
MOST_FIGURES = 4


class Due(Labelled):
    OVERDUE = "overdue", N_("Overdue")
    TODAY = "today", N_("Due today")
    WEEK = "week", N_("Due in the next 7 days")
    LATER = "later", N_("Later, or without a date")
    WAITING = "waiting", N_("Waiting for others")


@dataclass(frozen=True)
class Task:
    """One row. The words come from the service, in the reader's language."""

    verb: str
    thing: str
    href: str
    why: str
    due_at: datetime | None
    kind: str


@dataclass(frozen=True)
class Figure:
    """How many of something there are; the title leads to them."""

    title: str
    value: str
    href: str
    compare: str = ""
    tone: str | None = None


@dataclass(frozen=True)
class Work:
    """Tasks by group, the services that could not be asked, and a few figures."""

    groups: Mapping[Due, list[Task]] = field(default_factory=dict)
    silent: tuple[Service, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def waits_for_me(self) -> int:
        return sum(len(tasks) for due, tasks in self.groups.items() if due is not Due.WAITING)


def task(item: Mapping[str, Any]) -> Task:
    due_at = item.get("due_at")
    return Task(
        verb=str(item["verb"]),
        thing=str(item["object"]),
        href=str(item["href"]),
        why=str(item.get("why") or ""),
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        kind=str(item.get("kind") or "todo"),
    )


def when_due(one: Task, now: datetime, zone: str) -> Due:
    if one.kind == "waiting":
        return Due.WAITING
    if one.due_at is None:
        return Due.LATER
    if one.due_at < now:
        return Due.OVERDUE
    local = ZoneInfo(zone)
    if one.due_at.astimezone(local).date() == now.astimezone(local).date():
        return Due.TODAY
    return Due.WEEK if one.due_at - now <= SOON else Due.LATER


def merged(answers: Mapping[str, Mapping[str, Any] | None], now: datetime, zone: str) -> Work:
    """Rows of all services in one order: the sooner due the higher, undated ones last."""
    tasks = [task(item) for said in answers.values() for item in (said or {}).get("items", [])]
    groups: dict[Due, list[Task]] = {due: [] for due in Due}
    for one in in_order(tasks):
        groups[when_due(one, now, zone)].append(one)
    silent = (Service[name.upper()] for name, said in answers.items() if said is None)
    return Work(groups, tuple(silent), figures(answers))


def figures(answers: Mapping[str, Mapping[str, Any] | None]) -> tuple[Figure, ...]:
    """In the order of the services, from the plan to the service level."""
    said = [each for name in IN_ORDER for each in (answers.get(name) or {}).get("figures", [])]
    return tuple(Figure(**each) for each in said)[:MOST_FIGURES]


def in_order(tasks: Iterable[Task]) -> list[Task]:
    far = datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return sorted(tasks, key=lambda one: (one.due_at or far, one.thing, one.verb))
