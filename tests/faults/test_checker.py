"""The checker finds what is planted: each kind of loss, of doubling and of lateness."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from faults.checker import Facts, judge

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
EVENT, OTHER = uuid4(), uuid4()
TOPIC = "tandem.notices"


@pytest.fixture
def facts() -> Facts:
    """Nothing is wrong."""
    return Facts(
        acknowledged={"plan", "vendor"},
        there=Counter({"plan": 1, "vendor": 1, "not acknowledged": 1}),
        recorded={TOPIC: {EVENT}},
        heard={TOPIC: {EVENT}},
        due={("notifications", EVENT)},
        handled=Counter({("notifications", EVENT): 1}),
        raised={("person", "key")},
        notices=Counter({("person", "key"): 1}),
        mails_due={"<1@host>"},
        mails=Counter({"<1@host>": 1}),
        done_at={"outbox": AT + timedelta(seconds=29)},
    )


def test_nothing_is_found_where_nothing_is_wrong(facts: Facts) -> None:
    verdict = judge(facts, AT)
    assert (verdict.lost, verdict.doubled, verdict.late) == ([], [], [])


def lose_a_change(facts: Facts) -> None:
    del facts.there["plan"]


def lose_an_event(facts: Facts) -> None:
    facts.heard = {TOPIC: set()}


def lose_a_topic(facts: Facts) -> None:
    facts.heard = {}


def leave_a_gap(facts: Facts) -> None:
    facts.gaps.append("/tandem/rfp subject [1, 3]")


def forget_to_handle(facts: Facts) -> None:
    facts.handled.clear()


def handle_another(facts: Facts) -> None:
    facts.handled = Counter({("notifications", OTHER): 1})


def lose_a_notice(facts: Facts) -> None:
    facts.notices.clear()


def lose_a_mail(facts: Facts) -> None:
    facts.mails.clear()


def break_the_audit(facts: Facts) -> None:
    facts.audit = "rfp: chain plan:1 breaks at 2"


LOSSES = [lose_a_change, lose_an_event, lose_a_topic, leave_a_gap, forget_to_handle,
          handle_another, lose_a_notice, lose_a_mail, break_the_audit]  # fmt: skip


@pytest.mark.parametrize("plant", LOSSES)
def test_a_planted_loss_is_found(facts: Facts, plant: Callable[[Facts], None]) -> None:
    plant(facts)
    assert len(judge(facts, AT).lost) == 1


@pytest.mark.parametrize("counted", ["there", "handled", "notices", "mails"])
def test_a_planted_double_is_found(facts: Facts, counted: str) -> None:
    counts = getattr(facts, counted)
    counts[next(iter(counts))] += 1
    assert len(judge(facts, AT).doubled) == 1


def test_only_so_many_mails_may_be_repeated(facts: Facts) -> None:
    facts.mails |= {"<1@host>": 2, "<2@host>": 3}
    assert len(judge(facts, AT, mails_repeated=1).doubled) == 1
    assert judge(facts, AT, mails_repeated=2).doubled == []


@pytest.mark.parametrize("at", [None, AT + timedelta(seconds=31)])
def test_what_came_late_or_never_is_found(facts: Facts, at: datetime | None) -> None:
    facts.done_at = {"outbox": at}
    assert judge(facts, AT).late == ["outbox"]
