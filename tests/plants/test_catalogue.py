"""The plants themselves: none is missing, and each still finds its place in the source."""

import ast
import tomllib
from collections.abc import Iterator

import pytest

from plants.catalogue import RULES
from plants.house_rules import HOUSE_RULES
from plants.imports import IMPORTS
from plants.planting import Plant, StrayImport
from shared.messaging.schemas import ROOT

PLANTS: list[Plant | StrayImport] = [*RULES, *HOUSE_RULES, *IMPORTS]


def architecture() -> Iterator[str]:
    for path in (ROOT / "tests/architecture").glob("test_*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"tests/architecture/{path.name}::{node.name}"


def test_each_architecture_test_is_seen_to_fail() -> None:
    assert {plant.test for plant in HOUSE_RULES} == set(architecture())


def test_each_import_rule_is_seen_to_break() -> None:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text())
    rules = [rule["name"] for rule in read["tool"]["importlinter"]["contracts"]]
    unbroken = [name for name in rules if not any(name.startswith(each.rule) for each in IMPORTS)]
    assert unbroken == []


@pytest.mark.parametrize("plant", RULES, ids=lambda plant: plant.name)
def test_a_plant_names_one_test(plant: Plant) -> None:
    assert "::test_" in plant.test


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: getattr(plant, "name", plant.file))
def test_a_plant_finds_its_place(plant: Plant | StrayImport) -> None:
    file = ROOT / plant.file
    source = file.read_text() if file.exists() else ""
    assert plant.apply(source) != source
