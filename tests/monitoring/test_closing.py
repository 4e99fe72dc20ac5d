"""A window without data that nobody brings any for is closed, and asks for none for ever."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.database import Sessions, rows
from support.metrics import MANAGER, measured, take
from support.pages import Browser

from services.monitoring.metrics.domain import Metric
from services.monitoring.slas.domain import NotWithoutData, ReasonNeeded
from services.monitoring.slas.persistence import windows
from services.monitoring.slas.usecases import close_window, evaluate_windows
from shared.audit import audit_entries
from shared.kernel import NotFound

WHY = "The telephone system was replaced."


@pytest.fixture
def empty(sessions: Sessions, metric: Metric, clock: Any, now: datetime) -> UUID:
    clock(now)
    return evaluate(sessions, metric)


def evaluate(sessions: Sessions, metric: Metric) -> UUID:
    with sessions.begin() as session:
        [made] = evaluate_windows(session, MANAGER, metric_id=metric.id)
        return made.window_id


def close(sessions: Sessions, metric: Metric, window_id: UUID, reason: str = WHY) -> None:
    with sessions.begin() as session:
        close_window(session, MANAGER, metric_id=metric.id, window_id=window_id, reason=reason)


def work(client: FlaskClient) -> list[Any]:
    answer = client.get("/internal/work", headers=bearer("contract_manager")).json
    assert answer
    return list(answer["items"])


def test_a_window_is_closed_once_with_a_reason(
    sessions: Sessions, metric: Metric, empty: UUID
) -> None:
    with pytest.raises(ReasonNeeded):
        close(sessions, metric, empty, " ")
    close(sessions, metric, empty)
    with pytest.raises(NotWithoutData):
        close(sessions, metric, empty)
    with pytest.raises(NotFound):
        close(sessions, metric, an_id("another"))
    [window] = rows(sessions, windows)
    assert window.closed_at and window.closed_because == WHY
    entries = [row for row in rows(sessions, audit_entries) if row.action == "window_closed"]
    assert [(row.actor, row.detail["reason"]) for row in entries] == [(MANAGER.subject, WHY)]


def test_a_window_with_data_is_not_closed(
    sessions: Sessions, metric: Metric, empty: UUID, now: datetime
) -> None:
    close(sessions, metric, empty)
    take(sessions, measured(metric.id, [1]), now=now)
    assert evaluate(sessions, metric) == empty  # what comes after all counts
    with pytest.raises(NotWithoutData):
        close(sessions, metric, empty)


def test_the_page_closes_it_and_nobody_is_asked_again(
    client: FlaskClient, metric: Metric, empty: UUID
) -> None:
    manager, vendor = Browser(client, "contract_manager"), Browser(client, "huayun")
    [item] = work(client)
    manager.get(item["href"])
    manager.submit("closing", 422, reason="")
    assert "Reason: Give a reason. The vendor reads it." in manager.text
    assert 'id="reason-error"' in manager.text
    manager.submit("closing", reason=WHY)
    assert "Closed without data" in manager.text and WHY in manager.text
    assert "Close without data" not in manager.text and work(client) == []
    page = manager.get(f"/admin/performance/{metric.id}").text
    assert "No measurement came for Oct 2026" not in page
    own = vendor.get(f"/portal/performance/{metric.id}/windows/{empty}").text
    assert WHY in own and "contract_manager" not in own


def test_who_may_not(client: FlaskClient, metric: Metric, empty: UUID) -> None:
    below = f"/{metric.id}/windows/{empty}/closing"
    for who in ("finance", "auditor", "huayun", "callgrid"):
        sent = {"csrf_token": f"csrf-{who}", "reason": WHY}
        page = client.post(f"/admin/performance{below}", data=sent, headers=bearer(who))
        api = client.post(f"/api/v1/metrics{below}", json={"reason": WHY}, headers=bearer(who))
        assert (page.status_code, api.status_code) == (403, 403), who
    allowed = client.post(
        f"/api/v1/metrics{below}", json={"reason": WHY}, headers=bearer("contract_manager")
    )
    assert allowed.status_code == 200 and allowed.json["closed_because"] == WHY  # type: ignore[index]
