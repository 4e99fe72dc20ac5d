"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.database import Sessions
from support.fuzz import Fuzz


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
def test_nothing_breaks(client: FlaskClient, sessions: Sessions, ids: dict[str, list[Any]]) -> None:
    fuzz = Fuzz(client.application, ids, {}, undo=sessions.kw["bind"])
    fuzz.run("buyer", "approver", "huayun", "nordwind", "callgrid")
    assert not fuzz.findings, fuzz.report()
    assert fuzz.without_success() == []
    assert fuzz.statuses.keys() >= {200, 401, 404}, fuzz.statuses
