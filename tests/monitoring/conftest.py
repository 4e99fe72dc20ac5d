from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker
from support.actors import bearer
from support.database import Sessions, know, make_database
from support.metrics import (
    CALLGRID,
    CSV,
    KNOWN,
    MANAGER,
    a_metric,
    allow,
    measured,
    monitoring_actors,
    take,
)
from support.pages import Browser
from support.settings import environment

from services.monitoring.app import create_app
from services.monitoring.config import Settings
from services.monitoring.metadata import metadata
from services.monitoring.metrics.domain import Metric
from services.monitoring.metrics.usecases import learn_metrics
from services.monitoring.slas.usecases import evaluate_windows
from shared.config import service_settings
from shared.kernel import Actor, uuid7


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    made = make_database(server, "monitoring_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def actors() -> dict[str, Actor]:
    """By name, which is their bearer token, too."""
    return monitoring_actors()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return service_settings(Settings, "monitoring", environment(tmp_path))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Made once, because it takes longer than most tests; `client` gives it what is theirs."""
    made: list[Flask] = []
    folder = tmp_path_factory.mktemp("data")
    settings = service_settings(Settings, "monitoring", environment(folder))

    def identify(token: str) -> Actor | None:
        known: dict[str, Actor] = made[0].extensions["actors"]
        return known.get(token)

    made.append(create_app(settings, sessions=sessionmaker(), identify=identify))
    return made[0]


@pytest.fixture
def client(
    app: Flask, settings: Settings, sessions: Sessions, actors: dict[str, Actor]
) -> FlaskClient:
    know(sessions, *KNOWN)
    app.extensions |= {"settings": settings, "sessions": sessions, "actors": actors}
    return app.test_client()


@pytest.fixture
def metric(sessions: Sessions) -> Metric:
    """Of huayun's contract, which runs from October 2026 in Shanghai; callgrid may not write."""
    return stored(sessions, a_metric())


def stored(sessions: Sessions, metric: Metric) -> Metric:
    with sessions.begin() as session:
        learn_metrics(session, [metric])
    return metric


@pytest.fixture
def november(clock: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and APIs ask the process, evaluation the database: all live on 22 November."""
    clock(now)
    for module in (
        "internal", "slas.pages", "measurements.api", "measurements.staff_pages", "metrics.api",
        "metrics.staff_pages",
    ):  # fmt: skip
        monkeypatch.setattr(f"services.monitoring.{module}.now", lambda: now)


@pytest.fixture
def evaluated(client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime) -> str:
    """October: 93.5 % of 200 calls, a breach. Answers the id of the window."""
    take(sessions, measured(metric.id, [1] * 187 + [0] * 13), now=now)
    with sessions.begin() as session:
        [made] = evaluate_windows(session, MANAGER, metric_id=metric.id)
    return str(made.window_id)


@pytest.fixture
def manager(client: FlaskClient) -> Browser:
    return Browser(client, "contract_manager")


@pytest.fixture
def committed(engine: sa.Engine) -> Iterator[Sessions]:
    """Sessions that really commit, for what happens at the same time."""
    yield sessionmaker(engine, expire_on_commit=False)
    with engine.begin() as connection:
        tables = sa.text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = list(connection.scalars(tables))
        connection.execute(sa.text(f"TRUNCATE {', '.join(names)} CASCADE"))


@pytest.fixture
def ids(
    client: FlaskClient, sessions: Sessions, metric: Metric, evaluated: str, now: datetime
) -> dict[str, list[Any]]:
    """By the names that routes have for them; callgrid may write, and has sent a file."""
    allow(sessions, metric, now=now)
    path = f"/api/v1/metrics/{metric.id}/measurements/csv?name=calls.csv"
    headers = bearer("callgrid", **{"Idempotency-Key": str(uuid7())})
    sent = client.post(path, data=CSV, content_type="text/csv", headers=headers)
    return {
        "metric_id": [metric.id],
        "window_id": [evaluated],
        "import_id": [sent.json["id"]],
        "organisation_id": [CALLGRID.organisation_id],
    }
