from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker
from support.contracts import a_draft, evaluated, hand_in, in_force, people
from support.database import Sessions, emptied, know, make_database, rolled_back, rows
from support.pages import Browser
from support.settings import environment

from services.contracts.agreements.domain import Contract
from services.contracts.app import create_app
from services.contracts.config import Settings
from services.contracts.delivery.domain import Deliverable
from services.contracts.metadata import metadata
from services.contracts.settlement.persistence import credits
from shared.config import service_settings
from shared.files import LocalStorage
from shared.kernel import Actor, uuid7


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    """A database that knows everybody, and nothing else."""
    made = make_database(server, "contracts_tests", metadata)
    know(sessionmaker(made), *people().values())
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def active(server: str) -> Iterator[tuple[sa.Engine, UUID]]:
    """A database in which one contract is in force, made once because it takes long; and its id."""
    made = make_database(server, "contracts_active_tests", metadata)
    sessions = sessionmaker(made, expire_on_commit=False)
    know(sessions, *people().values())
    yield made, in_force(sessions).id
    made.dispose()


@pytest.fixture
def sessions(request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """With the contract in force for tests that ask for `contract`."""
    if "contract" in request.fixturenames:
        engine, _ = request.getfixturevalue("active")
    else:
        engine = request.getfixturevalue("engine")
    with rolled_back(engine) as made:
        yield made


@pytest.fixture
def known(sessions: Sessions) -> Sessions:
    """Sessions over a directory that knows everybody."""
    return sessions


@pytest.fixture(scope="session")
def second_engine(server: str) -> Iterator[sa.Engine]:
    """Apart from the others, because it is emptied after each test."""
    made = make_database(server, "contracts_race_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def committing(second_engine: sa.Engine) -> Iterator[Sessions]:
    """Sessions that really commit, for tests of what happens at the same time."""
    made = sessionmaker(second_engine, expire_on_commit=False)
    know(made, *people().values())
    yield made
    emptied(second_engine)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return service_settings(Settings, "contracts", environment(tmp_path))


@pytest.fixture
def storage(settings: Settings) -> LocalStorage:
    return LocalStorage(settings.data / "storage")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Made once, because it takes longer than most tests; `client` gives it what is theirs."""
    made: list[Flask] = []
    settings = service_settings(Settings, "contracts", environment(tmp_path_factory.mktemp("data")))

    def identify(token: str) -> Actor | None:
        known: dict[str, Actor] = made[0].extensions["actors"]
        return known.get(token)

    made.append(create_app(settings, sessions=sessionmaker(), identify=identify))
    return made[0]


@pytest.fixture
def client(app: Flask, known: Sessions, settings: Settings, storage: LocalStorage) -> FlaskClient:
    """Everybody of `people` signs in by name."""
    own = {"settings": settings, "sessions": known, "storage": storage}
    app.extensions |= own | {"actors": people()}
    return app.test_client()


@pytest.fixture
def chinese(app: Flask, client: FlaskClient) -> FlaskClient:
    """Everybody reads Chinese."""
    app.extensions["actors"] = {
        name: replace(actor, locale="zh-Hans") for name, actor in people().items()
    }
    return client


@pytest.fixture
def browse(client: FlaskClient) -> Callable[[str], Browser]:
    """A browser by name."""
    return lambda who: Browser(client, who)


@pytest.fixture(params=[False, True], ids=["plain", "htmx"])
def browse_twice(client: FlaskClient, request: pytest.FixtureRequest) -> Callable[[str], Browser]:
    """The same without and with htmx, for one journey of each kind."""
    return lambda who: Browser(client, who, htmx=request.param)


@pytest.fixture
def contract(known: Sessions, active: tuple[sa.Engine, UUID]) -> Contract:
    """In force, and accepted by both sides."""
    with known() as session:
        found = session.get_one(Contract, active[1])
        found.terms_sha256()  # loads all of it
        return found


@pytest.fixture
def deliverable(known: Sessions, storage: LocalStorage, contract: Contract) -> Deliverable:
    return hand_in(known, storage, contract.milestones[0].id, b"report")


@pytest.fixture
def credit_id(known: Sessions, contract: Contract) -> UUID:
    evaluated(known, contract)
    found: UUID = rows(known, credits)[0].id
    return found


@pytest.fixture
def ids(
    client: FlaskClient, known: Sessions, contract: Contract, deliverable: Deliverable,
    credit_id: UUID,
) -> dict[str, list[Any]]:  # fmt: skip
    """Of things in every state, by the names that routes have for them."""
    draft = a_draft(known, lot_id=str(uuid7()), award_id=str(uuid7()))
    return {
        "contract_id": [contract.id, draft.id],
        "milestone_id": [each.id for each in contract.milestones],
        "deliverable_id": [deliverable.id],
        "credit_id": [credit_id],
    }
