"""Use cases of evaluation: who may declare and score, when, and what is recorded."""

from datetime import timedelta
from typing import Any

import pytest
from support.actors import an_id, staff
from support.database import Sessions, rows
from support.opened import (
    PRICES,
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
from support.panels import FIRST, GRADES, SECOND, THIRD, actions, evaluated_at, view
from support.rfps import NOW, an_rfp, stored

from services.rfp.evaluations import queries
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
)
from services.rfp.evaluations.persistence import evaluators, scores
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared.kernel import NotFound


@pytest.fixture
def rfp(sessions: Sessions, plan: Plan) -> Rfp:
    return an_opened_rfp(sessions, plan)


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
