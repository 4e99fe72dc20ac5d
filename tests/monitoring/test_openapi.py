"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.fuzz import Fuzz
from support.metrics import CALLGRID

from services.monitoring.metrics.domain import Metric


@pytest.mark.fuzz
def test_nothing_breaks(app: Flask, client: FlaskClient, metric: Metric, evaluated: str) -> None:
    ids = {
        "metric_id": [metric.id],
        "window_id": [evaluated],
        "organisation_id": [CALLGRID.organisation_id],
    }
    fuzz = Fuzz(app, "monitoring", ids)
    fuzz.run("contract_manager", "finance", "auditor", "huayun", "nordwind", "callgrid")
    assert not fuzz.findings, fuzz.report()
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 422}, fuzz.statuses
