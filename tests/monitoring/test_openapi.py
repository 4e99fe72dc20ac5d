"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.database import Sessions
from support.fuzz import Fuzz
from support.metrics import CSV

# The window of these tests is not due to be closed by hand.
NEVER = ["POST /api/v1/metrics/{metric_id}/windows/{window_id}/closing"]


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
@pytest.mark.usefixtures("november")
def test_nothing_breaks(client: FlaskClient, sessions: Sessions, ids: dict[str, list[Any]]) -> None:
    taken = {
        **{"metric_id": str(ids["metric_id"][0]), "source": "fuzz", "external_id": "1"},
        **{"taken_at": "2026-10-06T10:00:00+08:00", "value": "1"},
    }
    bodies = {
        "POST /api/v1/measurements": {"measurements": [taken]},
        "POST /api/v1/metrics/{metric_id}/measurements/csv": CSV.decode(),
        "POST /api/v1/metrics/{metric_id}/grants": {
            "organisation_id": str(ids["organisation_id"][0])
        },
        "POST /api/v1/metrics/{metric_id}/windows/{window_id}/closing": {"reason": "All is in."},
    }
    fuzz = Fuzz(client.application, ids, bodies, undo=sessions.kw["bind"])
    fuzz.run("contract_manager", "finance", "auditor", "huayun", "nordwind", "callgrid")
    assert not fuzz.findings, fuzz.report()
    assert fuzz.without_success() == NEVER
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 422}, fuzz.statuses
