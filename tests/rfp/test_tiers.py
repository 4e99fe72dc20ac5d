"""Targets and tiers of a service level: no gap, no overlap, no credit for what meets the target."""

from decimal import Decimal
from typing import Any

import pytest
from support.rfps import an_sla_target

from services.rfp.tenders.domain import (
    Direction,
    Formula,
    Tier,
    errors,
)
from services.rfp.tenders.domain.tiers import completed, cover_all
from shared.kernel import DomainError

SHARE: list[Any] = [
    {"from": None, "to": "0.95", "percent": "5"},
    {"from": "0.95", "to": None, "percent": "0"},
]


def tiers(*bands: tuple[str | None, str | None]) -> list[Tier]:
    return [{"from": low, "to": high, "percent": "1"} for low, high in bands]


@pytest.mark.parametrize(
    ("bands", "covers"),
    [
        ([(None, None)], True),
        ([(None, "90"), ("90", "95"), ("95", None)], True),
        ([(None, "90.0"), ("90", None)], True),
        ([(None, "-1"), ("-1", "2.5"), ("2.5", None)], True),
        ([], False),
        ([("0", None)], False),
        ([(None, "90")], False),
        ([(None, "90"), ("91", None)], False),
        ([(None, "90"), ("89", None)], False),
        ([(None, "90"), ("90", "90"), ("90", None)], False),
        ([(None, "95"), ("95", "90"), ("90", None)], False),
        ([(None, None), (None, None)], False),
        ([(None, "90"), (None, None)], False),
    ],
)
def test_tiers_cover_every_value_exactly_once(
    bands: list[tuple[str | None, str | None]], covers: bool
) -> None:
    assert cover_all(tiers(*bands)) is covers


@pytest.mark.parametrize(
    ("direction", "minimum", "fits"),
    [
        (Direction.HIGHER, "90", True),
        (Direction.HIGHER, "95", True),
        (Direction.HIGHER, "96", False),
        (Direction.LOWER, "96", True),
        (Direction.LOWER, "95", True),
        (Direction.LOWER, "94", False),
    ],
)
def test_a_minimum_asks_for_no_more_than_the_target(
    direction: Direction, minimum: str, fits: bool
) -> None:
    target = an_sla_target(direction=direction, minimum=Decimal(minimum))
    target.tiers = [{"from": None, "to": None, "percent": "0"}]
    assert [type(each) for each in target.faults()] == (
        [] if fits else [errors.MinimumBeyondTarget]
    )


BANDS: Any = [
    # higher is better, at least 95
    (Direction.HIGHER, "95", [(None, "95", "10"), ("95", None, "0")], []),
    (Direction.HIGHER, "95", [(None, "90", "10"), ("90", None, "0")], []),
    (Direction.HIGHER, "95", [(None, "95.1", "10"), ("95.1", None, "0")], [errors.CreditOnTarget]),
    (Direction.HIGHER, "95", [(None, None, "1")], [errors.CreditOnTarget]),
    (Direction.HIGHER, "95", [(None, "95", "5"), ("95", None, "1")], [errors.CreditOnTarget]),
    # lower is better, at most 2: the tier [2, ∞) holds 2 itself
    (Direction.LOWER, "2", [(None, "2", "0"), ("2", None, "10")], [errors.CreditOnTargetAbove]),
    (Direction.LOWER, "2", [(None, "2.01", "0"), ("2.01", None, "10")], []),
    (Direction.LOWER, "2", [(None, "3", "10"), ("3", None, "0")], [errors.CreditOnTargetAbove]),
    (
        Direction.LOWER, "2", [(None, "2", "0"), ("2", "4", "10")],
        [errors.TiersUnfinished, errors.CreditOnTargetAbove],
    ),
    (Direction.HIGHER, "95", [(None, "95", "5"), ("95", "99", "0")], [errors.TiersUnfinished]),
    (
        Direction.HIGHER, "95", [(None, "95", "5"), ("95", "90", "0")],
        [errors.TiersUnfinished, errors.TiersBroken],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("direction", "target", "bands", "faults"), BANDS)
def test_no_tier_credits_what_meets_the_target_and_all_faults_are_named_at_once(
    direction: Direction, target: str, bands: Any, faults: list[type[DomainError]]
) -> None:
    given = [dict(zip(("from", "to", "percent"), band, strict=True)) for band in bands]
    level = an_sla_target(
        formula=Formula.MEAN, direction=direction, target=Decimal(target), minimum=None,
        tiers=given,
    )  # fmt: skip
    assert [type(each) for each in level.faults()] == faults
    assert all(each.params["title"] == level.title for each in level.faults())


@pytest.mark.parametrize(
    ("direction", "target", "bands", "added"),
    [
        (Direction.HIGHER, "95", [(None, "90"), ("90", "95")], ("95", None)),
        (Direction.HIGHER, "95", [(None, "90")], ("90", None)),
        (Direction.HIGHER, "95", [(None, "96")], None),
        (Direction.HIGHER, "95", [(None, "90"), ("90", None)], None),
        (Direction.LOWER, "2", [("2.01", "4"), ("4", None)], (None, "2.01")),
        (Direction.LOWER, "2", [("2", None)], None),
        (Direction.LOWER, "2", [(None, "4")], None),
        (Direction.LOWER, "2", [], None),
    ],
)
def test_the_side_that_meets_the_target_may_be_left_out(
    direction: Direction, target: str, bands: list[tuple[str | None, str | None]], added: Any
) -> None:
    given = tiers(*bands)
    whole = completed(given, direction, Decimal(target))
    new = [(each["from"], each["to"], each["percent"]) for each in whole if each not in given]
    assert new == ([(*added, "0")] if added else [])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"unit": "percent"}, errors.UnitUnknown),
        ({"unit": "percent", "formula": Formula.MEAN}, None),
        ({"unit": "h", "formula": Formula.MEAN, "target": Decimal(400), "minimum": None}, None),
        ({"unit": "share"}, errors.BeyondScale),
        ({"unit": "share", "target": Decimal("0.95"), "minimum": None, "tiers": SHARE}, None),
        ({"unit": "share", "target": Decimal("0.95"), "minimum": None}, errors.BeyondScale),
        ({"target": Decimal("100.01")}, errors.BeyondScale),
        ({"minimum": Decimal("-0.01")}, errors.BeyondScale),
        ({"target": Decimal(100)}, None),
    ],
)
def test_a_share_of_good_cases_lies_on_its_scale(changes: Any, fault: Any) -> None:
    """As 'percent' with a target of 95 every window would be a breach."""
    target = an_sla_target(**changes)
    assert fault in [None, *map(type, target.faults())]
    assert fault or not list(target.faults())


SAID = {"title": an_sla_target().title}
OPEN: Any = [{"from": None, "to": "90", "percent": "5"}, {"from": "90", "to": "99", "percent": ""}]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"unit": "per mille"}, errors.UnitUnknown(**SAID)),
        ({"target": Decimal(101)}, errors.BeyondScale(**SAID, top=Decimal(100))),
        ({"minimum": Decimal(96)}, errors.MinimumBeyondTarget(**SAID)),
        (
            {"tiers": OPEN, "target": Decimal(90), "minimum": None},
            errors.TiersUnfinished(**SAID, top="99"),
        ),
    ],
)
def test_a_fault_of_a_level_says_which_and_how(changes: Any, fault: DomainError) -> None:
    [found] = an_sla_target(**changes).faults()
    assert (type(found), found.params) == (type(fault), fault.params)


def test_a_minimum_may_be_the_target_itself() -> None:
    for direction in Direction:
        bands: Any = [{"from": None, "to": None, "percent": "0"}]
        level = an_sla_target(direction=direction, minimum=Decimal(95), tiers=bands)
        assert list(level.faults()) == []
