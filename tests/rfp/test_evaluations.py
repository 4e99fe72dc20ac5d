"""Use cases of evaluation: who may, when, what is recorded, what follows."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from support.actors import an_id, staff
from support.database import Sessions, events, rows
from support.opened import (
    PRICES,
    add_bid,
    an_evaluated_rfp,
    an_opened_rfp,
    bids_by_vendor,
    declare,
    score,
    sheet,
    submit,
)
from support.rfps import EVALUATORS, NOW, a_plan, an_rfp, stored

from services.rfp.evaluations import jobs, queries, usecases
from services.rfp.evaluations.domain import (
    Conflict,
    ConflictUnexplained,
    DeclarationMissing,
    DeclarationStands,
    EvaluationComplete,
    Excluded,
    GradesMissing,
    LastEvaluator,
    NotAnEvaluator,
    NotOpened,
    Score,
    ScoresSubmitted,
    ScoreUnknown,
    published,
)
from services.rfp.evaluations.persistence import evaluators, scores
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps
from shared import audit
from shared.jobs import Context
from shared.kernel import DomainError, NotFound

FIRST, SECOND, THIRD = EVALUATORS
GRADES = {"huayun": "4", "nordwind": "3"}


@pytest.fixture
def rfp(sessions: Sessions, plan: Plan) -> Rfp:
    return an_opened_rfp(sessions, plan)


def save(sessions: Sessions, who: str, rfp: Rfp, given: list[Score]) -> None:
    with sessions.begin() as session:
        usecases.save_scores(session, staff(who), rfp_id=rfp.id, given=given, now=NOW)


def evaluated_at(sessions: Sessions, rfp: Rfp) -> Any:
    [row] = rows(sessions, rfps, id=rfp.id)
    return row.evaluated_at


def actions(sessions: Sessions, rfp: Rfp) -> list[tuple[str, str]]:
    with sessions() as session:
        entries = audit.history(session, f"rfp:{rfp.id}")
    return [(entry.action, entry.actor) for entry in reversed(entries)]


def view(sessions: Sessions, who: str, rfp: Rfp) -> queries.EvaluationView:
    with sessions() as session:
        return queries.show_evaluation(session, staff(who), rfp.id)


class TestDeclaring:
    def test_is_recorded_and_opens_the_sheet(self, sessions: Sessions, rfp: Rfp) -> None:
        declare(sessions, FIRST, rfp, Conflict.POTENTIAL, "I worked for Huayun in 2019.")
        [row] = rows(sessions, evaluators)
        assert (row.conflict, row.person_id) == (Conflict.POTENTIAL, an_id(FIRST))
        assert actions(sessions, rfp) == [("interests_declared", staff(FIRST).subject)]
        assert view(sessions, FIRST, rfp).part is queries.Part.SCORE

    def test_comes_before_any_bid_is_seen(self, sessions: Sessions, rfp: Rfp) -> None:
        seen = view(sessions, FIRST, rfp)
        assert seen.part is queries.Part.DECLARE
        [bidders] = [lot.bids for lot in seen.lots if lot.bids]
        assert {bid.organisation for bid in bidders} == {"huayun", "nordwind"}
        assert not any(b.solution or b.price or b.promises or b.documents for b in bidders)
        with pytest.raises(DeclarationMissing):
            save(sessions, FIRST, rfp, [])
        with pytest.raises(DeclarationMissing):
            submit(sessions, staff(FIRST), rfp)

    @pytest.mark.parametrize("who", ["buyer", "opener1", "evaluator4"])
    def test_is_for_evaluators_of_the_rfp(self, sessions: Sessions, rfp: Rfp, who: str) -> None:
        with pytest.raises(NotAnEvaluator):
            declare(sessions, who, rfp)
        declare(sessions, FIRST, rfp)

    def test_needs_words_for_a_conflict(self, sessions: Sessions, rfp: Rfp) -> None:
        with pytest.raises(ConflictUnexplained):
            declare(sessions, FIRST, rfp, Conflict.ACTUAL)
        declare(sessions, FIRST, rfp, Conflict.ACTUAL, "A relative works there.")

    def test_stands_and_gets_graver_only(self, sessions: Sessions, rfp: Rfp) -> None:
        declare(sessions, FIRST, rfp)
        with pytest.raises(DeclarationStands):
            declare(sessions, FIRST, rfp)
        declare(sessions, FIRST, rfp, Conflict.ACTUAL, "I found a relative in the team.")
        with pytest.raises(DeclarationStands):
            declare(sessions, FIRST, rfp)

    def test_of_an_actual_conflict_excludes(self, sessions: Sessions, rfp: Rfp) -> None:
        declare(sessions, FIRST, rfp, Conflict.ACTUAL, "A relative works there.")
        with pytest.raises(Excluded):
            save(sessions, FIRST, rfp, [])
        seen = view(sessions, FIRST, rfp)
        assert seen.part is queries.Part.EXCLUDED
        assert not any(lot.bids for lot in seen.lots)

    def test_leaves_at_least_one_who_scores(self, sessions: Sessions, rfp: Rfp) -> None:
        for who in (FIRST, SECOND):
            declare(sessions, who, rfp, Conflict.ACTUAL, "A relative works there.")
        with pytest.raises(LastEvaluator):
            declare(sessions, THIRD, rfp, Conflict.ACTUAL, "A relative works there.")
        score(sessions, THIRD, rfp, GRADES)
        assert evaluated_at(sessions, rfp)

    def test_of_the_last_one_missing_completes_the_evaluation_without_them(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        """Scores given before the conflict was found do not count."""
        score(sessions, FIRST, rfp, GRADES)
        score(sessions, SECOND, rfp, {"huayun": "0", "nordwind": "5"})
        declare(sessions, SECOND, rfp, Conflict.ACTUAL, "I found a relative in the team.")
        assert not evaluated_at(sessions, rfp)
        declare(sessions, THIRD, rfp, Conflict.ACTUAL, "So did I.")
        assert evaluated_at(sessions, rfp)
        [ranking] = [lot.ranking for lot in view(sessions, "buyer", rfp).lots if lot.bids]
        assert ranking
        assert [len(c.grades) for c in ranking.results[0].cells.values() if c.grades] == [1] * 4


class TestScoring:
    def test_a_draft_keeps_blanks_and_what_is_not_named_is_blank(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        declare(sessions, FIRST, rfp)
        bids = bids_by_vendor(sessions, rfp)
        save(sessions, FIRST, rfp, sheet(bids, rfp, {"huayun": None, "nordwind": "0"}))
        grades = {row.grade for row in rows(sessions, scores)}
        assert grades == {None, 0} and len(rows(sessions, scores)) == 8
        save(sessions, FIRST, rfp, sheet(bids, rfp, GRADES)[:1])
        assert len(rows(sessions, scores)) == 1

    def test_a_blank_is_not_a_zero(self, sessions: Sessions, rfp: Rfp) -> None:
        declare(sessions, FIRST, rfp)
        bids = bids_by_vendor(sessions, rfp)
        save(sessions, FIRST, rfp, sheet(bids, rfp, {"huayun": "4", "nordwind": None}))
        with pytest.raises(GradesMissing) as refusal:
            submit(sessions, staff(FIRST), rfp)
        assert refusal.value.params == {"count": 4}
        save(sessions, FIRST, rfp, sheet(bids, rfp, {"huayun": "4", "nordwind": "0"}))
        submit(sessions, staff(FIRST), rfp)

    def test_only_what_is_to_be_scored(self, sessions: Sessions, plan: Plan, rfp: Rfp) -> None:
        declare(sessions, FIRST, rfp)
        bids = bids_by_vendor(sessions, rfp)
        other = an_opened_rfp(sessions, plan)
        [price] = [criterion for criterion in rfp.criteria if criterion.is_price]
        good = sheet(bids, rfp, GRADES)
        foreign = sheet(bids_by_vendor(sessions, other), other, GRADES)
        for wrong in (
            [Score(bids["huayun"], price.id, None, "")],
            [*good, good[0]],
            [*good, foreign[0]],
        ):
            with pytest.raises(ScoreUnknown):
                save(sessions, FIRST, rfp, wrong)
        save(sessions, FIRST, rfp, good)

    def test_submitting_locks(self, sessions: Sessions, rfp: Rfp) -> None:
        score(sessions, FIRST, rfp, GRADES)
        with pytest.raises(ScoresSubmitted):
            submit(sessions, staff(FIRST), rfp)
        with pytest.raises(ScoresSubmitted):
            save(sessions, FIRST, rfp, [])
        assert len(rows(sessions, scores)) == 8

    def test_nobody_sees_the_scores_of_others_before_all_have_submitted(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        score(sessions, FIRST, rfp, GRADES)
        declare(sessions, SECOND, rfp)
        seen = {who: view(sessions, who, rfp) for who in (FIRST, SECOND, THIRD, "buyer")}
        assert list(seen[FIRST].sheets) == [an_id(FIRST)]
        assert seen[SECOND].sheets == {an_id(SECOND): []}
        assert seen[THIRD].sheets == seen["buyer"].sheets == {}
        for each in seen.values():
            assert all(lot.ranking is None for lot in each.lots)
            assert all(bid.price is None and not bid.lines for lot in each.lots for bid in lot.bids)
        buyer_sees = [bid for lot in seen["buyer"].lots for bid in lot.bids]
        assert not any(bid.solution for bid in buyer_sees)

    def test_a_bid_on_each_lot_is_scored_in_its_lot(self, sessions: Sessions, plan: Plan) -> None:
        rfp = an_opened_rfp(sessions, plan)
        add_bid(sessions, rfp, rfp.lots[1].id, "huayun", PRICES["huayun"], NOW)
        declare(sessions, FIRST, rfp)
        save(sessions, FIRST, rfp, sheet(bids_by_vendor(sessions, rfp), rfp, GRADES))
        with pytest.raises(GradesMissing):
            submit(sessions, staff(FIRST), rfp)
        seen = view(sessions, FIRST, rfp)
        assert [len(lot.bids) for lot in seen.lots] == [2, 1] and len(seen.cells) == 12


class TestTiming:
    @pytest.mark.parametrize(
        "how",
        [
            lambda sessions, rfp: declare(sessions, FIRST, rfp),
            lambda sessions, rfp: save(sessions, FIRST, rfp, []),
            lambda sessions, rfp: submit(sessions, staff(FIRST), rfp),
        ],
        ids=["declare", "save", "submit"],
    )
    def test_not_before_the_opening_and_not_after_the_end(
        self, sessions: Sessions, plan: Plan, how: Any
    ) -> None:
        open_for_bids: Rfp = stored(sessions, an_rfp(plan))
        closed: Rfp = stored(sessions, an_rfp(plan, deadline_at=NOW - timedelta(hours=1)))
        done = an_evaluated_rfp(sessions, plan)
        draft: Rfp = stored(sessions, an_rfp(plan, draft=True))
        expected: list[tuple[Rfp, type[Exception]]] = [
            (open_for_bids, NotOpened),
            (closed, NotOpened),
            (done, EvaluationComplete),
            (draft, NotFound),
        ]
        for rfp, refusal in expected:
            with pytest.raises(refusal):
                how(sessions, rfp)

    def test_before_the_opening_there_is_no_evaluation(
        self, sessions: Sessions, plan: Plan
    ) -> None:
        closed: Rfp = stored(sessions, an_rfp(plan, deadline_at=NOW - timedelta(hours=1)))
        with pytest.raises(NotFound):
            view(sessions, "buyer", closed)


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
