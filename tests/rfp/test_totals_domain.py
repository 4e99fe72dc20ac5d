"""evaluations/domain: ranks, and totals shown with the places that their terms need."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from support.actors import an_id

from services.rfp.evaluations.domain import Offer, Result, rank_bids
from services.rfp.evaluations.domain.working import total_of
from services.rfp.tenders.domain import Criterion, PriceFormula

D = Decimal
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


def results(weights: tuple[str, ...], *prices: int) -> list[Result]:
    """Bids with half of the points on each criterion but the price, which has the last weight."""
    *graded, last = weights
    criteria = [Criterion(n, f"c{n}", f"C{n}", D(weight)) for n, weight in enumerate(graded)]
    price = Criterion(9, "price", "Price", D(last), is_price=True)
    grades = {each.id: [D("2.5")] for each in criteria}
    offers = [Offer(an_id(str(amount)), D(amount), AT, grades) for amount in prices]
    return list(rank_bids(offers, [*criteria, price], PriceFormula.LOWEST_RATIO).results)


def test_ranks_count_from_one() -> None:
    found = results(("70", "30"), 300, 100, 200)
    assert [(each.rank, each.offer.price) for each in found] == [(1, 100), (2, 200), (3, 300)]


def test_a_price_of_nothing_cannot_be_compared_and_the_least_can() -> None:
    found = results(("70", "30"), 2, 0, 1)
    assert [(each.offer.price, each.rank) for each in found] == [(1, 1), (2, 2), (0, None)]


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        # half a cent is rounded up in the terms as it is in the total
        (("24.69", "75.31"), "12.35 + 75.31 = 87.66"),
        # the third place is there for the terms; what is published has two even so
        (("20.01", "20.01", "59.98"), "10.005 + 10.005 + 59.980 = 79.990 ≈ 79.99"),
    ],
)
def test_the_terms_of_a_total_add_up_with_as_few_places_as_they_can(
    weights: tuple[str, ...], said: str
) -> None:
    [result] = results(weights, 100)
    assert total_of(result) == said
