"""The same key twice is one deed; what was refused may be tried again."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, rows
from support.pages import Browser
from support.web_app import done, make_app
from werkzeug.test import TestResponse

from shared import db
from shared.idempotency import idempotency_keys
from shared.kernel import uuid7
from shared.web import idempotency


@pytest.fixture
def client(sessions: Sessions, tmp_path: Path) -> FlaskClient:
    done.clear()
    return make_app(sessions, tmp_path).test_client()


def post(client: FlaskClient, key: str, body: Any, who: str = "buyer") -> TestResponse:
    headers = bearer(who) | {"Idempotency-Key": key}
    return client.post("/api/v1/plans", json=body, headers=headers)


def test_the_same_key_and_body_give_the_same_answer(client: FlaskClient) -> None:
    key = str(uuid7())
    first = post(client, key, {"title": "a", "tags": ["x"]})
    again = post(client, key, {"tags": ["x"], "title": "a"})
    assert first.status_code == again.status_code == 201
    assert first.json == again.json == {"number": 1, "title": "a"}
    assert again.headers["Location"] == "/plans/1"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert done == ["a"]


def test_the_same_key_with_another_body_is_refused(client: FlaskClient) -> None:
    key = str(uuid7())
    post(client, key, {"title": "a"})
    other = post(client, key, {"title": "b"})
    assert other.status_code == 422
    assert other.json and "used for something else" in other.json["message"]
    assert done == ["a"]


@pytest.mark.parametrize("key", ["", "1", "not-a-uuid"])
def test_an_api_needs_a_key(client: FlaskClient, key: str) -> None:
    answer = post(client, key, {"title": "a"})
    assert answer.status_code == 422
    assert answer.json and "Idempotency-Key" in answer.json["message"]


def test_a_refusal_does_not_use_the_key_up(client: FlaskClient, sessions: Sessions) -> None:
    key = str(uuid7())
    assert post(client, key, {"title": "late"}).status_code == 409
    assert post(client, key, {}).status_code == 422
    assert not rows(sessions, idempotency_keys)
    assert post(client, key, {"title": "a"}).status_code == 201


def test_keys_of_different_people_and_places_do_not_meet(
    sessions: Sessions, tmp_path: Path
) -> None:
    app = make_app(sessions, tmp_path)
    client, key = app.test_client(), str(uuid7())
    post(client, key, {"title": "a"})
    browser = Browser(client, "buyer")
    browser.get("/admin/plans")
    browser.submit("/admin/plans", title="a", idempotency_key=key)
    assert len(rows(sessions, idempotency_keys)) == 2


def test_a_form_sent_twice_is_done_once(client: FlaskClient) -> None:
    browser = Browser(client, "buyer")
    form = {"csrf_token": "csrf-buyer", "idempotency_key": str(uuid7()), "title": "a"}
    answers = [client.post("/admin/plans", data=form, headers=browser.headers) for _ in "12"]
    assert [each.status_code for each in answers] == [303, 303]
    assert {each.location for each in answers} == {"/admin/plans"}
    assert done == ["a"]


def test_only_a_keyed_fingerprint_is_kept(
    client: FlaskClient, sessions: Sessions, tmp_path: Path
) -> None:
    post(client, str(uuid7()), {"title": "canary"})
    (row,) = rows(sessions, idempotency_keys)
    kept = dict(row._mapping) | {"body": None}
    assert "canary" not in str(kept) and len(row.fingerprint) == 64
    (secret,) = (tmp_path / "keys").iterdir()
    assert secret.stat().st_mode & 0o777 == 0o600


def test_another_secret_gives_another_fingerprint(sessions: Sessions, tmp_path: Path) -> None:
    for name in ("one", "two"):
        client = make_app(sessions, tmp_path / name).test_client()
        post(client, str(uuid7()), {"title": "a"})
    first, second = rows(sessions, idempotency_keys)
    assert first.fingerprint != second.fingerprint


@pytest.fixture
def committed(engine: sa.Engine) -> Iterator[Sessions]:
    """Two requests at a time need two connections that really commit."""
    yield db.sessions(engine)
    with engine.begin() as connection:
        connection.execute(sa.delete(idempotency_keys))


def test_a_second_request_waits_for_the_first(
    committed: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done.clear()
    app, key, answers = make_app(committed, tmp_path), str(uuid7()), []
    remember = idempotency.remember

    def slow(*args: Any) -> None:
        time.sleep(0.3)
        remember(*args)

    monkeypatch.setattr(idempotency, "remember", slow)
    run = [
        threading.Thread(
            target=lambda: answers.append(post(app.test_client(), key, {"title": "a"}))
        )
        for _ in range(3)
    ]
    for thread in run:
        thread.start()
    for thread in run:
        thread.join(10)
    assert [each.status_code for each in answers] == [201, 201, 201]
    assert done == ["a"]
