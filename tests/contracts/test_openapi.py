"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.contracts import evaluated, hand_in
from support.database import Sessions, rows
from support.fuzz import Fuzz

from services.contracts.agreements.domain import Contract
from services.contracts.settlement.persistence import credits


@pytest.mark.fuzz
def test_nothing_breaks(
    app: Flask, client: FlaskClient, sessions: Sessions, storage: Any, contract: Contract
) -> None:
    deliverable = hand_in(sessions, storage, contract.milestones[0].id)
    evaluated(sessions, contract)
    ids = {
        "contract_id": [contract.id],
        "milestone_id": [each.id for each in contract.milestones],
        "deliverable_id": [deliverable.id],
        "credit_id": [each.id for each in rows(sessions, credits)],
    }
    fuzz = Fuzz(app, "contracts", ids)
    fuzz.run("contract_manager", "quality1", "finance1", "auditor", "admin", "rival", "system")
    assert not fuzz.findings, fuzz.report()
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 422}, fuzz.statuses
