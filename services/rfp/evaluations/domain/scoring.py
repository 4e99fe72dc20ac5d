"""From grades and prices to a ranking. Every figure is exact; `published` rounds what is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from uuid import UUID

from services.rfp.tenders.domain import Criterion, PriceFormula

FULL_GRADE = Decimal(5)
FULL_SCORE = Decimal(100)
DISCUSS_FROM = Decimal(2)
DIGITS = 50  # of intermediate results
NOISE = Decimal("1e-30")  # two totals closer than this are equal
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Offer:
    """A bid as scoring sees it: its total price and the grades it got, by criterion."""

    bid_id: UUID
    price: Decimal
    received_at: datetime
    grades: Mapping[UUID, Sequence[Decimal]]


@dataclass(frozen=True)
class Cell:
    """How a bid did on one criterion. `normalised` is of 100, `points` of the weight."""

    criterion: Criterion
    normalised: Decimal
    grades: Sequence[Decimal] = ()

    @property
    def points(self) -> Decimal:
        return exact(lambda: self.normalised * self.criterion.weight / FULL_SCORE)

    @property
    def mean(self) -> Decimal:
        return exact(lambda: self.normalised * FULL_GRADE / FULL_SCORE)

    @property
    def discuss(self) -> bool:
        """Whether evaluators are so far apart that they should talk."""
        return bool(self.grades) and max(self.grades) - min(self.grades) >= DISCUSS_FROM

    @property
    def passed(self) -> bool:
        minimum = self.criterion.minimum
        return not self.grades or minimum is None or self.mean >= minimum


@dataclass(frozen=True)
class Result:
    """What came of one bid. Without a rank it is not admissible, and `total` is none."""

    offer: Offer
    cells: Mapping[UUID, Cell]
    total: Decimal | None = None
    rank: int | None = None

    @property
    def failed(self) -> list[Criterion]:
        return [cell.criterion for cell in self.cells.values() if not cell.passed]

    @property
    def is_admissible(self) -> bool:
        """Above every threshold; and a price of nothing cannot be compared."""
        return not self.failed and self.offer.price > 0


@dataclass(frozen=True)
class Ranking:
    """Results of one lot, the best first, those without a rank last."""

    results: Sequence[Result]
    lowest: Decimal | None
    decisive: Sequence[UUID] = ()  # losing bids without which another bid would win

    @property
    def ranked(self) -> list[Result]:
        return [result for result in self.results if result.rank]

    @property
    def is_single(self) -> bool:
        return len(self.ranked) == 1

    def of(self, bid_id: UUID) -> Result:
        return next(result for result in self.results if result.offer.bid_id == bid_id)


def lowest_ratio(price: Decimal, lowest: Decimal) -> Decimal:
    """Lowest price ÷ price, of 100 (低价优先法)."""
    return FULL_SCORE * lowest / price


def linear_above_min(price: Decimal, lowest: Decimal) -> Decimal:
    """100 at the lowest price, evenly down to 0 at twice the lowest price and above."""
    return max(Decimal(0), FULL_SCORE * (1 - (price - lowest) / lowest))


FORMULAS: Mapping[PriceFormula, Callable[[Decimal, Decimal], Decimal]] = {
    PriceFormula.LOWEST_RATIO: lowest_ratio,
    PriceFormula.LINEAR_ABOVE_MIN: linear_above_min,
}


def rank_bids(
    offers: Sequence[Offer], criteria: Sequence[Criterion], formula: PriceFormula
) -> Ranking:
    """Grade, drop what fails a threshold, score prices among the rest, add up and order.

    Source: domain rules 1. Ties: better on the criterion of higher weight, then the lower price,
    then the earlier submission.
    """
    ranking = ranked(offers, criteria, formula)
    losers = [result.offer for result in ranking.ranked[1:]]
    decisive = [
        loser.bid_id
        for loser in losers
        if winner(ranked([o for o in offers if o is not loser], criteria, formula))
        != winner(ranking)
    ]
    return replace(ranking, decisive=decisive)


def ranked(
    offers: Sequence[Offer], criteria: Sequence[Criterion], formula: PriceFormula
) -> Ranking:
    graded = [Result(offer, graded_cells(offer, criteria)) for offer in offers]
    admissible = [result for result in graded if result.is_admissible]
    if not admissible:
        return Ranking(graded, None)
    lowest = min(result.offer.price for result in admissible)
    totalled = [with_price(result, criteria, formula, lowest) for result in admissible]
    ordered = sorted(totalled, key=lambda result: precedence(result, criteria))
    best_first = [replace(result, rank=n) for n, result in enumerate(ordered, start=1)]
    others = [result for result in graded if not result.is_admissible]
    return Ranking([*best_first, *others], lowest)


def graded_cells(offer: Offer, criteria: Sequence[Criterion]) -> Mapping[UUID, Cell]:
    return {
        criterion.id: Cell(
            criterion, of_hundred(offer.grades[criterion.id]), offer.grades[criterion.id]
        )
        for criterion in criteria
        if not criterion.is_price
    }


def of_hundred(grades: Sequence[Decimal]) -> Decimal:
    """The mean of grades of 0 to 5, as a share of 100."""
    return exact(lambda: sum(grades, Decimal(0)) * FULL_SCORE / FULL_GRADE / len(grades))


def with_price(
    result: Result, criteria: Sequence[Criterion], formula: PriceFormula, lowest: Decimal
) -> Result:
    [price] = [criterion for criterion in criteria if criterion.is_price]
    score = exact(lambda: FORMULAS[formula](result.offer.price, lowest))
    cells = {**result.cells, price.id: Cell(price, score)}
    total = exact(lambda: sum((cell.points for cell in cells.values()), Decimal(0)))
    return replace(result, cells=cells, total=total)


def precedence(result: Result, criteria: Sequence[Criterion]) -> tuple[object, ...]:
    """What comes first in this order ranks higher."""
    assert result.total is not None
    by_weight = sorted(criteria, key=lambda each: (-each.weight, each.position))
    points = [-level(result.cells[each.id].points) for each in by_weight]
    offer = result.offer
    return -level(result.total), points, offer.price, offer.received_at, offer.bid_id


def level(figure: Decimal) -> Decimal:
    """Without the noise of divisions that do not come out even."""
    return exact(lambda: figure.quantize(NOISE))


def winner(ranking: Ranking) -> UUID | None:
    return ranking.results[0].offer.bid_id if ranking.ranked else None


def exact(figure: Callable[[], Decimal]) -> Decimal:
    with localcontext(prec=DIGITS):
        return figure()


def published(figure: Decimal) -> Decimal:
    """As it is shown: two places, half up."""
    return figure.quantize(CENT, ROUND_HALF_UP)
