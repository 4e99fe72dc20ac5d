"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.database import Sessions
from support.fuzz import Fuzz

BODIES = {
    "POST /api/v1/deliverables/{deliverable_id}/reviews": {"decision": "approve"},
    "POST /api/v1/credits/{credit_id}/decision": {"decision": "approve"},
    "POST /api/v1/contracts/{contract_id}/refusal": {"reason": "We cannot staff it."},
}

# A deliverable waits for its review, so no other is wanted.
NEVER = ["POST /api/v1/milestones/{milestone_id}/deliverables"]


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
def test_nothing_breaks(client: FlaskClient, sessions: Sessions, ids: dict[str, list[Any]]) -> None:
    fuzz = Fuzz(client.application, ids, BODIES, undo=sessions.kw["bind"])
    fuzz.run(
        *("contract_manager", "quality1", "finance1", "auditor", "admin", "rival", "system"),
    )
    assert not fuzz.findings, fuzz.report()
    assert fuzz.without_success() == NEVER
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 422}, fuzz.statuses
