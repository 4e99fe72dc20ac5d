"""What others learn of an award: the event, and the outcome that each bidder sees."""

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from support.actors import an_id, vendor
from support.awarding import award, data_of
from support.database import Sessions, events
from support.opened import an_evaluated_rfp, bids_by_vendor
from support.plans import TYPED
from support.rfps import NOW

from services.rfp.awards.queries import outcomes
from services.rfp.awards.usecases import tell_in_force
from services.rfp.evaluations.domain import published
from services.rfp.handlers import HANDLERS
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared.kernel import NotFound
from shared.messaging.envelope import Event
from shared.messaging.schemas import ROOT, validate

D = Decimal


@pytest.fixture
def rfp(sessions: Sessions, plan: Plan) -> Rfp:
    return an_evaluated_rfp(sessions, plan)


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
        assert data["period"] == {"starts_on": TYPED["starts_on"], "ends_on": TYPED["ends_on"]}
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


def test_a_standstill_of_the_rfp_is_kept(sessions: Sessions, plan: Plan) -> None:
    rfp = an_evaluated_rfp(sessions, plan, standstill_days=5)
    made = award(sessions, rfp)
    assert made.standstill_ends_at - NOW > timedelta(days=5)
    [event] = events(sessions, "rfp_awarded")
    assert data_of(event)["standstill_ends_at"] == made.standstill_ends_at.isoformat()


def test_whoever_wrote_the_plan_hears_of_award_and_contract_and_the_buyer_of_the_contract(
    sessions: Sessions, rfp: Rfp
) -> None:
    made = award(sessions, rfp)
    begun = {
        "award_id": made.id, "contract_id": an_id("contract"), "number": "CT-1", "now": NOW,
    }  # fmt: skip
    with sessions.begin() as session:
        tell_in_force(session, **begun)
        tell_in_force(session, **begun | {"award_id": an_id("elsewhere")})
    told = [data_of(event) for event in events(sessions, "notice_raised")]
    said = {(each["template"], each["person_id"], each["path"]) for each in told}
    requester, page = str(an_id("requester")), f"/admin/contracts/{an_id('contract')}"
    assert {each for each in said if each[0] in ("plan_awarded", "contract_begun")} == {
        ("plan_awarded", requester, f"/admin/rfps/{rfp.id}"),
        ("contract_begun", requester, page),
        ("contract_begun", str(an_id("buyer")), page),
    }


def test_a_contract_of_an_older_release_names_no_award(sessions: Sessions) -> None:
    with sessions.begin() as session:
        event = Event.of(
            "tandem.contracts.contract_activated.v1",
            source="/tandem/contracts", subject=an_id("contract"), time=NOW, data={},
        )  # fmt: skip
        HANDLERS[event.type](session, event)
    assert events(sessions, "notice_raised") == []


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
