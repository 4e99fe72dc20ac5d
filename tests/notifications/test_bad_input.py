"""What nobody should send, to every route that takes something: refused, and nothing breaks."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.database import Sessions
from support.tricks import INSIDE, refused

READERS = ("buyer", "huayun", "auditor")


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
def test_bad_input_is_refused(
    client: FlaskClient, sessions: Sessions, ids: dict[str, list[Any]]
) -> None:
    refused(client, sessions, ids, READERS, INSIDE)
