from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker
from support import actors
from support.contracts import evaluated, hand_in, in_force, people
from support.database import Sessions, emptied, know, make_database, rows
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


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    made = make_database(server, "contracts_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def known(sessions: Sessions) -> Sessions:
    """Sessions over a directory that knows everybody."""
    know(sessions, *people().values())
    return sessions


@pytest.fixture
def committing(engine: sa.Engine) -> Iterator[Sessions]:
    """Sessions that really commit, for tests of what happens at the same time."""
    made = sessionmaker(engine, expire_on_commit=False)
    know(made, *people().values())
    yield made
    emptied(engine)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return service_settings(Settings, "contracts", environment(tmp_path))


@pytest.fixture
def storage(settings: Settings) -> LocalStorage:
    return LocalStorage(settings.data / "storage")


@pytest.fixture
def client(known: Sessions, settings: Settings) -> FlaskClient:
    """Everybody of `people` signs in by name."""
    identify = actors.actors(*people().values()).get
    return create_app(settings, sessions=known, identify=identify).test_client()


@pytest.fixture(params=[False, True], ids=["plain", "htmx"])
def browse(client: FlaskClient, request: pytest.FixtureRequest) -> Callable[[str], Browser]:
    """A browser by name, without and with htmx."""
    return lambda who: Browser(client, who, htmx=request.param)


@pytest.fixture
def contract(known: Sessions) -> Contract:
    return in_force(known)


@pytest.fixture
def deliverable(known: Sessions, storage: LocalStorage, contract: Contract) -> Deliverable:
    return hand_in(known, storage, contract.milestones[0].id, b"report")


@pytest.fixture
def credit_id(known: Sessions, contract: Contract) -> UUID:
    evaluated(known, contract)
    found: UUID = rows(known, credits)[0].id
    return found
