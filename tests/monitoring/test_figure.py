"""The figure that *My work* shows of service levels."""

import pytest
from support.actors import staff

from services.monitoring import figures
from services.monitoring.slas import queries
from services.monitoring.slas.domain import Outcome


def test_a_month_without_data_is_neither_met_nor_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {Outcome.NO_DATA: 1, Outcome.MET: 1, Outcome.BREACHED: 1}
    monkeypatch.setattr(queries, "latest_outcomes", lambda *_: counts)
    monkeypatch.setattr(figures, "_", lambda text, **said: text % said)
    [told] = figures.figures(None, staff("finance"))  # type: ignore[arg-type]
    assert (told["value"], told["tone"]) == ("1 of 2", "warn") and "no data for 1" in told[
        "compare"
    ]
    monkeypatch.setattr(queries, "latest_outcomes", lambda *_: {Outcome.NO_DATA: 2})
    [told] = figures.figures(None, staff("finance"))  # type: ignore[arg-type]
    assert told["value"] == "–" and "no data for 2" in told["compare"]
