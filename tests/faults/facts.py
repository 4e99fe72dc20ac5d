"""Gathers from databases, topics and mails how things stand after a fault."""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib import import_module
from typing import Any
from uuid import UUID

from support.stack import RunningStack
from support.topics import Heard, listen, recorded, waiting

from deploy.packages import PACKAGES
from faults.checker import Facts, Handled
from faults.traffic import Entry

SETTLES_WITHIN_S = 200.0  # a mail whose job was killed is sent by the clock, in two minutes
MEASUREMENTS = "tandem.kpi.measurements"  # no outbox: partners write it themselves
SUBMITTED = """
    SELECT subject_id::text, count(*) FROM notices
    WHERE template = 'plan_submitted' AND subject_id::text = ANY(%s) GROUP BY 1
"""
NOTICES = "SELECT person_id::text, dedupe_key, count(*) FROM notices GROUP BY 1, 2"
MAILS = "SELECT notice_id FROM mails WHERE dropped_because IS NULL AND queued_at >= %s"
EARLIER = "SELECT notice_id FROM mails WHERE queued_at < %s"
SENT = """
    SELECT 'outbox ' || id, published_at FROM outbox WHERE recorded_at BETWEEN %s AND %s
"""
INBOX = "SELECT event_id, count(*) FROM inbox WHERE consumer = %s GROUP BY 1"
HANDLED_AT = """
    SELECT 'inbox ' || event_id, handled_at FROM inbox WHERE event_id = ANY(%s)
"""
WAITING_MAILS = """
    SELECT count(*) FROM mails WHERE mail_sent_at IS NULL AND dropped_because IS NULL
"""


def now(stack: RunningStack) -> datetime:
    """By the clock that stamps everything."""
    [(at,)] = stack.rows("rfp", "SELECT clock_timestamp()")
    return at  # type: ignore[no-any-return]


def settle(stack: RunningStack, within: float) -> None:
    """Until nothing waits any more, or for so long; what waits then is found by the checker."""
    until = time.monotonic() + within
    databases = stack.described()["databases"]
    while time.monotonic() < until:
        if not waiting(databases) and not undone(stack):
            [(mails,)] = stack.rows("notifications", WAITING_MAILS)
            if not mails:
                return
        time.sleep(1)


def undone(stack: RunningStack) -> set[Handled]:
    return due(listen(stack.described()["kafka_bootstrap"])) - set(handled(stack))


def due(heard: Mapping[str, Heard]) -> set[Handled]:
    """Each event, for each service that has a handler for its type."""
    found = set()
    for package in PACKAGES:
        handlers = import_module(f"{package.path}.handlers").HANDLERS
        found |= {
            (package.name, event.id)
            for topic in heard.values()
            for event in topic.events.values()
            if event.type in handlers
        }
    return found


def handled(stack: RunningStack) -> Counter[Handled]:
    return Counter(
        {
            (package.name, event_id): count
            for package in PACKAGES
            for event_id, count in stack.rows(package.name, INBOX, package.name)
        }
    )


def gather(
    stack: RunningStack,
    entries: Iterable[Entry],
    since: datetime,
    until: datetime,
    within: float = SETTLES_WITHIN_S,
) -> Facts:
    """Of these changes, and of everything that the stack has announced by now. What counts as late
    was announced between `since` and `until`. Whatever comes is given some time to come."""
    described, entries = stack.described(), list(entries)
    kept = recorded(described["databases"])
    settle(stack, within)
    heard = listen(described["kafka_bootstrap"])
    del heard[MEASUREMENTS]
    known = set[UUID]().union(*kept.values())
    verify = stack.command("gateway.commands", "verify")
    return Facts(
        acknowledged=set(wanted(entries)),
        there=there(stack, entries),
        recorded=kept,
        heard={name: set(topic.events) for name, topic in heard.items()},
        gaps=[f"{name} {gap}" for name, topic in heard.items() for gap in topic.gaps()],
        due={(name, each) for name, each in due(heard) if each in known},
        handled=handled(stack),
        raised=raised(heard, known),
        notices=notices(stack),
        mails_due=mails_due(stack, since),
        mails=mails(stack, since),
        done_at=done_at(stack, since, until),
        audit="" if verify.returncode == 0 else f"audit: {verify.stdout}{verify.stderr}",
    )


def raised(heard: Mapping[str, Heard], known: set[UUID]) -> set[tuple[str, str]]:
    events = heard["tandem.notices"].events.values()
    return {(each.subject, each.data["dedupe_key"]) for each in events if each.id in known}


def notices(stack: RunningStack) -> Counter[tuple[str, str]]:
    rows = stack.rows("notifications", NOTICES)
    return Counter({(person, key): count for person, key, count in rows})


def wanted(entries: Iterable[Entry]) -> Iterable[str]:
    for each in entries:
        if each.acknowledged:
            yield each.token
            if each.kind == "plan":
                yield told(each.token)


def told(token: str) -> str:
    """That the approver was told of the plan."""
    return f"notice of {token}"


def there(stack: RunningStack, entries: Iterable[Entry]) -> Counter[str]:
    """How often each change was made, and how often somebody was told of it."""
    tokens = [each.token for each in entries]
    query = "SELECT title, id::text FROM plans WHERE title = ANY(%s)"
    plans = [(str(token), str(plan)) for token, plan in stack.rows("rfp", query, tokens)]
    organisations = "SELECT name FROM legal_entities WHERE name = ANY(%s)"
    found = Counter(token for token, _ in plans)
    found.update(name for (name,) in stack.rows("gateway", organisations, tokens))
    ids = [plan for _, plan in plans]
    notices = Counter(dict(stack.rows("notifications", SUBMITTED, ids)))
    for token, plan in plans:
        found[told(token)] += notices[plan]
    return found


def mails_due(stack: RunningStack, since: datetime) -> set[str]:
    """By Message-ID: each notice that is mailed at all."""
    return {message_id(number) for (number,) in stack.rows("notifications", MAILS, since)}


def mails(stack: RunningStack, since: datetime) -> Counter[str]:
    """What the mail server took, but for what others have caused before."""
    found = Counter(str(mail["Message-ID"]) for _, mail in stack.mail_files())
    for (number,) in stack.rows("notifications", EARLIER, since):
        found.pop(message_id(number), None)
    return found


def message_id(notice_id: UUID) -> str:
    return f"<{notice_id}@127.0.0.1>"


def done_at(stack: RunningStack, since: datetime, until: datetime) -> dict[str, datetime | None]:
    """When each event of this time was sent, and when it was handled."""
    found: dict[str, Any] = {}
    ids: list[UUID] = []
    for package in PACKAGES:
        rows = stack.rows(package.name, SENT, since, until)
        found |= dict(rows)
        ids += [UUID(name.removeprefix("outbox ")) for name, _ in rows]
    for package in PACKAGES:
        rows = stack.rows(package.name, HANDLED_AT, ids)
        found |= {f"{package.name} {name}": at for name, at in rows}
    return found
