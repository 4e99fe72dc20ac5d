"""Every process is killed once in the middle of the chain; nothing is lost and nothing doubled."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from support.concerned import Letter, expect_each_mailed, expect_each_told_once
from support.stack import RunningStack
from support.story import Cast, Told, cast, settled, tell
from support.topics import listen, recorded, waiting

from shared import db

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
VICTIMS = {
    "published": ("rfp", "rfp-worker"),
    "bids received": ("edge", "idp"),
    "opened": ("kafka", "gateway-worker"),
    "evaluated": ("notifications", "mail"),
    "awarded": ("contracts-worker", "contracts"),
    "contract active": ("monitoring-worker", "monitoring"),
    "delivered": ("notifications-worker", "postgres"),
}
MAILING = ("notifications-worker", "postgres", "mail")
SENDING = timedelta(seconds=2)  # from the mail server's answer to the note that it went
OVERDUE_S = 300  # a mail whose job was killed is sent by the clock


@pytest.fixture(scope="module")
def who(stack: RunningStack) -> Iterator[Cast]:
    with closing(cast(stack.described())) as made:
        yield made


@dataclass(frozen=True)
class Strike:
    """From the death of a process until all was ready again."""

    victim: str
    began_at: datetime
    ended_at: datetime


@pytest.fixture(scope="module")
def strikes() -> list[Strike]:
    return []


@pytest.fixture(scope="module")
def told(stack: RunningStack, who: Cast, strikes: list[Strike]) -> Told:
    def strike(step: str) -> None:
        began = {}
        for name in VICTIMS.get(step, ()):
            began[name] = datetime.now(UTC)
            stack.kill(name)
        stack.wait_ready()
        strikes.extend(Strike(name, at, datetime.now(UTC)) for name, at in began.items())

    return tell(who, strike)


def test_every_process_was_among_the_victims(stack: RunningStack) -> None:
    struck = {name for names in VICTIMS.values() for name in names}
    assert {process["name"] for process in stack.described()["processes"]} == struck


def test_the_chain_came_to_its_end(told: Told) -> None:
    assert told.credit["state"] == "approved"


def test_nothing_is_lost_and_nothing_doubled(stack: RunningStack, told: Told) -> None:
    described = stack.described()
    settled(lambda: waiting(described["databases"]) == 0 or None, "an empty outbox")
    heard, kept = listen(described["kafka_bootstrap"]), recorded(described["databases"])
    for name, topic in heard.items():
        if name != "tandem.kpi.measurements":
            assert kept[name] <= set(topic.events), name
            assert topic.gaps() == [], name


def test_one_contract_and_one_credit_came_of_one_award(
    stack: RunningStack, who: Cast, told: Told
) -> None:
    contracts = who.apis["contract_manager"].get("/contracts", award_id=told.award["id"])["items"]
    assert len(contracts) == 1
    credits_ = who.apis["finance"].get("/credits", contract_id=told.contract["id"])["items"]
    assert len(credits_) == 1


def test_each_notice_is_kept_once(stack: RunningStack, told: Told) -> None:
    described = stack.described()
    settled(lambda: lag(described) == 0 or None, "the notices")
    notices = listen(described["kafka_bootstrap"])["tandem.notices"].events.values()
    raised = {(e.subject, e.data["dedupe_key"]) for e in notices}
    assert Counter(kept_notices(described)).most_common(1)[0][1] == 1
    assert set(kept_notices(described)) == raised


def test_each_person_concerned_is_told_exactly_once(who: Cast, told: Told) -> None:
    expect_each_told_once(who, told)


def test_a_mail_is_repeated_only_where_a_process_died_while_it_was_sent(
    stack: RunningStack, who: Cast, told: Told, strikes: list[Strike]
) -> None:
    found = expect_each_told_once(who, told)
    sent = expect_each_mailed(stack, who, found, within=OVERDUE_S)
    repeated = [letter for letters in sent.values() for letter in letters[:-1]]
    unexcused = [each for each in repeated if not any(excuses(s, each) for s in strikes)]
    assert unexcused == []


def excuses(strike: Strike, letter: Letter) -> bool:
    """The mail was taken, and whoever had to note that was dead or died."""
    if strike.victim not in MAILING:
        return False
    return strike.began_at - SENDING <= letter.taken_at <= strike.ended_at


def kept_notices(described: dict[str, Any]) -> list[tuple[str, str]]:
    engine = db.connect(described["databases"]["notifications"])
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT person_id::text, dedupe_key FROM notices"))
        found = [(row[0], row[1]) for row in rows]
    engine.dispose()
    return found


def lag(described: dict[str, Any]) -> int:
    """Notices that were sent and are not yet in an inbox."""
    heard = listen(described["kafka_bootstrap"])["tandem.notices"].events
    return len(heard) - len(set(kept_notices(described)))
