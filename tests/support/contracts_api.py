"""How tests ask the JSON API of contracts."""

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.kernel import uuid7
from support.actors import bearer

V1 = "/api/v1"


def get(client: FlaskClient, who: str, path: str, status: int = 200) -> Any:
    answer = client.get(V1 + path, headers=bearer(who))
    assert answer.status_code == status, answer.text
    return answer.json


def post(
    client: FlaskClient, who: str, path: str, body: Any = None, *, key: str = "", **more: Any
) -> TestResponse:
    headers = bearer(who, **{"Idempotency-Key": key or str(uuid7())})
    return client.post(V1 + path, json=body or {}, headers=headers, **more)


def upload(
    client: FlaskClient, who: str, milestone_id: UUID, content: bytes = b"report", key: str = ""
) -> TestResponse:
    headers = bearer(who, **{"Idempotency-Key": key or str(uuid7())})
    path = f"{V1}/milestones/{milestone_id}/deliverables?name=r%C3%A9port.pdf"
    return client.post(path, data=content, content_type="application/pdf", headers=headers)
