"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

import pytest
from flask.testing import FlaskClient
from support.actors import staff
from support.database import Sessions, rows
from support.fuzz import Fuzz
from support.notices import a_notice

from services.notifications.handlers import HANDLERS
from services.notifications.inbox.persistence import notices
from shared.messaging.inbox import handle_once


@pytest.mark.fuzz
def test_nothing_breaks(client: FlaskClient, sessions: Sessions) -> None:
    with sessions.begin() as session:
        handle_once(session, a_notice(staff("buyer")), HANDLERS, consumer="tests")
    ids = {"notice_id": [each.id for each in rows(sessions, notices)]}
    fuzz = Fuzz(client.application, "notifications", ids)
    fuzz.run("buyer", "approver", "huayun", "nordwind", "callgrid")
    assert not fuzz.findings, fuzz.report()
    assert fuzz.statuses.keys() >= {200, 401, 404}, fuzz.statuses
