"""Awards: who may, to whom, once, and what others learn of it."""

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from support.actors import an_id, staff, vendor
from support.database import Sessions, events, rows
from support.opened import (
    add_bid,
    an_evaluated_rfp,
    an_opened_rfp,
    bids_by_vendor,
    declare,
    score,
    sheet,
    submit,
)
from support.rfps import EVALUATORS, NOW, a_plan, an_rfp, an_sla_target, stored

from services.rfp.awards import usecases
from services.rfp.awards.domain import (
    Award,
    LotAwarded,
    NotEvaluated,
    NotRanked,
    ReasonTooShort,
    WinnerNotAdmitted,
    agreed_target,
    standstill_end,
)
from services.rfp.awards.persistence import awards
from services.rfp.awards.queries import outcomes
from services.rfp.evaluations import usecases as evaluations
from services.rfp.evaluations.domain import published
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Criterion, Direction, Lot, Rfp
from services.rfp.tenders.persistence import rfps
from services.rfp.vendors.domain import Standing
from services.rfp.vendors.persistence import vendors
from shared import audit
from shared.calendar import WorkingDays
from shared.kernel import NotFound
from shared.messaging.schemas import ROOT, validate

D = Decimal
REASON = "Best grades throughout, and the price is within the plan."
BUYER = staff("buyer")


@pytest.fixture
def rfp(sessions: Sessions, plan: Plan) -> Rfp:
    return an_evaluated_rfp(sessions, plan)


def award(sessions: Sessions, rfp: Rfp, name: str = "huayun", **changes: Any) -> Award:
    asked = {"lot_id": rfp.lots[0].id, "bid_id": bids_by_vendor(sessions, rfp).get(name)}
    with sessions.begin() as session:
        return usecases.award_lot(
            session, BUYER, **(asked | {"reason": REASON, "now": NOW} | changes)
        )


def data_of(event: Any) -> Any:
    return json.loads(event.payload)


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
    with sessions.begin() as session:
        evaluations.save_scores(session, staff(who), rfp_id=rfp.id, given=given, now=NOW)
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


class TestEvent:
    def test_it_carries_the_promises_of_the_winner(self, sessions: Sessions, rfp: Rfp) -> None:
        made = award(sessions, rfp)
        [event] = events(sessions, "rfp_awarded")
        data = data_of(event)
        validate("tandem.rfp.rfp_awarded.v1", data)
        assert event.subject == str(rfp.id) and event.topic == "tandem.rfp.events"
        assert data["award_id"] == str(made.id) and data["plan_id"] == str(rfp.plan_id)
        assert data["lot"] == {"lot_id": str(rfp.lots[0].id), "title": "First level"}
        assert data["organisation_id"] == str(an_id("huayun-org")) and data["tier"] == 1
        assert data["value"] == {"amount": "1320000.00", "currency": "CNY"}
        assert data["charges"] == {"monthly": "101666.67", "one_off": "100000.00"}
        assert data["period"] == {"starts_on": "2026-09-01", "ends_on": "2027-08-31"}
        assert data["buyer_id"] == str(an_id("buyer")) and data["time_zone"] == "Asia/Shanghai"
        [sla] = data["promises"]["sla"]
        assert (sla["target"], sla["minimum"], sla["window"]) == ("97.5", "90", "month")
        assert (sla["formula"], sla["direction"]) == ("ratio", "higher")
        assert sla["tiers"] == rfp.sla_targets[0].tiers
        assert [m["number"] for m in data["promises"]["milestones"]] == [1, 2]
        assert data["promises"]["milestones"][0]["percent"] == "40"
        assert data["promises"]["documents"] == [{"name": "huayun.pdf", "sha256": "a" * 64}]

    def test_it_has_every_field_of_its_sample(self, sessions: Sessions, rfp: Rfp) -> None:
        award(sessions, rfp)
        [event] = events(sessions, "rfp_awarded")
        sample = ROOT / "tests/event_samples/tandem.rfp.rfp_awarded.v1.json"
        assert shape(data_of(event)) == shape(json.loads(sample.read_text()))


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return shape(value[0])
    return "text or none" if value is None or isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize(
    ("direction", "promised", "agreed"),
    [
        (Direction.HIGHER, "97.5", "97.5"),
        (Direction.HIGHER, "92", "92"),  # below what was asked, above the minimum
        (Direction.HIGHER, "80", "90"),
        (Direction.LOWER, "80", "80"),
        (Direction.LOWER, "97.5", "90"),
        (Direction.HIGHER, None, "95"),
    ],
)
def test_a_promise_replaces_the_target_and_is_never_below_the_minimum(
    direction: Direction, promised: str | None, agreed: str
) -> None:
    target = an_sla_target(direction=direction)
    assert agreed_target(target, D(promised) if promised else None) == D(agreed)


def test_without_a_minimum_the_promise_counts_as_it_is() -> None:
    assert agreed_target(an_sla_target(minimum=None), D("12")) == D("12")


WEDNESDAY = datetime(2026, 9, 30, 3, 0, tzinfo=UTC)  # 11:00 in Shanghai
GOLDEN_WEEK = WorkingDays(
    holidays=frozenset(datetime(2026, 10, day, tzinfo=UTC).date() for day in range(1, 8)),
    made_up=frozenset({datetime(2026, 10, 10, tzinfo=UTC).date()}),
)


@pytest.mark.parametrize(
    ("days", "calendar", "ends_at"),
    [
        (0, WorkingDays(), WEDNESDAY),
        (1, WorkingDays(), datetime(2026, 10, 1, 16, tzinfo=UTC)),  # midnight after Thursday
        (5, WorkingDays(), datetime(2026, 10, 7, 16, tzinfo=UTC)),
        (1, GOLDEN_WEEK, datetime(2026, 10, 8, 16, tzinfo=UTC)),
        (3, GOLDEN_WEEK, datetime(2026, 10, 10, 16, tzinfo=UTC)),  # a Saturday that is worked
    ],
)
def test_standstill_counts_working_days(
    days: int, calendar: WorkingDays, ends_at: datetime
) -> None:
    assert standstill_end(WEDNESDAY, days, "Asia/Shanghai", calendar) == ends_at


def test_the_day_of_the_award_is_that_of_the_rfps_zone() -> None:
    late = datetime(2026, 9, 30, 16, 30, tzinfo=UTC)  # Thursday in Shanghai
    ends_at = standstill_end(late, 1, "Asia/Shanghai", WorkingDays())
    assert ends_at == datetime(2026, 10, 2, 16, tzinfo=UTC)


def test_a_standstill_of_the_rfp_is_kept(sessions: Sessions, plan: Plan) -> None:
    rfp = an_evaluated_rfp(sessions, plan, standstill_days=5)
    made = award(sessions, rfp)
    assert made.standstill_ends_at - NOW > timedelta(days=5)
    [event] = events(sessions, "rfp_awarded")
    assert data_of(event)["standstill_ends_at"] == made.standstill_ends_at.isoformat()


class TestOutcome:
    def outcome(self, sessions: Sessions, rfp: Rfp, of: str, asked_by: str) -> outcomes.Outcome:
        with sessions() as session:
            bid_id = bids_by_vendor(sessions, rfp)[of]
            return outcomes.outcome(session, vendor(asked_by), bid_id)

    def test_a_loser_sees_their_own_scores_and_the_winner(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        award(sessions, rfp)
        seen = self.outcome(sessions, rfp, "nordwind", "nordwind")
        assert (seen.won, seen.winner) == (False, "huayun")
        totals: Sequence[Decimal | None] = (seen.total, seen.winning_total)
        assert [published(total or D(0)) for total in totals] == [D("68.00"), D("80.67")]
        assert [published(row.own or D(0)) for row in seen.points] == [
            D("12.00"), D("15.00"), D("20.00"), D("9.00"), D("12.00"),
        ]  # fmt: skip

    def test_the_winner_sees_that_they_have_won(self, sessions: Sessions, rfp: Rfp) -> None:
        award(sessions, rfp)
        assert self.outcome(sessions, rfp, "huayun", "huayun").won

    def test_nobody_sees_the_outcome_of_others(self, sessions: Sessions, rfp: Rfp) -> None:
        award(sessions, rfp)
        for asked_by in ("nordwind", "stranger"):
            with pytest.raises(NotFound):
                self.outcome(sessions, rfp, "huayun", asked_by)

    def test_before_the_award_there_is_none(self, sessions: Sessions, rfp: Rfp) -> None:
        with pytest.raises(NotFound):
            self.outcome(sessions, rfp, "huayun", "huayun")
