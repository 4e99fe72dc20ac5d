"""No page offers a link that its reader may not follow."""

import io
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from support import actors
from support.database import Sessions
from support.links import crawl
from support.metrics import MANAGER, measured, take
from support.pages import Browser

from services.contracts.agreements import domain as contracts
from services.monitoring.metrics.domain import READERS, Metric
from services.monitoring.slas.usecases import evaluate_windows


@pytest.fixture
def everybody(client: FlaskClient) -> FlaskClient:
    """Each role by its name, and a vendor."""
    staff = [actors.staff(role) for role in READERS - {"auditor"}]
    known = actors.actors(*staff, actors.auditor(), actors.vendor("huayun"))
    client.application.extensions["actors"] = known
    return client


@pytest.fixture
def filled(
    client: FlaskClient, sessions: Sessions, metric: Metric, clock: Any, now: datetime
) -> Metric:
    """A breach, a file that was taken and one that was refused."""
    clock(now)
    take(sessions, measured(metric.id, [1] * 187 + [0] * 13), now=now)
    with sessions.begin() as session:
        evaluate_windows(session, MANAGER, metric_id=metric.id)
    manager = Browser(client, "contract_manager")
    for content in (b"taken_at,value,external_id\n2026-10-05T10:00:00Z,1,a\n", b"taken_at\n1\n"):
        manager.get(f"/admin/performance/{metric.id}/measurements/new")
        manager.submit("/imports", file=(io.BytesIO(content), "calls.csv"))
    return metric


@pytest.mark.parametrize("role", sorted(READERS))
def test_staff_can_follow_every_link(everybody: FlaskClient, filled: Metric, role: str) -> None:
    reached = crawl(everybody, role, ["/admin/performance"])
    assert sum("/imports/" in path for path in reached) == 2
    assert any("/windows/" in path for path in reached)
    adds = f"/admin/performance/{filled.id}/measurements/new"
    assert (adds in reached) is (role == "contract_manager")


def test_a_vendor_can_follow_every_link(everybody: FlaskClient, filled: Metric) -> None:
    reached = crawl(everybody, "huayun", ["/portal/performance"])
    assert f"/portal/performance/{filled.id}" in reached


def test_who_reads_metrics_reads_their_contracts_too() -> None:
    """Pages of one lead to pages of the other."""
    assert frozenset(contracts.READERS) == READERS
