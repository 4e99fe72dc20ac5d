"""When all have scored: the ranking, what is recorded, who is reminded, whose work it is."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from support.actors import an_id, staff
from support.database import Sessions, events
from support.opened import (
    an_evaluated_rfp,
    an_opened_rfp,
    bids_by_vendor,
    declare,
    save,
    score,
    sheet,
    submit,
)
from support.panels import FIRST, GRADES, SECOND, THIRD, actions, evaluated_at, view
from support.rfps import NOW, a_plan, an_rfp, stored

from services.rfp.evaluations import jobs, queries
from services.rfp.evaluations.domain import Conflict, published
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared import audit
from shared.jobs import Context
from shared.kernel import DomainError


@pytest.fixture
def rfp(sessions: Sessions, plan: Plan) -> Rfp:
    return an_opened_rfp(sessions, plan)


class TestCompleting:
    def test_the_last_to_submit_completes_it(self, sessions: Sessions, rfp: Rfp) -> None:
        for who in (FIRST, SECOND):
            score(sessions, who, rfp, GRADES)
            assert not evaluated_at(sessions, rfp) and not events(sessions, "notice_raised")
        score(sessions, THIRD, rfp, {"huayun": "2", "nordwind": "5"})
        assert evaluated_at(sessions, rfp) == NOW
        [notice] = events(sessions, "notice_raised")
        assert notice.subject == str(an_id("buyer")) and b"evaluation_complete" in notice.payload
        done = [action for action, _ in actions(sessions, rfp)]
        assert done.count("scores_submitted") == 3 and done[-1] == "evaluation_completed"

    def test_everybody_then_sees_the_same_ranking(self, sessions: Sessions, rfp: Rfp) -> None:
        """Huayun: 4, 4 and 2 are 10/3 of 5, so 53.33 of 80, and 1.1 ÷ 1.32 of 20 for its price."""
        for who in (FIRST, SECOND):
            score(sessions, who, rfp, GRADES)
        score(sessions, THIRD, rfp, {"huayun": "2", "nordwind": "5"})
        totals = {}
        for who in (FIRST, "buyer"):
            [lot] = [lot for lot in view(sessions, who, rfp).lots if lot.bids]
            assert lot.ranking
            totals[who] = [
                (lot.bid(r.offer.bid_id).organisation, str(published(r.total)))
                for r in lot.ranking.ranked
                if r.total is not None
            ]
        assert totals[FIRST] == totals["buyer"] == [("nordwind", "78.67"), ("huayun", "70.00")]
        [lot] = [lot for lot in view(sessions, "buyer", rfp).lots if lot.bids]
        assert lot.ranking
        discussed = [cell.discuss for cell in lot.ranking.results[1].cells.values() if cell.grades]
        assert discussed == [True] * 4

    def test_the_record_of_the_ranking_is_what_it_was(self, sessions: Sessions, plan: Plan) -> None:
        rfp = an_evaluated_rfp(sessions, plan)
        with sessions() as session:
            [entry] = [
                each
                for each in audit.history(session, f"rfp:{rfp.id}")
                if each.action == "evaluation_completed"
            ]
        [first, second] = entry.detail["lots"][str(rfp.lots[0].id)]
        assert (first["rank"], first["total"]) == (1, "80.67")
        assert (second["rank"], second["total"]) == (2, "68.00")
        assert entry.detail["lots"][str(rfp.lots[1].id)] == []

    def test_two_last_evaluators_at_once_complete_it_once(self, committed: Sessions) -> None:
        rfp = an_opened_rfp(committed, stored(committed, a_plan()))
        score(committed, FIRST, rfp, GRADES)
        bids = bids_by_vendor(committed, rfp)
        for who in (SECOND, THIRD):
            declare(committed, who, rfp)
            save(committed, who, rfp, sheet(bids, rfp, GRADES))
        faults: list[DomainError] = []

        def finish(who: str) -> None:
            try:
                submit(committed, staff(who), rfp)
            except DomainError as fault:
                faults.append(fault)

        both = [threading.Thread(target=finish, args=[who]) for who in (SECOND, THIRD)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(20)
        assert faults == [] and evaluated_at(committed, rfp)
        done = [action for action, _ in actions(committed, rfp)]
        assert done.count("evaluation_completed") == 1
        assert len(events(committed, "notice_raised")) == 1


class TestReminding:
    def test_those_who_are_late_are_asked_once(
        self, sessions: Sessions, plan: Plan, settings: Any
    ) -> None:
        slow = an_opened_rfp(sessions, plan, opened_at=NOW - timedelta(days=3))
        an_opened_rfp(sessions, plan)  # open for an hour
        score(sessions, FIRST, slow, GRADES)
        declare(sessions, SECOND, slow, Conflict.ACTUAL, "A relative works there.")
        for _ in range(2):
            jobs.remind_evaluators(Context(sessions, settings))
        [notice] = events(sessions, "notice_raised")
        assert notice.subject == str(an_id(THIRD)) and b"scores_due" in notice.payload


class TestListing:
    def test_evaluators_see_their_own_and_overseers_all(
        self, sessions: Sessions, plan: Plan, rfp: Rfp
    ) -> None:
        stored(sessions, an_rfp(plan))  # open: no evaluation yet
        with sessions() as session:
            for who, count in ((FIRST, 1), ("buyer", 1), ("evaluator4", 0)):
                found = session.execute(queries.evaluations(staff(who))).all()
                assert len(found) == count, who
            score_me = queries.evaluations_of(session, staff(FIRST))
            assert [(row.id, declared) for row, declared in score_me] == [(rfp.id, False)]
            [watched] = queries.evaluations_to_watch(session, staff("buyer"))
        assert (watched.bids, watched.scorers, watched.submitted, watched.lots) == (2, 3, 0, 2)

    def test_work_moves_on_to_the_buyer(self, sessions: Sessions, plan: Plan) -> None:
        rfp = an_evaluated_rfp(sessions, plan)
        with sessions() as session:
            assert queries.evaluations_of(session, staff(FIRST)) == []
            [row] = queries.evaluations_to_award(session, staff("buyer"))
        assert (row.id, row.submitted) == (rfp.id, 3)
