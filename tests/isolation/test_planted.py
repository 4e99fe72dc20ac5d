"""A vendor's condition taken out of one WHERE: the matrix finds it, on the data of the stack."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from plants.catalogue import RULES
from plants.planting import Plant
from support.stack import RunningStack

from isolation.cases import CASES
from isolation.run import COUNTS, Matrix, Tally
from isolation.scene import Scene
from isolation.sender import Sender
from shared.messaging.schemas import ROOT

pytestmark = pytest.mark.stack
LEFT_OUT = ignore_patterns(".git", ".venv", "node_modules", ".tandem*", ".*_cache", "__pycache__")
RIVALS = ("nordwind.vendor_admin", "nordwind.vendor_member", "uninvited.vendor_admin")
LEAKS = {
    "a receipt is its bidder's": "rfp",
    "a contract is its vendor's": "contracts",
    "a metric is its vendor's": "monitoring",
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("leaks") / "tandem"
    copytree(ROOT, place, ignore=LEFT_OUT)
    return place


@pytest.fixture(scope="module")
def settings(stack: RunningStack) -> dict[str, str]:
    """What the processes of the stack run with."""
    ran = stack.launcher("run", "-c", "import json, os; print(json.dumps(dict(os.environ)))")
    found: dict[str, str] = json.loads(ran.stdout)
    return found


@contextmanager
def served(copy: Path, name: str, settings: dict[str, str]) -> Iterator[str]:
    """The service as it stands in the copy."""
    environ = os.environ | settings | {"PYTHONPATH": f"{copy}:{copy / 'tests'}"}
    command = [sys.executable, "-m", "isolation.serve", name]
    with subprocess.Popen(command, cwd=copy, env=environ, stdout=subprocess.PIPE, text=True) as ran:
        assert ran.stdout
        try:
            yield f"http://127.0.0.1:{int(ran.stdout.readline())}"
        finally:
            ran.terminate()


def asked_by_rivals(scene: Scene, sender: Sender, service: str, address: str) -> Tally:
    """What only looks, straight at the service."""
    cases = [each for each in CASES if each.service == service and each.is_safe]
    pages = [each for each in cases if not each.is_internal]
    services = {**sender.services, service: address}
    with closing(Sender(sender.edge, services, sender.minter)) as direct:
        return Matrix(scene, direct, direct=True).run(pages, only=RIVALS)


def leaks(tally: Tally) -> list[str]:
    return [str(each) for each in tally.findings if each.kind in ("admitted", "shown")]


def test_the_copy_leaks_nothing(
    scene: Scene, sender: Sender, copy: Path, settings: dict[str, str]
) -> None:
    with served(copy, "contracts", settings) as address:
        assert leaks(asked_by_rivals(scene, sender, "contracts", address)) == []


@pytest.mark.parametrize("name", LEAKS)
def test_a_leak_is_found(
    scene: Scene, sender: Sender, copy: Path, settings: dict[str, str], name: str
) -> None:
    plant: Plant = next(each for each in RULES if each.name == name)
    path = copy / plant.file
    before = path.read_text()
    path.write_text(plant.apply(before))
    try:
        with served(copy, LEAKS[name], settings) as address:
            found = leaks(asked_by_rivals(scene, sender, LEAKS[name], address))
    finally:
        path.write_text(before)
    assert any(each.startswith("admitted: nordwind") for each in found)
    assert any(each.startswith("shown: nordwind") for each in found)
    COUNTS["planted_leaks_found"] = COUNTS.get("planted_leaks_found", 0) + 1
