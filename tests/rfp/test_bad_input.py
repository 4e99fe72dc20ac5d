"""What nobody should send, to every route that takes something: refused, and nothing breaks."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.database import Sessions
from support.tricks import refused
from support.waiting import waiting

# Files, which the app under test has not; they take nothing but the ids in their address.
LEFT_OUT = (
    "GET /admin/awards/<uuid:award_id>/documents/",
    "GET /admin/evaluations/<uuid:rfp_id>/documents/",
    "GET /portal/bids/awards/<uuid:award_id>/documents/",
)
READERS = (
    "requester",
    "buyer",
    "approver",
    "evaluator1",
    "opener1",
    "auditor",
    "admin",
    "operator",
    "huayun",
    "nordwind",
)


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
def test_bad_input_is_refused(
    client: FlaskClient, sessions: Sessions, ids: dict[str, list[Any]]
) -> None:
    refused(client, sessions, ids | waiting(sessions), READERS, LEFT_OUT)
