from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import sessionmaker
from support.actors import actors, auditor, partner, staff, vendor, vendor_client
from support.database import Sessions, emptied, know, make_database, rows
from support.notices import a_notice
from support.settings import environment

from services.notifications.app import create_app
from services.notifications.channels import jobs
from services.notifications.config import Settings
from services.notifications.handlers import HANDLERS
from services.notifications.inbox.persistence import notices
from services.notifications.metadata import metadata
from shared.config import service_settings
from shared.jobs import Context
from shared.messaging.inbox import handle_once

PEOPLE = (
    staff("buyer"),
    staff("approver"),
    auditor(),
    vendor("huayun", "huayun-org"),
    vendor("nordwind", "nordwind-org"),
)
KNOWN = (*PEOPLE, partner("callgrid"), vendor_client("robot", "huayun-org"))


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    made = make_database(server, "notifications_tests", metadata)
    yield made
    made.dispose()


@pytest.fixture
def committed(engine: sa.Engine) -> Iterator[Sessions]:
    """Sessions that really commit, for tests of what happens at the same time."""
    yield sessionmaker(engine, expire_on_commit=False)
    emptied(engine)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return service_settings(Settings, "notifications", environment(tmp_path))


@pytest.fixture
def client(sessions: Sessions, settings: Settings) -> FlaskClient:
    know(sessions, *PEOPLE)
    known = actors(*PEOPLE, partner("callgrid")) | {"robot": KNOWN[-1]}
    return create_app(settings, sessions=sessions, identify=known.get).test_client()


@pytest.fixture
def context(sessions: Sessions, settings: Settings) -> Context:
    know(sessions, *PEOPLE)
    return Context(sessions, settings)


@pytest.fixture
def post_box(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What would have gone to the mail server."""
    posted: list[EmailMessage] = []

    def post(smtp_url: str, message: Any) -> None:
        posted.append(message)

    monkeypatch.setattr(jobs, "post", post)
    return posted


@pytest.fixture
def ids(client: FlaskClient, sessions: Sessions) -> dict[str, list[Any]]:
    """A message to a member of the staff and one to a vendor."""
    with sessions.begin() as session:
        for reader in (staff("buyer"), vendor("huayun", "huayun-org")):
            handle_once(session, a_notice(reader), HANDLERS, consumer="tests")
    return {"notice_id": [each.id for each in rows(sessions, notices)]}
