from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker
from support.database import Sessions, emptied, make_database
from support.rfps import a_plan, an_rfp, rfp_actors, settle, stored
from support.settings import environment

from services.rfp.app import create_app, places
from services.rfp.config import Settings
from services.rfp.metadata import metadata
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared.config import service_settings
from shared.kernel import Actor


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    made = make_database(server, "rfp_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def actors() -> dict[str, Actor]:
    """By name, which is their bearer token, too."""
    return rfp_actors()


@pytest.fixture(autouse=True)
def _everybody_is_known(sessions: Sessions, actors: dict[str, Actor]) -> None:
    settle(sessions, actors)


@pytest.fixture(scope="session")
def second_engine(server: str) -> Iterator[sa.Engine]:
    """Apart from the first one, whose open transactions hold the same keys."""
    made = make_database(server, "rfp_race_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def committed(second_engine: sa.Engine, actors: dict[str, Actor]) -> Iterator[Sessions]:
    """Sessions that really commit, for tests of what happens at the same time."""
    made = sessionmaker(second_engine, expire_on_commit=False)
    settle(made, actors)
    yield made
    emptied(second_engine)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return service_settings(Settings, "rfp", environment(tmp_path))


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Made once, because it takes longer than most tests; `client` gives it what is theirs."""
    made: list[Flask] = []
    settings = service_settings(Settings, "rfp", environment(tmp_path_factory.mktemp("data")))

    def identify(token: str) -> Actor | None:
        known: dict[str, Actor] = made[0].extensions["actors"]
        return known.get(token)

    made.append(create_app(settings, sessions=sessionmaker(), identify=identify))
    return made[0]


@pytest.fixture
def client(
    app: Flask, settings: Settings, sessions: Sessions, actors: dict[str, Actor]
) -> FlaskClient:
    own = {"settings": settings, "sessions": sessions, "actors": actors}
    app.extensions |= own | places(settings)
    return app.test_client()


@pytest.fixture
def plan(sessions: Sessions) -> Plan:
    """With room for the bids of the tests."""
    stored_plan: Plan = stored(sessions, a_plan(cost_ceiling=Decimal(12_000_000)))
    return stored_plan


@pytest.fixture
def rfp(sessions: Sessions, plan: Plan) -> Rfp:
    """Open for bids, with two lots and two invited vendors."""
    stored_rfp: Rfp = stored(sessions, an_rfp(plan))
    return stored_rfp
