"""Who may call a view, and where a form must come from."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions
from support.pages import HTMX
from support.web_app import make_app


@pytest.fixture
def client(sessions: Sessions, tmp_path: Path) -> FlaskClient:
    return make_app(sessions, tmp_path).test_client()


@pytest.mark.parametrize(
    ("who", "status"),
    [("nobody", 401), ("operator", 403), ("huayun", 403), ("callgrid", 403), ("buyer", 200)],
)
def test_a_view_names_who_may_call_it(client: FlaskClient, who: str, status: int) -> None:
    assert client.get("/admin/plans", headers=bearer(who)).status_code == status


def test_nobody_is_asked_for_a_form_before_they_say_who_they_are(client: FlaskClient) -> None:
    assert client.post("/api/v1/plans", json={}).status_code == 401
    assert client.post("/admin/plans", data={}).status_code == 401


def test_a_union_lets_several_kinds_in(client: FlaskClient) -> None:
    assert client.get("/read", headers=bearer("auditor")).text == "Auditor"
    assert client.get("/read", headers=bearer("buyer")).text == "Staff"
    assert client.get("/read", headers=bearer("operator")).status_code == 403


def test_a_scheme_other_than_bearer_is_nobody(client: FlaskClient) -> None:
    answer = client.get("/admin/plans", headers={"Authorization": "Basic buyer"})
    assert answer.status_code == 401


@pytest.mark.parametrize("token", ["", "csrf-huayun", "csrf-buyerx", "密"])
def test_a_form_that_is_not_ours_is_refused(client: FlaskClient, token: str) -> None:
    answer = client.post(
        "/admin/plans", data={"csrf_token": token, "title": "x"}, headers=bearer("buyer")
    )
    assert answer.status_code == 403
    assert "out of date" in answer.text


def test_the_token_may_come_as_a_header(client: FlaskClient) -> None:
    form = {"title": "x", "idempotency_key": "01890f3e-7b1a-7c1e-8000-000000000001"}
    sent = bearer("buyer") | {"X-CSRF-Token": "csrf-buyer"}
    assert client.post("/admin/plans", data=form, headers=sent).status_code == 303


def test_an_actor_without_a_session_cannot_post_pages(sessions: Sessions, tmp_path: Path) -> None:
    app = make_app(sessions, tmp_path)
    client = app.test_client()
    answer = client.post("/admin/files", data={"csrf_token": ""}, headers=bearer("callgrid"))
    assert answer.status_code == 403


def test_every_view_says_whom_it_admits(sessions: Sessions, tmp_path: Path) -> None:
    app: Flask = make_app(sessions, tmp_path)
    silent = [
        name
        for name, view in app.view_functions.items()
        if not hasattr(view, "required_actor") and name != "static"
    ]
    assert not silent


def test_answers_are_kept_by_nobody(client: FlaskClient) -> None:
    answer = client.get("/admin/plans", headers=bearer("buyer"))
    assert answer.headers["Cache-Control"] == "private, no-store"
    for name in ("HX-Request", "HX-Request-Type", "Accept-Language", "Cookie"):
        assert name in answer.headers["Vary"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_lost_session_leads_htmx_to_the_login(client: FlaskClient) -> None:
    answer = client.get("/admin/plans", headers=HTMX)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login"


def test_health_asks_nobody(client: FlaskClient) -> None:
    assert client.get("/health/live").json == {"status": "live"}
    assert client.get("/health/ready").json == {"status": "ready"}
