"""The clock of edge, services and workers is wrong by half an hour, the database's is right.

`faketime` of Debian moves it, at any time, by what stands in a file. At the end that is nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from support.story import Cast, a_wish, an_offer, cast

from deploy.demo import chain
from deploy.demo.api import ApiError, eventually
from faults import table
from faults.checker import Verdict, judge
from faults.facts import gather, now
from faults.ground import Ground
from faults.traffic import Traffic

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
AHEAD, BEHIND, RIGHT = "+1800", "-1800", "+0"
LEAD_S = 12.0
KEPT = "SELECT count(*) FROM bids WHERE lot_id = %s"
Move = Callable[[str], None]


@pytest.fixture(scope="module")
def move(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Move]:
    """`move("+1800")`: from then on it is half an hour later, but for database and broker."""
    if not LIBRARIES:
        pytest.skip("faketime is not installed (apt-get install faketime)")
    offset = tmp_path_factory.mktemp("clock") / "offset"
    offset.write_text(RIGHT)
    ground.restart(
        LD_PRELOAD=str(LIBRARIES[0]),
        FAKETIME_TIMESTAMP_FILE=str(offset),
        FAKETIME_CACHE_DURATION="1",
        FAKETIME_DISABLE_SHM="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
        FAKETIME_SKIP_CMDS="postgres,initdb,setpriv,java",
    )

    def to(by: str) -> None:
        offset.write_text(by)
        eventually(lambda: moved(ground, float(by)) or None, "the moved clock", within=15)

    yield to
    to(RIGHT)


def moved(ground: Ground, seconds: float) -> bool:
    """By what each process says of the time, beside the database."""
    right = now(ground.stack)
    said = (clock_of(httpx.get(f"{url}/health/live", timeout=5)) for url in ground.webs())
    return all(abs((each - right).total_seconds() - seconds) < 60 for each in said)


def clock_of(answer: httpx.Response) -> datetime:
    """The edge's server repeats its `Date` while the clock goes back; ids begin with the time."""
    if number := answer.headers.get("X-Request-Id"):
        return datetime.fromtimestamp((UUID(number).int >> 80) / 1000, UTC)
    return parsedate_to_datetime(answer.headers["date"])


@pytest.fixture(scope="module")
def who_now(ground: Ground, move: Move) -> Iterator[Cast]:
    """Signed in since the stack began anew."""
    with closing(cast(ground.stack.described())) as made:
        yield made


def an_rfp(who: Cast) -> chain.Json:
    """It closes soon, by the right clock."""
    wish, invitees = a_wish(), [who.ids["huayun"], who.ids["nordwind"]]
    plan = chain.write_plan(who.apis, wish)
    chain.approve_plan(who.apis, plan["id"])
    closes = datetime.now(UTC) + timedelta(seconds=LEAD_S)
    rfp = chain.draft_rfp(
        who.apis, plan["id"], wish, deadline_at=closes, invitees=invitees, committee=who.ids
    )
    chain.publish(who.apis, rfp["id"])
    return rfp


@pytest.mark.parametrize("by", [AHEAD, BEHIND] if table.is_full() else [AHEAD])
def test_the_database_decides_a_deadline(
    ground: Ground, who_now: Cast, move: Move, by: str
) -> None:
    move(by)
    who, since, wrong = who_now, now(ground.stack), list[str]()
    with Traffic(who, per_second=2) as traffic:
        rfp = an_rfp(who)
        deadline = datetime.fromisoformat(rfp["deadline_at"])
        receipt = chain.bid(who.apis, rfp, an_offer("huayun", 5))
        if datetime.fromisoformat(receipt["received_at"]) > now(ground.stack):
            wrong.append(f"received at {receipt['received_at']}")
        if by == AHEAD and not is_refused(lambda: confirm(who, rfp, "opener1")):
            wrong.append("opened before the deadline")
        eventually(lambda: now(ground.stack) > deadline, "the deadline")
        if not is_refused(lambda: chain.bid(who.apis, rfp, an_offer("nordwind", 3))):
            wrong.append("taken after the deadline")
        confirm(who, rfp, "opener1")
        confirm(who, rfp, "opener2")
    recovered_at = now(ground.stack)
    verdict = judge(gather(ground.stack, traffic.entries, since, recovered_at), recovered_at)
    verdict = Verdict(verdict.lost, verdict.doubled, verdict.late + wrong)
    table.note(f"clock of the services wrong by {by} s", 1, verdict)
    assert (verdict.lost, verdict.doubled, verdict.late) == ([], [], [])
    [(count,)] = ground.stack.rows("rfp", KEPT, rfp["lots"][0]["id"])
    assert count == 1


def confirm(who: Cast, rfp: chain.Json, opener: str) -> None:
    who.apis[opener].post(f"/rfps/{rfp['id']}/opening")


def is_refused(ask: Callable[[], object]) -> bool:
    """By a rule, not by a fault."""
    try:
        ask()
    except ApiError as error:
        return error.status in (403, 409)
    return False
