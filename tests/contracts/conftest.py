from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support import actors
from support.contracts import people
from support.database import Sessions, know, make_database

import services.contracts.settlement.persistence  # noqa: F401  # all tables of the service
from services.contracts.app import create_app
from services.contracts.config import Settings
from services.contracts.metadata import metadata


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    made = make_database(server, "contracts_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "keys").mkdir()
    return Settings(
        database_url="postgresql://localhost/unused",
        kafka_bootstrap="localhost:1",
        public_url="http://localhost",
        internal_jwks_url="http://localhost",
        internal_issuer="http://localhost",
        smtp_url="smtp://localhost",
        data=tmp_path,
        allow_unscanned=True,
    )


@pytest.fixture
def client(sessions: Sessions, settings: Settings) -> FlaskClient:
    """Everybody of `people` is known here and signs in by name."""
    know(sessions, *people().values())
    app = create_app(settings, sessions=sessions, identify=actors.actors(*people().values()).get)
    return app.test_client()
