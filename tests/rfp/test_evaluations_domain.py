"""The vectors of the domain rules, section 1: each is a test."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from support.actors import an_id

from services.rfp.evaluations.domain import (
    Conflict,
    ConflictUnexplained,
    DeclarationMissing,
    DeclarationStands,
    Evaluator,
    Excluded,
    LastEvaluator,
    NotAnEvaluator,
    Offer,
    Panel,
    Ranking,
    ScoresSubmitted,
    published,
    rank_bids,
)
from services.rfp.evaluations.domain.working import (
    mean_of,
    points_of,
    price_points_of,
    total_of,
)
from services.rfp.tenders.domain import Criterion, PriceFormula, default_criteria
from shared.kernel import DomainError

AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
D = Decimal
RATIO, LINEAR = PriceFormula.LOWEST_RATIO, PriceFormula.LINEAR_ABOVE_MIN
TECHNICAL = Criterion(1, "technical", "Technical", D(70))
PRICE = Criterion(2, "price", "Price", D(30), is_price=True)


def offer(name: str, price: str, *grades: str, minutes: int = 0, by: Any = TECHNICAL) -> Offer:
    received_at = AT + timedelta(minutes=minutes)
    return Offer(an_id(name), D(price), received_at, {by.id: [D(each) for each in grades]})


def criteria(technical: str, price: str, **changes: Any) -> list[Criterion]:
    """The two criteria with other weights, and with a threshold if one is given."""
    first = Criterion(1, "technical", "Technical", D(technical), id=TECHNICAL.id, **changes)
    return [first, Criterion(2, "price", "Price", D(price), is_price=True, id=PRICE.id)]


def totals(ranking: Ranking) -> dict[UUID, Decimal]:
    return {r.offer.bid_id: published(r.total) for r in ranking.results if r.total is not None}


def order(ranking: Ranking) -> list[UUID]:
    return [result.offer.bid_id for result in ranking.ranked]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (RATIO, ["100.00", "83.33", "66.67"]),
        (LINEAR, ["100.00", "80.00", "50.00"]),
    ],
)
def test_vector_price_formulas(formula: PriceFormula, expected: list[str]) -> None:
    only_price = [Criterion(1, "price", "Price", D(100), is_price=True)]
    offers = [Offer(an_id(p), D(p), AT, {}) for p in ("100", "120", "150")]
    ranking = rank_bids(offers, only_price, formula)
    assert list(totals(ranking).values()) == [D(each) for each in expected]


@pytest.mark.parametrize(("price", "points"), [("200", "0.00"), ("350", "0.00"), ("199", "1.00")])
def test_the_linear_formula_ends_at_twice_the_lowest_price(price: str, points: str) -> None:
    only_price = [Criterion(1, "price", "Price", D(100), is_price=True)]
    offers = [Offer(an_id(p), D(p), AT, {}) for p in ("100", price)]
    ranking = rank_bids(offers, only_price, LINEAR)
    assert totals(ranking)[an_id(price)] == D(points)


A, B, C = offer("A", "150", "4.5"), offer("B", "120", "4.1"), offer("C", "100", "3.75")


def test_vector_quality_and_price() -> None:
    """QCBS 70/30: technical 90, 82 and 75 of 100 are grades 4.5, 4.1 and 3.75 of 5."""
    ranking = rank_bids([C, B, A], criteria("70", "30"), RATIO)
    expected = {an_id("A"): D("83.00"), an_id("C"): D("82.50"), an_id("B"): D("82.40")}
    assert totals(ranking) == expected and order(ranking) == list(expected)


def test_vector_rank_reversal_when_the_lowest_bid_is_not_admissible() -> None:
    """Without C the lowest price is 120: A 87.00, B 87.40. Admissibility comes before prices."""
    with_threshold = criteria("70", "30", minimum=D("3.8"))
    ranking = rank_bids([A, B, C], with_threshold, RATIO)
    assert totals(ranking) == {an_id("B"): D("87.40"), an_id("A"): D("87.00")}
    assert ranking.lowest == 120
    out = ranking.results[-1]
    assert (out.offer, out.rank, out.total) == (C, None, None)
    assert [criterion.key for criterion in out.failed] == ["technical"]


def test_a_loser_whose_absence_would_change_the_winner_is_pointed_out() -> None:
    ranking = rank_bids([A, B, C], criteria("70", "30"), RATIO)
    assert list(ranking.decisive) == [an_id("C")]


def test_a_single_bid_gets_all_price_points_and_is_marked() -> None:
    ranking = rank_bids([A], criteria("70", "30"), LINEAR)
    assert totals(ranking) == {an_id("A"): D("93.00")} and ranking.is_single


def test_nobody_is_ranked_where_all_fail_or_nobody_bids() -> None:
    strict = criteria("70", "30", minimum=D(5))
    ranking = rank_bids([A, B], strict, RATIO)
    assert ranking.ranked == [] and ranking.lowest is None and len(ranking.results) == 2
    assert rank_bids([], strict, RATIO).results == []


def test_a_threshold_is_met_by_its_exact_value() -> None:
    exact, below = (
        offer("exact", "100", "3.5", "4", "3.9"),
        offer("below", "100", "3.5", "4", "3.8"),
    )
    ranking = rank_bids([exact, below], criteria("70", "30", minimum=D("3.8")), RATIO)
    assert order(ranking) == [an_id("exact")]


class TestTies:
    def test_the_higher_weighted_criterion_decides_first(self) -> None:
        """Both have 80 points, but one has more of them from the criterion of weight 60."""
        equal = criteria("60", "40")
        good = offer("good", "125", "4")  # 48 + 32
        cheap = Offer(an_id("cheap"), D(100), AT, {TECHNICAL.id: [D(10) / D(3)]})  # 40 + 40
        ranking = rank_bids([cheap, good], equal, RATIO)
        assert set(totals(ranking).values()) == {D("80.00")}
        assert order(ranking) == [an_id("good"), an_id("cheap")]

    def test_then_the_lower_price(self) -> None:
        """Beyond twice the lowest price the linear formula gives both nothing."""
        lowest = offer("lowest", "100", "0")
        dear, dearer = offer("dear", "210", "4"), offer("dearer", "220", "4")
        ranking = rank_bids([dearer, dear, lowest], criteria("70", "30"), LINEAR)
        assert order(ranking)[:2] == [an_id("dear"), an_id("dearer")]

    def test_then_the_earlier_submission(self) -> None:
        late, early = offer("late", "100", "4", minutes=1), offer("early", "100", "4")
        ranking = rank_bids([late, early], criteria("70", "30"), RATIO)
        assert order(ranking) == [an_id("early"), an_id("late")]

    def test_divisions_that_do_not_come_out_even_make_no_difference(self) -> None:
        """Means of thirds, once split and once not: the totals are equal, the price decides."""
        one, two = (Criterion(n, str(n), str(n), D(35)) for n in (1, 2))
        three = [one, two, Criterion(3, "price", "Price", D(30), is_price=True)]
        split = {one.id: [D(4), D(4), D(5)], two.id: [D(4), D(5), D(4)]}
        later = Offer(an_id("later"), D(90), AT + timedelta(minutes=1), split)
        same = Offer(an_id("same"), D(90), AT, {one.id: split[two.id], two.id: split[one.id]})
        ranking = rank_bids([later, same], three, RATIO)
        assert order(ranking) == [an_id("same"), an_id("later")]


def test_grades_far_apart_are_to_be_discussed() -> None:
    near, far = offer("near", "100", "3", "4.9"), offer("far", "100", "3", "4", "5")
    ranking = rank_bids([near, far], criteria("70", "30"), RATIO)
    cells = {r.offer.bid_id: r.cells for r in ranking.results}
    assert cells[an_id("far")][TECHNICAL.id].discuss
    assert not cells[an_id("near")][TECHNICAL.id].discuss
    assert not cells[an_id("far")][PRICE.id].discuss


def test_every_figure_has_its_working() -> None:
    five = default_criteria()
    grades = {each.id: [D(4), D(5), D("4.5")] for each in five if not each.is_price}
    first = Offer(an_id("first"), D("120000.00"), AT, grades)
    second = Offer(an_id("second"), D("100000.50"), AT, grades)
    ranking = rank_bids([first, second], five, RATIO)
    [result] = [r for r in ranking.results if r.offer is first]
    technical, _, price, _, _ = (result.cells[each.id] for each in five)
    assert ranking.lowest
    assert mean_of(technical) == "(4 + 5 + 4.5) ÷ 3 = 4.50"
    assert points_of(technical, D(0), D(0), RATIO) == "(4 + 5 + 4.5) ÷ 3 ÷ 5 × 20 = 18.00"
    terms = (price, D("120000.00"), ranking.lowest)
    assert points_of(*terms, RATIO) == price_points_of(*terms, RATIO)
    assert price_points_of(*terms, RATIO) == "100,000.5 ÷ 120,000 × 20 = 16.67"
    assert price_points_of(*terms, LINEAR).startswith(
        "max(0, 1 − (120,000 − 100,000.5) ÷ 100,000.5) × 20 = "
    )
    assert total_of(result).endswith("= 88.67")
    assert result.total is not None and published(result.total) == D("88.67")


@pytest.mark.parametrize(
    ("grades", "prices", "said"),
    [
        (
            ("4", "5", "4.5"),
            ("120000", "100000.50"),
            "18.00 + 22.50 + 13.50 + 18.00 + 16.67 = 88.67",
        ),
        (
            ("4", "3", "3"),
            ("118100", "100000"),
            "13.333 + 16.667 + 10.000 + 13.333 + 16.935 = 70.268 ≈ 70.27",
        ),
    ],
)
def test_the_terms_of_a_total_add_up_to_it(
    grades: tuple[str, ...], prices: tuple[str, str], said: str
) -> None:
    """Each rounded to two places they may not: then they are shown with more."""
    five = default_criteria()
    given = {each.id: [D(grade) for grade in grades] for each in five if not each.is_price}
    offers = [Offer(an_id(price), D(price), AT, given) for price in prices]
    shown = total_of(rank_bids(offers, five, RATIO).of(an_id(prices[0])))
    terms, _, total = shown.partition(" = ")
    assert sum(map(D, terms.split(" + "))) == D(total.partition(" ≈ ")[0])
    assert shown == said


@pytest.mark.parametrize(("exact", "shown"), [("1.005", "1.01"), ("1.0049", "1.00"), ("2", "2.00")])
def test_published_figures_are_rounded_half_up(exact: str, shown: str) -> None:
    assert published(D(exact)) == D(shown)


LIN, GAO, HAN = an_id("lin"), an_id("gao"), an_id("han")


def declared(person_id: UUID, conflict: Conflict = Conflict.NONE, done: bool = False) -> Evaluator:
    return Evaluator(an_id("rfp"), person_id, conflict, "", AT, AT if done else None)


def panel(*evaluators: Evaluator) -> Panel:
    return Panel([LIN, GAO, HAN], {each.person_id: each for each in evaluators})


class TestPanel:
    @pytest.mark.parametrize(
        ("person", "evaluators", "refusal"),
        [
            (an_id("other"), [], NotAnEvaluator),
            (LIN, [], DeclarationMissing),
            (LIN, [declared(LIN, Conflict.ACTUAL)], Excluded),
            (LIN, [declared(LIN, done=True)], ScoresSubmitted),
        ],
    )
    def test_who_cannot_score(
        self, person: UUID, evaluators: list[Evaluator], refusal: type[DomainError]
    ) -> None:
        with pytest.raises(refusal):
            panel(*evaluators).scorer(person)

    @pytest.mark.parametrize("conflict", [Conflict.NONE, Conflict.POTENTIAL])
    def test_who_can_score(self, conflict: Conflict) -> None:
        assert panel(declared(LIN, conflict)).scorer(LIN).person_id == LIN

    def test_a_conflict_is_explained(self) -> None:
        for conflict in (Conflict.POTENTIAL, Conflict.ACTUAL):
            with pytest.raises(ConflictUnexplained):
                panel().require_declarable(LIN, conflict, " ")
        panel().require_declarable(LIN, Conflict.NONE, "")

    def test_somebody_remains_who_can_score(self) -> None:
        others = panel(declared(GAO, Conflict.ACTUAL), declared(HAN, Conflict.ACTUAL))
        with pytest.raises(LastEvaluator):
            others.require_declarable(LIN, Conflict.ACTUAL, "My brother works there.")
        others.require_declarable(LIN, Conflict.POTENTIAL, "I worked there in 2019.")

    def test_the_excluded_are_not_waited_for(self) -> None:
        seen = panel(declared(LIN, Conflict.ACTUAL), declared(GAO, done=True), declared(HAN))
        assert seen.waiting_for() == [HAN] and seen.scoring() == [GAO, HAN]

    def test_a_declaration_only_gets_graver(self) -> None:
        evaluator = declared(LIN)
        evaluator.declare_graver(Conflict.POTENTIAL, "An old colleague.", AT)
        for conflict in (Conflict.NONE, Conflict.POTENTIAL):
            with pytest.raises(DeclarationStands):
                evaluator.declare_graver(conflict, "", AT)
        evaluator.declare_graver(Conflict.ACTUAL, "A relative.", AT)
        assert evaluator.is_excluded and evaluator.text == "A relative."
