"""Processes die at every step between a change and the mail that tells of it."""

import time
from dataclasses import dataclass
from datetime import datetime

import pytest
from support.story import Cast

from faults import table
from faults.checker import Verdict, judge
from faults.facts import gather, now
from faults.ground import RECOVERS_WITHIN_S, Ground
from faults.traffic import Traffic

pytestmark = [pytest.mark.fault, pytest.mark.timeout(3600)]
# Twenty, in the order in which a change passes by. See failpoints/sitecustomize.py.
EVERY = (
    "changed@rfp",
    "recorded@rfp",
    "committed@rfp",
    "answered@edge",
    "changed@idp",
    "recorded@idp",
    "committed@idp",
    "read@rfp-worker",
    "sent@rfp-worker",
    "acknowledged@rfp-worker",
    "marked@rfp-worker",
    "sent@gateway-worker",
    "acknowledged@gateway-worker",
    "polled@notifications-worker",
    "noted@notifications-worker",
    "handled@contracts-worker",
    "kept@monitoring-worker",
    "unsent@notifications-worker",
    "mailed@notifications-worker",
    "closed@notifications-worker",
)
# No sender of mails among them: after it the clock takes two minutes.
FEW = ("recorded@rfp", "committed@idp", "acknowledged@rfp-worker", "handled@contracts-worker",
       "kept@monitoring-worker")  # fmt: skip
SENDER = "notifications-worker"  # dies with the mails that it is just sending
FIRES_WITHIN_S = 60.0


@dataclass
class Killed:
    """How long each took until everybody was ready, and what is wrong at the end."""

    points: list[str]
    seconds: list[float]
    verdict: Verdict
    since: datetime
    recovered_at: datetime


@pytest.fixture(scope="module")
def killed(ground: Ground, who: Cast) -> Killed:
    points = list(EVERY) * table.rounds(0, 1) or list(FEW)
    since = now(ground.stack)
    with Traffic(who, per_second=6) as traffic:
        seconds = [strike(ground, point) for point in points]
    recovered_at = now(ground.stack)
    verdict = verdict_on(ground, traffic, since, recovered_at, repeated(points))
    table.note("kill -9 at a failpoint", len(points), verdict, max(seconds))
    return Killed(points, seconds, verdict, since, recovered_at)


def repeated(points: list[str]) -> int:
    """At most one mail for each death of its sender, between the server's answer and its note."""
    return sum(point.endswith(f"@{SENDER}") for point in points)


def strike(ground: Ground, point: str) -> float:
    """Have the next one who comes there killed; seconds until everybody is ready again."""
    fired, until = ground.arm(*point.split("@")), time.monotonic() + FIRES_WITHIN_S
    while not (fired.exists() and fired.read_text()):
        assert time.monotonic() < until, f"nobody came to {point}"
        time.sleep(0.05)
    return ground.recovered(int(fired.read_text()))


def verdict_on(
    ground: Ground, traffic: Traffic, since: datetime, recovered_at: datetime, again: int
) -> Verdict:
    facts = gather(ground.stack, traffic.entries, since, recovered_at)
    assert all(each.acknowledged for each in traffic.entries), traffic.refusals()
    return judge(facts, recovered_at, mails_repeated=again)


def test_each_point_was_come_to(killed: Killed) -> None:
    assert len(killed.points) == len(killed.seconds) >= len(FEW)


def test_everybody_is_ready_again_in_time(killed: Killed) -> None:
    assert max(killed.seconds) <= RECOVERS_WITHIN_S


def test_nothing_is_lost_doubled_or_late(killed: Killed) -> None:
    assert (killed.verdict.lost, killed.verdict.doubled, killed.verdict.late) == ([], [], [])
