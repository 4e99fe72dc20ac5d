"""What may be said of a product after a fault: is something lost, or there twice, or late?

Works on what was gathered (`faults.facts`), so that a test can plant a loss in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
LATE = timedelta(seconds=30)  # after all processes were ready again
Handled = tuple[str, UUID]  # which service, and which event


@dataclass
class Facts:
    """Acknowledged changes by token; how often each is there; and where events, notices and mails
    stand. Mails are counted by Message-ID."""

    acknowledged: set[str] = field(default_factory=set)
    there: Counter[str] = field(default_factory=Counter)
    recorded: Mapping[str, set[UUID]] = field(default_factory=dict)  # topic → events of outboxes
    heard: Mapping[str, set[UUID]] = field(default_factory=dict)  # topic → events on it
    gaps: list[str] = field(default_factory=list)
    due: set[Handled] = field(default_factory=set)  # what each service has to handle
    handled: Counter[Handled] = field(default_factory=Counter)
    raised: set[tuple[str, str]] = field(default_factory=set)  # person and dedupe key
    notices: Counter[tuple[str, str]] = field(default_factory=Counter)
    mails_due: set[str] = field(default_factory=set)
    mails: Counter[str] = field(default_factory=Counter)
    done_at: Mapping[str, datetime | None] = field(default_factory=dict)  # event → sent or handled
    audit: str = ""  # what `verify` found wrong


@dataclass
class Verdict:
    lost: list[str]
    doubled: list[str]
    late: list[str]


def judge(facts: Facts, recovered_at: datetime, *, mails_repeated: int = 0) -> Verdict:
    """`mails_repeated`: so many may have gone out twice, since their sender was killed before it
    could note that; both have one Message-ID."""
    return Verdict(
        lost=[*lost(facts), *facts.gaps, *filter(None, [facts.audit])],
        doubled=list(doubled(facts, mails_repeated)),
        late=[name for name, at in facts.done_at.items() if at is None or at > recovered_at + LATE],
    )


def lost(facts: Facts) -> Iterable[str]:
    yield from (f"change {each}" for each in facts.acknowledged if not facts.there[each])
    for topic, events in facts.recorded.items():
        yield from (f"{topic} {each}" for each in events - facts.heard.get(topic, set()))
    yield from (f"{name} has not handled {each}" for name, each in facts.due - set(facts.handled))
    yield from (f"notice {each}" for each in facts.raised - set(facts.notices))
    yield from (f"mail {each}" for each in facts.mails_due - set(facts.mails))


def doubled(facts: Facts, mails_repeated: int) -> Iterable[str]:
    yield from (f"change {each}" for each in twice(facts.there))
    yield from (f"{name} has handled {each} twice" for name, each in twice(facts.handled))
    yield from (f"notice {each}" for each in twice(facts.notices))
    mails = sorted(twice(facts.mails))
    yield from (f"mail {each}" for each in mails[mails_repeated:])


def twice(counted: Counter[T]) -> list[T]:
    return [each for each, count in counted.items() if count > 1]
