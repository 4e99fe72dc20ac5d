import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.stack import RunningStack, started
from support.story import Cast, cast

from faults import table
from faults.ground import Ground
from shared.messaging.schemas import ROOT


@pytest.fixture(scope="package")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A stack of its own: others must not meet what is done to this one.

    TANDEM_STACK names another, which was started with the failpoints that FAILPOINTS names.
    """
    if (named := os.environ.get("TANDEM_STACK")) and (folder := os.environ.get("FAILPOINTS")):
        yield Ground(RunningStack(Path(named)), Path(folder))
        return
    points = tmp_path_factory.mktemp("failpoints")
    settings = Ground(RunningStack(Path("none")), points).failpoints
    with started(**settings) as made:
        yield Ground(made, points)


@pytest.fixture(scope="package")
def who(ground: Ground) -> Iterator[Cast]:
    with closing(cast(ground.stack.described())) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, and for the docs in build/faults.json."""
    if table.ROWS:
        terminalreporter.write_line(table.as_text())
        table.write(ROOT / "build")
