"""What logging brings into a process, and what it leaves outside."""

import subprocess
import sys

import pytest


def imported_by(program: str) -> set[str]:
    """The modules of a fresh interpreter that has run `program`."""
    asked = [sys.executable, "-c", f"import sys\n{program}\nprint(*sys.modules)"]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["gateway.edge", "shared.worker"])
def test_a_process_that_logs_json_does_not_load_rich(module: str) -> None:
    loaded = imported_by(f"import {module}")
    assert "structlog" in loaded
    assert not {name for name in loaded if name.partition(".")[0] == "rich"}


def test_who_wants_rich_finds_it() -> None:
    after = imported_by("import shared.logging\nimport rich.console")
    before = imported_by("import rich.console\nimport shared.logging")
    assert "rich.console" in after & before
