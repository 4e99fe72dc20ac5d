"""Take a rule away in a copy of the source, and see the test that guards it fail.

A plant whose text is no longer in the source fails too: it must follow the code.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plants.catalogue import RULES
from plants.house_rules import HOUSE_RULES
from plants.imports import IMPORTS
from plants.planting import Plant, StrayImport
from shared.messaging.schemas import ROOT

pytestmark = pytest.mark.plant
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "build", "mutants", ".tandem*", ".*_cache", "__pycache__"
)
PYTHON = Path(sys.executable)
REASONS = ("E  ", "FAILED ", "AssertionError")  # the last in the log of a request
QUIETLY = ("-q", "-x", "-p", "no:cacheprovider")


@pytest.fixture(scope="session")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("plants") / "tandem"
    shutil.copytree(ROOT, place, ignore=LEFT_OUT)
    (place / "node_modules").symlink_to(ROOT / "node_modules")
    return place


@pytest.fixture
def planted(copy: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    plant: Plant | StrayImport = request.param
    path = copy / plant.file
    before = path.read_text() if path.exists() else None
    path.write_text(plant.apply(before or ""))
    yield copy
    if before is None:
        path.unlink()
    else:
        path.write_text(before)


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.mark.parametrize("planted", [*RULES, *HOUSE_RULES], indirect=True, ids=lambda p: p.name)
def test_the_rule_is_missed(planted: Path, request: pytest.FixtureRequest) -> None:
    plant: Plant = request.node.callspec.params["planted"]
    ran = run(planted, str(PYTHON), "-m", "pytest", *QUIETLY, plant.test)
    assert ran.returncode == 1, f"{plant.test} did not fail:\n{ran.stdout[-3000:]}"
    assert f"FAILED {plant.test}" in ran.stdout, ran.stdout[-3000:]
    said = "\n".join(line for line in ran.stdout.splitlines() if line.startswith(REASONS))
    assert plant.says in said, f"It failed for another reason:\n{ran.stdout[-3000:]}"


@pytest.mark.parametrize("planted", IMPORTS, indirect=True, ids=lambda plant: plant.rule)
def test_the_import_rule_breaks(planted: Path, request: pytest.FixtureRequest) -> None:
    plant: StrayImport = request.node.callspec.params["planted"]
    ran = run(planted, str(PYTHON.with_name("lint-imports")), "--no-cache")
    assert ran.returncode == 1, ran.stdout[-3000:]
    broken = [line for line in ran.stdout.splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(plant.rule) for line in broken), broken
