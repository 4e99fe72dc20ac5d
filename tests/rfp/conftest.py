from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker
from support.awarding import award
from support.bids import send_bid, send_file
from support.database import Sessions, emptied, make_database
from support.opened import an_evaluated_rfp, an_opened_rfp, bids_by_vendor, declare, save, sheet
from support.rfps import NOW, a_plan, a_question, an_rfp, rfp_actors, settle, stored
from support.settings import environment

from services.rfp.app import create_app, places
from services.rfp.config import Settings
from services.rfp.metadata import metadata
from services.rfp.plans.domain import Plan, PlanState
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
def _everybody_is_known(request: pytest.FixtureRequest, actors: dict[str, Actor]) -> None:
    """Where there is a database: rules are tested without one."""
    if "sessions" in request.fixturenames:
        settle(request.getfixturevalue("sessions"), actors)


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


@pytest.fixture
def ids(client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp) -> dict[str, list[Any]]:
    """Of things in every state, by the names that routes have for them."""
    written = stored(sessions, a_plan(state=PlanState.DRAFT))
    waiting = stored(sessions, a_plan(state=PlanState.SUBMITTED))
    draft = stored(sessions, an_rfp(plan, draft=True))
    closed = stored(sessions, an_rfp(plan, deadline_at=NOW - timedelta(hours=1)))
    opened, scored = an_opened_rfp(sessions, plan), an_evaluated_rfp(sessions, plan)
    awarded = an_evaluated_rfp(sessions, plan)
    made = award(sessions, awarded)
    declare(sessions, "evaluator1", opened)
    grades = sheet(bids_by_vendor(sessions, opened), opened, {"huayun": "4", "nordwind": "3"})
    save(sessions, "evaluator1", opened, grades)
    every = [opened, rfp, draft, closed, scored, awarded]
    bids = [bids_by_vendor(sessions, each)["huayun"] for each in (opened, scored, awarded)]
    return {
        "plan_id": [plan.id, written.id, waiting.id],
        "rfp_id": [each.id for each in every],
        "lot_id": [lot.id for each in every for lot in each.lots[:1]],
        "bid_id": [*bids, send_bid(client, rfp, "nordwind").json["id"]],
        "file_id": [send_file(client, rfp, "huayun", b"concept").json["id"]],
        "question_id": [a_question(sessions, rfp).id],
        "organisation_id": [each.organisation_id for each in rfp.invitations],
        "award_id": [made.id],
        "sha256": ["a" * 64],
    }
