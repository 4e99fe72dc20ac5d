"""How tests ask the JSON faces of monitoring."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.kernel import uuid7
from support.actors import bearer


def get(client: FlaskClient, path: str, who: str = "contract_manager") -> TestResponse:
    return client.get(f"/api/v1{path}", headers=bearer(who))


def post(
    client: FlaskClient, path: str, who: str = "contract_manager", *, key: Any = None, **body: Any
) -> TestResponse:
    headers = bearer(who, **{"Idempotency-Key": str(key or uuid7())})
    return client.post(f"/api/v1{path}", headers=headers, **body)
