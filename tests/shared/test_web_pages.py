"""Whole pages, fragments for htmx, refusals in words."""

from pathlib import Path

import pytest
from flask import render_template_string
from flask.testing import FlaskClient
from jinja2 import pass_context
from jinja2.runtime import Context
from support.actors import bearer
from support.database import Sessions
from support.pages import HTMX, Browser, parse
from support.web_app import done, make_app

ZH = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}


@pytest.fixture
def client(sessions: Sessions, tmp_path: Path) -> FlaskClient:
    done.clear()
    return make_app(sessions, tmp_path).test_client()


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_is_taken_and_leads_to_the_page(client: FlaskClient, htmx: bool) -> None:
    browser = Browser(client, "buyer", htmx=htmx)
    browser.get("/admin/plans")
    browser.submit("/admin/plans", title="Call centre")
    assert done == ["Call centre"]
    assert ("<html" in browser.text) is not htmx


def test_a_fragment_is_title_crumbs_and_content(client: FlaskClient) -> None:
    answer = client.get("/admin/plans?tab=two", headers=bearer("buyer") | HTMX)
    parse(answer)
    assert answer.text.lstrip().startswith("<title>A plan – Tandem")
    assert '<hx-partial hx-target="#crumbs"' in answer.text
    assert answer.text.count("<h1>") == 1
    assert '<nav class="t-side"' not in answer.text
    assert answer.headers["HX-Push-Url"] == "/admin/plans?tab=two"


def test_a_fragment_of_the_page_on_show_pushes_nothing(client: FlaskClient) -> None:
    shown = {"HX-Current-URL": "http://localhost/admin/plans"}
    answer = client.get("/admin/plans", headers=bearer("buyer") | HTMX | shown)
    assert "HX-Push-Url" not in answer.headers


@pytest.mark.parametrize(
    "extra",
    [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}],
)
def test_htmx_gets_the_whole_page_where_it_replaces_all(
    client: FlaskClient, extra: dict[str, str]
) -> None:
    answer = client.get("/admin/plans", headers=bearer("buyer") | HTMX | extra)
    assert "<html" in answer.text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_wrong_form_comes_back_with_what_was_typed(client: FlaskClient, htmx: bool) -> None:
    browser = Browser(client, "buyer", htmx=htmx)
    browser.get("/admin/plans")
    browser.submit("/admin/plans", 422, title="Plan <1>", price="1.234", currency="CNY")
    assert 'value="Plan &lt;1&gt;"' in browser.text
    assert 'href="#price"' in browser.text and "At most 2 decimal places." in browser.text
    assert 'aria-invalid="true"' in browser.text
    assert done == []


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("late", 409, "&lt;b&gt;"),
        ("own", 403, "You may not do this"),
        ("gone", 404, "not yours to see"),
        ("broken", 500, "on our side"),
        ("words", 422, "needs your attention"),
    ],
)
def test_refusals_are_pages_notes_and_json(
    client: FlaskClient, how: str, status: int, words: str
) -> None:
    whole = client.get(f"/fail/{how}", headers=bearer("buyer"))
    note = client.get(f"/fail/{how}", headers=bearer("buyer") | HTMX)
    told = client.get(f"/api/v1/fail/{how}", headers=bearer("buyer"))
    assert (whole.status_code, note.status_code, told.status_code) == (status, status, status)
    parse(whole)
    parse(note)
    assert words in whole.text and "<html" in whole.text
    assert words in note.text and "<html" not in note.text
    assert note.headers["HX-Retarget"] == "#messages"
    assert told.json and told.json["code"] == status and told.json["message"]


def test_a_rule_is_named_and_speaks_the_readers_language(client: FlaskClient) -> None:
    english = client.get("/api/v1/fail/late", headers=bearer("buyer")).json
    assert english == {
        "code": 409,
        "status": "Conflict",
        "message": "“<b>” is empty. Choose another file.",
        "errors": {"code": "too_late"},
    }
    chinese = client.get("/nothing", headers=ZH)
    assert "页面不存在，或您无权查看" in chinese.text and 'lang="zh-Hans"' in chinese.text


def test_a_fault_of_ours_shows_a_reference_and_no_detail(client: FlaskClient) -> None:
    sent = bearer("buyer") | {"X-Request-Id": "req-4711"}
    for path in ("/fail/broken", "/api/v1/fail/broken"):
        answer = client.get(path, headers=sent)
        assert answer.status_code == 500
        assert "req-4711" in answer.text and "secret detail" not in answer.text


@pytest.mark.parametrize(
    ("how", "status", "says"),
    [
        ("full", 507, "There is no room left"),
        ("full database", 507, "There is no room left"),
        ("away", 503, "is not ready"),
        ("unreadable", 500, "Something went wrong on our side"),
    ],
)
def test_a_full_disk_and_a_database_that_is_away_are_named(
    client: FlaskClient, how: str, status: int, says: str
) -> None:
    for path in (f"/fail/{how}", f"/api/v1/fail/{how}"):
        answer = client.get(path, headers=bearer("buyer"))
        assert answer.status_code == status
        assert says in answer.text and "secret detail" not in answer.text


def test_errors_of_routing_follow_the_path(client: FlaskClient) -> None:
    assert client.get("/api/v1/nothing").mimetype == "application/json"
    assert client.delete("/admin/plans", headers=bearer("buyer")).status_code == 405


def test_json_faults_name_the_fields(client: FlaskClient) -> None:
    headers = bearer("buyer") | {"Idempotency-Key": "01890f3e-7b1a-7c1e-8000-000000000002"}
    answer = client.post("/api/v1/plans", json={"lots": [{"title": "x" * 21}]}, headers=headers)
    assert answer.status_code == 422
    assert answer.json and answer.json["errors"] == {
        "json": {"title": ["This is needed."], "lots": {"0": {"title": ["Give at most 20."]}}}
    }


def test_the_interface_describes_itself(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi/demo.json").json
    assert document
    assert document["components"]["schemas"]["LotForm"]["properties"]["estimate"] == {
        "type": "string",
        "format": "decimal",
    }


def test_what_a_template_calls_gets_what_it_asks_for(tmp_path: Path) -> None:
    app = make_app(None, tmp_path)

    @pass_context
    def seen(context: Context) -> str:
        return str(context.get("now", "nothing"))

    macro = "{% macro twice(words) %}{{ words }}{{ caller() }}{{ words }}{% endmacro %}"
    loop = "{% for each in 'ab' %}{% set now = each %}{{ seen() }}{{ twice.name }}{% endfor %}"
    call = "{% call twice('<') %}{{ 'x'.upper() }}{% endcall %}"
    with app.test_request_context():
        html = render_template_string(macro + loop + call, seen=seen)
    assert html == "atwicebtwice&lt;X&lt;"
