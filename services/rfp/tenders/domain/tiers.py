"""Bands of attained values, and what each credits: half-open [from, to), None is an open end."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from services.rfp.tenders.domain import errors
from services.rfp.tenders.domain.choices import Direction
from shared.kernel import DomainError

Tier = Mapping[str, str | None]  # {"from", "to", "percent"}
ON_TARGET = {
    Direction.HIGHER: errors.CreditOnTarget,
    Direction.LOWER: errors.CreditOnTargetAbove,
}


def completed(tiers: Sequence[Tier], direction: Direction, target: Decimal) -> list[Tier]:
    """With the band that meets the target and credits nothing, where it was left out."""
    whole = list(tiers)
    if not whole:
        return whole
    top, bottom = whole[-1]["to"], whole[0]["from"]
    if direction is Direction.HIGHER and top is not None and Decimal(top) <= target:
        return [*whole, {"from": top, "to": None, "percent": "0"}]
    if direction is Direction.LOWER and bottom is not None and Decimal(bottom) > target:
        return [{"from": None, "to": bottom, "percent": "0"}, *whole]
    return whole


def tier_faults(
    title: str, tiers: Sequence[Tier], direction: Direction, target: Decimal
) -> Iterator[DomainError]:
    """All that is wrong with the bands of one service level."""
    top = tiers[-1]["to"] if tiers else None
    if top is not None:
        yield errors.TiersUnfinished(title=title, top=top)
    if not cover_all(tiers if top is None else [*tiers, {"from": top, "to": None}]):
        yield errors.TiersBroken(title=title)
    for tier in tiers:
        if Decimal(tier["percent"] or 0) > 0 and meets(tier, direction, target):
            said = {"title": title, "percent": tier["percent"], "target": f"{target:f}"}
            yield ON_TARGET[direction](**said)


def meets(tier: Tier, direction: Direction, target: Decimal) -> bool:
    """Whether some value of the band is on target."""
    if direction is Direction.HIGHER:
        return tier["to"] is None or Decimal(tier["to"]) > target
    return tier["from"] is None or Decimal(tier["from"]) <= target


def cover_all(tiers: Sequence[Tier]) -> bool:
    """Bands that cover every value exactly once, in rising order."""
    if not tiers or tiers[0]["from"] is not None or tiers[-1]["to"] is not None:
        return False
    edges = [tier["to"] for tier in tiers[:-1]]
    starts = [tier["from"] for tier in tiers[1:]]
    if None in edges or None in starts:
        return False
    ends = [Decimal(str(edge)) for edge in edges]
    rising = all(low < high for low, high in pairwise(ends))
    return rising and ends == [Decimal(str(start)) for start in starts]
