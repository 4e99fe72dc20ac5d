"""How figures came about, as sums that anybody can repeat. Numbers and signs, no words."""

from decimal import ROUND_HALF_UP, Decimal

from services.rfp.evaluations.domain.scoring import FULL_GRADE, Cell, Result, published
from services.rfp.tenders.domain import PriceFormula

PLACES = range(2, 10)  # of decimals, as few as make the terms add up to what is shown


def plain(figure: Decimal) -> str:
    """Without zeros at the end: 4, 4.5, 1200.75."""
    return f"{figure.normalize():f}"


def grouped(figure: Decimal) -> str:
    """An amount, with thousands apart: 1,200.75."""
    return f"{figure.normalize():,f}"


def mean_of(cell: Cell) -> str:
    """(4 + 5 + 4) ÷ 3 = 4.33"""
    return f"{mean_sum(cell)} = {published(cell.mean)}"


def points_of(cell: Cell, price: Decimal, lowest: Decimal, formula: PriceFormula) -> str:
    """The sum behind the points of any cell; prices count for the price criterion only."""
    if cell.criterion.is_price:
        return price_points_of(cell, price, lowest, formula)
    return graded_points_of(cell)


def graded_points_of(cell: Cell) -> str:
    """(4 + 5 + 4) ÷ 3 ÷ 5 × 20 = 17.33"""
    weight = plain(cell.criterion.weight)
    return f"{mean_sum(cell)} ÷ {FULL_GRADE} × {weight} = {published(cell.points)}"


def mean_sum(cell: Cell) -> str:
    return f"({' + '.join(plain(grade) for grade in cell.grades)}) ÷ {len(cell.grades)}"


def price_points_of(cell: Cell, price: Decimal, lowest: Decimal, formula: PriceFormula) -> str:
    """100 ÷ 120 × 20 = 16.67, or max(0, 1 − (120 − 100) ÷ 100) × 20 = 16.00"""
    p, least, weight = grouped(price), grouped(lowest), plain(cell.criterion.weight)
    share = {
        PriceFormula.LOWEST_RATIO: f"{least} ÷ {p}",
        PriceFormula.LINEAR_ABOVE_MIN: f"max(0, 1 − ({p} − {least}) ÷ {least})",
    }[formula]
    return f"{share} × {weight} = {published(cell.points)}"


def total_of(result: Result) -> str:
    """17.33 + 20.00 + 16.67 = 54.00, or 12.667 + 15.833 = 28.500 ≈ 28.50 where two places lie."""
    assert result.total is not None
    total = published(result.total)
    for places in PLACES:
        unit = Decimal(1).scaleb(-places)
        terms = [cell.points.quantize(unit, ROUND_HALF_UP) for cell in result.cells.values()]
        added = sum(terms, Decimal(0))
        if published(added) == total:
            break
    said = f"{' + '.join(map(str, terms))} = {added}"
    return said if added == total and places == PLACES[0] else f"{said} ≈ {total}"
