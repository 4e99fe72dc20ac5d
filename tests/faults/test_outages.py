"""Database and broker are killed while people work; nobody helps, and nothing is missing."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import pytest
from support.story import Cast

from faults import table
from faults.checker import Verdict, judge
from faults.facts import gather, now
from faults.ground import RECOVERS_WITHIN_S, Ground
from faults.traffic import MIX, Traffic

pytestmark = [
    pytest.mark.fault,
    pytest.mark.timeout(3600),
    # kafka-python leaves a socket behind where a broker dies under a consumer, as under this test's
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
NO_MAILS = ("vendor",)  # a mail whose job is killed takes the clock two minutes


@dataclass
class Outage:
    """What became of the work, and the longest that it took to recover."""

    traffic: Traffic
    verdict: Verdict
    seconds: float


def judged(
    ground: Ground,
    traffic: Traffic,
    since: datetime,
    recovered_at: datetime,
    seconds: float,
    mails_repeated: int = 0,
) -> Outage:
    facts = gather(ground.stack, traffic.entries, since, recovered_at)
    return Outage(traffic, judge(facts, recovered_at, mails_repeated=mails_repeated), seconds)


def require_whole(outage: Outage) -> None:
    assert all(each.acknowledged for each in outage.traffic.entries), outage.traffic.refusals()
    verdict = outage.verdict
    assert (verdict.lost, verdict.doubled, verdict.late) == ([], [], [])
    assert outage.seconds <= RECOVERS_WITHIN_S


def test_the_database_is_killed(ground: Ground, who: Cast) -> None:
    """`kill -9` of the postmaster, again and again.

    With each a mail may go out twice: the mail server has it, and the note of that is lost.
    """
    rounds, since, seconds = table.rounds(1, 10), now(ground.stack), []
    with Traffic(who, per_second=10, kinds=MIX if table.is_full() else NO_MAILS) as traffic:
        for _ in range(rounds):
            time.sleep(2)
            seconds.append(ground.recovered(ground.kill("postgres")))
        time.sleep(1)
    outage = judged(ground, traffic, since, now(ground.stack), max(seconds), rounds)
    table.note("PostgreSQL killed under load", rounds, outage.verdict, outage.seconds)
    require_whole(outage)


def test_the_broker_is_away(ground: Ground, who: Cast) -> None:
    """Killed, and killed again whenever it comes up; meanwhile everybody works on."""
    length, since = table.rounds(8, 120), now(ground.stack)
    with Traffic(who, per_second=10) as traffic:
        time.sleep(1)
        keep_away(ground, length)
        seconds = ground.recovered()
        time.sleep(1)
    outage = judged(ground, traffic, since, now(ground.stack), seconds)
    table.note(f"broker killed for {length} s under load", 1, outage.verdict, seconds)
    require_whole(outage)
    assert [each.attempts for each in traffic.entries if each.attempts > 2] == []


def keep_away(ground: Ground, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(ProcessLookupError):
            if pid := ground.pid("kafka"):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
