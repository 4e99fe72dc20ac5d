"""Buyers and bidders who act on an RFP at the same moment."""

import threading
from collections.abc import Callable

import sqlalchemy as sa
from support.database import Sessions, events, rows, waits_since
from support.rfps import BIDDERS, a_plan, an_rfp, stored
from support.tendering import answer, ask, notices, publish

from services.rfp.tenders.persistence import load_rfp, questions
from shared.kernel import DomainError


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run on connections of their own; the name of what each raised, or nothing."""
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
            outcomes.append("")
        except DomainError as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


def test_two_buyers_who_publish_at_once_publish_once(committed: Sessions) -> None:
    rfp = stored(committed, an_rfp(stored(committed, a_plan()), draft=True))
    both = at_once(*[lambda: publish(committed, rfp)] * 2)
    assert both == ["", "rfp_published"]
    assert len(events(committed, "rfp_published")) == 1


def test_two_buyers_who_answer_at_once_answer_once(committed: Sessions) -> None:
    rfp = stored(committed, an_rfp(stored(committed, a_plan())))
    question = ask(committed, rfp)
    both = at_once(*[lambda: answer(committed, question)] * 2)
    assert both == ["", "question_answered"]
    assert len(notices(committed, "question_answered")) == len(BIDDERS)


def test_a_question_that_waited_for_the_lock_past_the_deadline_is_refused(
    committed: Sessions,
) -> None:
    with committed() as session:
        in_a_second = session.scalar(sa.text("SELECT clock_timestamp() + interval '1 second'"))
    rfp = stored(committed, an_rfp(stored(committed, a_plan()), deadline_at=in_a_second))
    outcome: list[str] = []
    with committed.begin() as other:
        load_rfp(other, rfp.id)
        asker = threading.Thread(
            target=lambda: outcome.extend(at_once(lambda: ask(committed, rfp)))
        )
        asker.start()
        since = waits_since(other, asker.is_alive)
        assert since and since < in_a_second, "the question did not wait for the lock"
        other.execute(sa.text("SELECT pg_sleep_until(:at)"), {"at": in_a_second})
    asker.join(timeout=30)
    assert outcome == ["rfp_closed"] and rows(committed, questions) == []
