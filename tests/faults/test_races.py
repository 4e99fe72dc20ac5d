"""Who bids twice at once, who bids at the last moment, who awards at the same time."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import uuid4

import pytest
from bench.scene import Bidder, Scene, wanted

from deploy.demo import chain
from deploy.demo.api import Api, eventually
from deploy.demo.chain import EVALUATORS, Json
from faults import table
from faults.checker import Verdict, twice
from faults.ground import Ground
from faults.races import Said, Shot, bid, ids, late, machine, race, unclear

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1800)]
AT_ONCE, AWARDS = 8, 32
LEAD_S = 8.0
BIDS = "SELECT id::text FROM bids WHERE lot_id = %s"
OWN = "SELECT count(*) FROM bids WHERE lot_id = %s AND vendor_id = %s"
WRONG = """
    SELECT bids.id FROM bids JOIN lots ON lots.id = lot_id JOIN rfps ON rfps.id = rfp_id
    WHERE lot_id = %s AND received_at > deadline_at
"""
AWARDED = "SELECT count(*) FROM outbox WHERE subject = %s AND payload LIKE %s"


@dataclass
class Play:
    scene: Scene
    bidders: list[Bidder]
    apis: list[Api]
    plan_id: str

    def rfp(self, lead_s: float) -> Json:
        """Open for so many seconds, to all of them."""
        people = self.scene.people
        rfp = chain.draft_rfp(
            people,
            self.plan_id,
            wanted(),
            deadline_at=datetime.now(UTC) + timedelta(seconds=lead_s),
            invitees=[each.organisation_id for each in self.bidders],
            committee=self.scene.committee,
        )
        chain.publish(people, rfp["id"])
        return rfp


@pytest.fixture(scope="module")
def play(ground: Ground) -> Iterator[Play]:
    scene = Scene(ground.stack)
    bidders = scene.bidders(table.rounds(10, 40))
    apis = [machine(scene.base_url, each) for each in bidders]
    yield Play(scene, bidders, apis, scene.plan_id())
    for each in (*apis, *scene.people.values()):
        each.close()


def of_lot(rfp: Json) -> str:
    return str(rfp["lots"][0]["id"])


def test_eight_at_once_are_one_bid(ground: Ground, play: Play) -> None:
    """With one key, as a client does that repeats itself; and with eight, as eight people do."""
    number = table.rounds(6, 200)
    rfps = [play.rfp(7200) for _ in range(-(-number // len(play.bidders)))]
    pairs = list(product(rfps, zip(play.bidders, play.apis, strict=True)))[:number]
    verdict = Verdict([], [], [])
    for turn, (rfp, (bidder, api)) in enumerate(pairs):
        same, keys = str(uuid4()), [str(uuid4()) for _ in range(AT_ONCE)]
        said = race([bid(api, rfp, same if turn % 2 else key) for key in keys])
        assert unclear(said) == []
        assert len(ids(said)) == 1, said
        assert sum(ids(said).values()) == (AT_ONCE if turn % 2 else 1), said
        [(count,)] = ground.stack.rows("rfp", OWN, of_lot(rfp), bidder.organisation_id)
        verdict.lost.extend(["bid"] * (count < 1))
        verdict.doubled.extend(["bid"] * (count > 1))
    table.note("8 identical bids at once", number, verdict)
    assert (verdict.lost, verdict.doubled) == ([], [])


@dataclass
class Rush:
    """All that was said at a deadline."""

    rfp: Json
    said: list[Said] = field(default_factory=list)


@pytest.fixture(scope="module")
def rush(play: Play) -> Rush:
    """Around the deadline: a first bid of each vendor, and further ones in its place."""
    rfp = play.rfp(LEAD_S)
    deadline = datetime.fromisoformat(rfp["deadline_at"]).timestamp()
    count = table.rounds(40, 200)
    early = [bid(api, rfp, str(uuid4())) for api in play.apis[:3]]
    firsts = race(early)
    assert all(each.taken for each in firsts)
    return Rush(rfp, firsts + race([rushed(play, rfp, n, count, deadline) for n in range(count)]))


def rushed(play: Play, rfp: Json, number: int, count: int, deadline: float) -> Shot:
    """From 1.5 s before to half a second after."""
    api, first = play.apis[number % len(play.apis)], 3 <= number < len(play.apis)
    at = deadline - 1.5 + 2.0 * number / count
    return bid(api, rfp, str(uuid4()), method="POST" if first else "PUT", at=at)


def test_the_deadline_is_decided_by_one_clock(ground: Ground, rush: Rush) -> None:
    kept = {number for (number,) in ground.stack.rows("rfp", BIDS, of_lot(rush.rfp))}
    told = ids(rush.said)
    assert ground.stack.rows("rfp", WRONG, of_lot(rush.rfp)) == []
    assert unclear(rush.said) == []
    assert {each.taken for each in rush.said[3:]} == {True, False}, "it was no race"
    deadline = datetime.fromisoformat(rush.rfp["deadline_at"])
    unasked = sorted(kept - set(told))
    verdict = Verdict(sorted(set(told) - kept), unasked + twice(told), late(rush.said, deadline))
    table.note("bids racing a deadline", len(rush.said), verdict)
    assert (verdict.lost, verdict.doubled, verdict.late) == ([], [], [])


@pytest.fixture
def ranked(play: Play, rush: Rush) -> list[str]:
    """The bids of the rush, opened and scored: any of them may be awarded."""
    people, rfp_id = play.scene.people, rush.rfp["id"]
    chain.open_bids(people, rush.rfp)
    for number, name in enumerate(EVALUATORS):
        people[name].post(f"/rfps/{rfp_id}/declaration", {"conflict": "none", "text": ""})
        sheet = people[name].get(f"/evaluations/{rfp_id}")
        scores = list(chain.scores(sheet, defaultdict(dict), number))
        people[name].put(f"/rfps/{rfp_id}/scores", {"scores": scores})
        people[name].post(f"/rfps/{rfp_id}/scores/submission")
    return [each["bid_id"] for each in people["buyer"].get(f"/evaluations/{rfp_id}")["bids"]]


def test_thirty_two_at_once_are_one_award(
    ground: Ground, play: Play, rush: Rush, ranked: list[str]
) -> None:
    buyer, lot_id = play.scene.people["buyer"], of_lot(rush.rfp)
    body = {"reason": "Highest total score.", "over_ceiling_reason": "Agreed with finance."}
    said = race([
        Shot(buyer, "POST", f"/lots/{lot_id}/award",
             body | {"bid_id": ranked[n % len(ranked)]}, str(uuid4()))
        for n in range(AWARDS)
    ])  # fmt: skip
    assert unclear(said) == []
    assert [each.taken for each in said].count(True) == 1
    [award_id] = ids(said)
    manager = play.scene.people["contract_manager"]
    found = eventually(lambda: chain.items(manager, "/contracts", award_id=award_id), "a contract")
    [(awards,)] = ground.stack.rows("rfp", "SELECT count(*) FROM awards WHERE lot_id = %s", lot_id)
    verdict = Verdict([], ["award"] * (awards - 1) + ["contract"] * (len(found) - 1), [])
    table.note("32 racing awards", 1, verdict)
    assert (awards, len(found)) == (1, 1)
