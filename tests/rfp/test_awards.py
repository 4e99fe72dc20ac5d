"""Awards: who may, to whom, and once."""

import threading
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from support.actors import an_id, staff
from support.awarding import BUYER, REASON, award, data_of
from support.database import Sessions, events, rows
from support.opened import (
    add_bid,
    an_evaluated_rfp,
    an_opened_rfp,
    bids_by_vendor,
    declare,
    save,
    score,
    sheet,
    submit,
)
from support.rfps import EVALUATORS, NOW, a_plan, an_rfp, stored

from services.rfp.awards.domain import (
    Award,
    LotAwarded,
    NotEvaluated,
    NotRanked,
    ReasonTooShort,
    WinnerNotAdmitted,
)
from services.rfp.awards.persistence import awards
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Criterion, Lot, Rfp
from services.rfp.tenders.persistence import rfps
from services.rfp.vendors.domain import Standing
from services.rfp.vendors.persistence import vendors
from shared import audit
from shared.kernel import NotFound

D = Decimal


@pytest.fixture
def rfp(sessions: Sessions, plan: Plan) -> Rfp:
    return an_evaluated_rfp(sessions, plan)


def awarded_at(sessions: Sessions, rfp: Rfp) -> Any:
    [row] = rows(sessions, rfps, id=rfp.id)
    return row.awarded_at


class TestDeciding:
    def test_an_award_is_a_row_an_entry_an_event_and_a_notice_to_each(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        before = len(events(sessions, "notice_raised"))
        made = award(sessions, rfp)
        [row] = rows(sessions, awards)
        assert (row.id, row.rank, row.reason) == (made.id, 1, REASON)
        assert row.standstill_ends_at == row.awarded_at == NOW
        with sessions() as session:
            latest = audit.history(session, f"rfp:{rfp.id}")[0]
        assert (latest.action, latest.actor) == ("lot_awarded", BUYER.subject)
        assert latest.detail["reason"] == REASON and latest.detail["rank"] == 1
        assert len(events(sessions, "rfp_awarded")) == 1
        told = {
            (row.subject, data_of(row)["template"], data_of(row)["path"])
            for row in events(sessions, "notice_raised")[before:]
        }
        bids = bids_by_vendor(sessions, rfp)
        assert told == {
            (str(an_id("huayun")), "award_won", f"/portal/bids/{bids['huayun']}/outcome"),
            (str(an_id("nordwind")), "award_lost", f"/portal/bids/{bids['nordwind']}/outcome"),
            (str(an_id("requester")), "plan_awarded", f"/admin/rfps/{rfp.id}"),
        }

    def test_the_second_of_the_ranking_may_win_and_is_marked(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        made = award(sessions, rfp, "nordwind")
        assert made.rank == 2 and made.against_ranking

    def test_a_reason_has_twenty_characters(self, sessions: Sessions, rfp: Rfp) -> None:
        for short in ("", "x" * 19, " " * 30 + "x" * 19):
            with pytest.raises(ReasonTooShort):
                award(sessions, rfp, reason=short)
        award(sessions, rfp, reason="x" * 20)

    def test_a_lot_is_awarded_once(self, sessions: Sessions, rfp: Rfp) -> None:
        award(sessions, rfp)
        for name in ("huayun", "nordwind"):
            with pytest.raises(LotAwarded):
                award(sessions, rfp, name)
        assert len(rows(sessions, awards)) == 1

    def test_not_before_all_have_scored(self, sessions: Sessions, plan: Plan) -> None:
        rfp = an_opened_rfp(sessions, plan)
        for who in EVALUATORS:
            with pytest.raises(NotEvaluated):
                award(sessions, rfp)
            score(sessions, who, rfp, {"huayun": "4", "nordwind": "3"})
        award(sessions, rfp)

    def test_not_of_an_rfp_that_is_open_or_not_there(self, sessions: Sessions, plan: Plan) -> None:
        still_open: Rfp = stored(sessions, an_rfp(plan))
        with pytest.raises(NotEvaluated):
            award(sessions, still_open, lot_id=still_open.lots[0].id, bid_id=an_id("bid"))
        draft: Rfp = stored(sessions, an_rfp(plan, draft=True))
        for lot_id in (draft.lots[0].id, an_id("lot")):
            with pytest.raises(NotFound):
                award(sessions, draft, lot_id=lot_id, bid_id=an_id("bid"))

    def test_only_a_ranked_bid_of_the_lot(self, sessions: Sessions, plan: Plan) -> None:
        """Nordwind's 3 is below the threshold of 3.5; other RFPs have bids of their own."""
        strict = [
            Criterion(1, "technical", "Technical", D(60), minimum=D("3.5")),
            Criterion(2, "price", "Price", D(40), is_price=True),
        ]
        rfp = an_evaluated_rfp(sessions, plan, criteria=strict)
        other = an_evaluated_rfp(sessions, plan)
        foreign = bids_by_vendor(sessions, other)["huayun"]
        for bid_id in (bids_by_vendor(sessions, rfp)["nordwind"], foreign, an_id("bid")):
            with pytest.raises(NotRanked):
                award(sessions, rfp, bid_id=bid_id)
        award(sessions, rfp)

    def test_only_a_vendor_who_is_still_admitted(self, sessions: Sessions, rfp: Rfp) -> None:
        own = vendors.c.organisation_id == an_id("huayun-org")
        with sessions.begin() as session:
            session.execute(sa.update(vendors).where(own).values(standing=Standing.PROSPECTIVE))
        with pytest.raises(WinnerNotAdmitted):
            award(sessions, rfp)
        award(sessions, rfp, "nordwind")

    def test_the_rfp_is_awarded_with_its_last_lot_that_can_be(
        self, sessions: Sessions, plan: Plan
    ) -> None:
        """The second lot has a bid, the third one has none."""
        rfp = an_opened_rfp(sessions, plan, lots=[Lot(n, f"Lot {n}") for n in (1, 2, 3)])
        second = add_bid(sessions, rfp, rfp.lots[1].id, "huayun", D(1_300_000), NOW)
        for who in EVALUATORS:
            score_both_lots(sessions, who, rfp, second)
        award(sessions, rfp)
        assert awarded_at(sessions, rfp) is None
        award(sessions, rfp, lot_id=rfp.lots[1].id, bid_id=second)
        assert awarded_at(sessions, rfp) == NOW
        with pytest.raises(LotAwarded):
            award(sessions, rfp)

    def test_an_rfp_with_one_lot_that_can_be_awarded_is_awarded(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        award(sessions, rfp)
        assert awarded_at(sessions, rfp) == NOW


def score_both_lots(sessions: Sessions, who: str, rfp: Rfp, second: UUID) -> None:
    declare(sessions, who, rfp)
    bids = bids_by_vendor(sessions, rfp)
    grades = {"huayun": "4", "nordwind": "3"}
    given = [*sheet(bids, rfp, grades), *sheet({"huayun": second}, rfp, grades)]
    save(sessions, who, rfp, given)
    submit(sessions, staff(who), rfp)


def test_of_thirty_two_at_once_one_awards(committed: Sessions) -> None:
    rfp = an_evaluated_rfp(committed, stored(committed, a_plan(cost_ceiling=D(12_000_000))))
    bids = bids_by_vendor(committed, rfp)
    outcomes: list[Award | LotAwarded] = []
    together = threading.Barrier(32)

    def race(bid_id: UUID) -> None:
        together.wait(20)
        try:
            outcomes.append(award(committed, rfp, bid_id=bid_id))
        except LotAwarded as refusal:
            outcomes.append(refusal)

    racers = [threading.Thread(target=race, args=[bid_id]) for bid_id in [*bids.values()] * 16]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    [won] = [each for each in outcomes if isinstance(each, Award)]
    assert len(outcomes) == 32
    assert [row.id for row in rows(committed, awards)] == [won.id]
    assert len(events(committed, "rfp_awarded")) == 1
    won_notices = [n for n in events(committed, "notice_raised") if b"award_won" in n.payload]
    assert len(won_notices) == 1


def test_the_table_itself_refuses_a_second_award(sessions: Sessions, rfp: Rfp) -> None:
    made = award(sessions, rfp)
    again = {
        **vars(made),
        "id": an_id("again"),
        "bid_id": bids_by_vendor(sessions, rfp)["nordwind"],
    }
    again.pop("_sa_instance_state")
    with pytest.raises(sa.exc.IntegrityError, match="uq_awards_lot_id"), sessions() as session:
        session.execute(sa.insert(awards).values(**again))
