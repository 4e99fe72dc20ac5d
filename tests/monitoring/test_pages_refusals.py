"""What pages keep from auditors of other organisations, and a form that is sent once more."""

import io
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import an_id
from support.database import Sessions, rows
from support.metrics import CSV, MANAGER, measured, take
from support.pages import Browser

from services.monitoring.measurements.persistence import imports
from services.monitoring.metrics.domain import Metric
from services.monitoring.slas.usecases import evaluate_windows

BELOW = ("/{metric}", "/{metric}/grants", "/{metric}/windows/{window}",
         "/{metric}/windows/{window}/measurements.csv")  # fmt: skip


@pytest.fixture
def evaluated(sessions: Sessions, metric: Metric, clock: Any, now: datetime) -> UUID:
    clock(now)
    take(sessions, measured(metric.id, [1, 0]), now=now)
    with sessions.begin() as session:
        [made] = evaluate_windows(session, MANAGER, metric_id=metric.id)
        return made.window_id


def test_another_file_in_a_form_that_was_sent_is_not_taken_for_the_first(
    manager: Browser, sessions: Sessions, metric: Metric
) -> None:
    manager.get(f"/admin/performance/{metric.id}/measurements/new")
    form = manager.page
    corrected = CSV.replace(b",1,", b",0,")
    for content, status in ((CSV, 303), (corrected, 422), (CSV, 303)):
        manager.page = form
        manager.submit("/imports", status, file=(io.BytesIO(content), "calls.csv"), follow=False)
        assert (status == 303) is ("This form was sent before" not in manager.text)
    assert len(rows(sessions, imports)) == 1


def test_an_auditor_from_outside_sees_nothing_that_was_not_named_for_them(
    client: FlaskClient, metric: Metric, evaluated: str
) -> None:
    outsider, own = Browser(client, "outsider"), Browser(client, "auditor")
    for path in BELOW:
        url = "/admin/performance" + path.format(metric=metric.id, window=evaluated)
        outsider.get(url, 404)
        own.get(url)
    assert metric.title not in outsider.get("/admin/performance").text
    assert metric.title in own.get("/admin/performance").text


def test_vendor_pages_are_for_vendors(client: FlaskClient, metric: Metric) -> None:
    for who in ("contract_manager", "callgrid", "auditor"):
        Browser(client, who).get("/portal/performance", 403)
        Browser(client, who).get(f"/portal/performance/{metric.id}", 403)


@pytest.mark.parametrize("path", ["/{id}", "/{id}/grants", "/{id}/measurements/new",
                                  "/imports/{id}", "/{id}/windows/{id}"])  # fmt: skip
def test_what_does_not_exist_is_not_found(manager: Browser, path: str) -> None:
    manager.get("/admin/performance" + path.format(id=an_id("nothing")), 404)
