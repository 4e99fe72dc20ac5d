import json

import pytest
from support.gate import FIGURES

from shared.messaging.schemas import ROOT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of the gate in one line, and for the docs in build/browser.json."""
    if counts := FIGURES.counts:
        said = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items())
        terminalreporter.write_line(f"browser: {said}")
        (ROOT / "build").mkdir(exist_ok=True)
        (ROOT / "build" / "browser.json").write_text(json.dumps(counts, indent=2) + "\n")
