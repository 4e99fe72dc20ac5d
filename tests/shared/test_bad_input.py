"""What is refused before a view reads it, and what a person or a system is told."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions
from support.web_app import make_app
from werkzeug.test import TestResponse

from shared.web.schemas import Form

KEY = "Idempotency-Key"
HIDDEN = {"NUL": "a\0b", "an escape": "\x1b[2J", "C1": "\x9b", "an override": "\u202egpj"}


@pytest.fixture
def client(sessions: Sessions, tmp_path: Path) -> FlaskClient:
    return make_app(sessions, tmp_path).test_client()


def say(client: FlaskClient, body: bytes | str, kind: str = "application/json") -> TestResponse:
    headers = bearer("buyer", **{KEY: str(uuid4())})
    return client.post("/api/v1/plans", data=body, content_type=kind, headers=headers)


def type_in(client: FlaskClient, **fields: str) -> TestResponse:
    form = {"csrf_token": "csrf-buyer", "idempotency_key": str(uuid4()), **fields}
    return client.post("/admin/plans", data=form, headers=bearer("buyer"))


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_what_cannot_be_shown_is_refused_at_its_field(client: FlaskClient, text: str) -> None:
    told = say(client, json.dumps({"title": text}))
    assert told.status_code == 422
    assert "cannot be shown" in str(told.json["errors"]["json"]["title"])


def test_a_form_keeps_what_can_be_shown(client: FlaskClient) -> None:
    """So that it can be sent again, though nobody sees what was wrong with it."""
    page = type_in(client, title="Service\0 desk", lots="x")
    assert page.status_code == 422
    assert "cannot be shown" in page.text and "Service desk" in page.text


def test_half_a_character_is_refused(client: FlaskClient) -> None:
    assert say(client, r'{"title": "\ud800"}').status_code == 422


def test_a_short_text_is_one_line(client: FlaskClient) -> None:
    assert say(client, '{"title": "one\\ntwo"}').status_code == 422
    assert say(client, '{"title": "one\\ttwo"}').status_code == 201


def test_every_text_has_a_length(client: FlaskClient) -> None:
    """Where a schema names none, it is that of a line."""
    assert say(client, json.dumps({"title": "x" * 501})).status_code == 422
    assert say(client, json.dumps({"title": "x" * 500})).status_code == 201


def test_a_name_that_stands_twice_is_refused(client: FlaskClient) -> None:
    """Or which price counts would depend on who reads it."""
    told = say(client, '{"title": "a", "lots": [{"title": "x", "title": "y"}]}')
    assert told.status_code == 400
    assert "title" in told.json["message"] and "twice" in told.json["message"]


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 100_000, '{"a": NaN}', '{"a'])
def test_json_that_nobody_can_read_is_refused(client: FlaskClient, body: str) -> None:
    assert say(client, body).status_code == 400


def test_text_is_in_utf_8(client: FlaskClient) -> None:
    assert say(client, '{"title": "标题"}'.encode("gbk")).status_code == 400
    assert say(client, '{"title": "a"}'.encode("utf-16")).status_code == 400
    assert say(client, '{"title": "a"}', "application/json; charset=gbk").status_code == 415
    kind = "application/x-www-form-urlencoded"
    for body in (b"title=%C4%E3", "title=标题".encode("gbk")):
        told = client.post("/admin/plans", data=body, content_type=kind, headers=bearer("buyer"))
        assert told.status_code == 400 and "UTF-8" in told.text


def test_nothing_is_looked_up_by_nul(client: FlaskClient) -> None:
    assert client.get("/admin/plans?q=%00", headers=bearer("buyer")).status_code == 200
    assert client.get("/fail/%00", headers=bearer("buyer")).status_code == 404


def test_who_may_not_hears_so_before_anything_is_read(client: FlaskClient) -> None:
    told = client.post("/api/v1/plans", data="[" * 100_000, content_type="application/json")
    assert told.status_code == 401


def test_a_schema_says_in_the_document_what_a_text_may_hold() -> None:
    from support.web_app import LotForm

    pattern = LotForm().fields["title"].metadata["pattern"]
    assert pattern.startswith("^[^\\u0000-\\u0008") and issubclass(LotForm, Form)
