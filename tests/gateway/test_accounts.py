"""The account page: sessions, language, theme, tokens."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from support.database import Sessions, rows
from support.gateway import Enrolled, Pages, a_person, moment

from gateway.people.domain import Role
from gateway.people.persistence import accounts
from gateway.sessions.domain import browser_name
from gateway.sessions.persistence import sessions as session_rows
from gateway.sessions.usecases import open_session
from gateway.tokens import AccessTokens


def test_the_account_page_lists_sessions_and_ends_one(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER, name="Chen Wei")
    other = another_session(committed, someone)
    browser = pages.browser(someone)
    shown = browser.get("/account").text
    assert someone.person.email in shown and "This browser" in shown and "192.0.2.99" in shown
    browser.submit(f"/account/sessions/{other}/end")
    assert "192.0.2.99" not in browser.text


def another_session(committed: Sessions, someone: Enrolled) -> UUID:
    with committed.begin() as session:
        _, opened = open_session(
            session, someone.person.id, address="192.0.2.99", browser="", now=moment()
        )
        return opened.id


def test_nobody_ends_the_session_of_another(pages: Pages, committed: Sessions) -> None:
    one, other = a_person(committed, Role.BUYER), a_person(committed, Role.BUYER)
    browser = pages.browser(one)
    browser.get("/account")
    path = f"/account/sessions/{other.session.id}/end"
    token = browser.form("/logout").fields["csrf_token"][0]
    answer = browser.client.post(path, data={"csrf_token": token}, headers=browser.headers)
    assert answer.status_code == 404
    assert rows(committed, session_rows, id=other.session.id)[0].ended_at is None


def test_ending_the_session_at_hand_signs_out(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    browser = pages.browser(someone)
    browser.get("/account")
    answer = browser.submit(f"/sessions/{someone.session.id}/end", follow=False)
    assert answer.location == "/login" and pages.admission.by_cookie(someone.token) is None


def test_language_and_zone_are_kept(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    browser = pages.browser(someone)
    browser.get("/account")
    answer = browser.submit(
        "/account/language", follow=False, locale="zh-Hans", zone="Europe/Berlin"
    )
    assert "__Host-language=zh-Hans" in str(answer.headers)
    stored = rows(committed, accounts, id=someone.person.id)[0]
    assert (stored.locale, stored.zone) == ("zh-Hans", "Europe/Berlin")
    assert "账户" in browser.get("/account").text
    wrong = browser.submit("/account/language", 422, locale="fr", zone="Mars/Olympus")
    assert wrong.text.count('aria-invalid="true"') == 2 and "时区" in wrong.text


def test_the_theme_is_kept_and_leads_back(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    browser = pages.browser(someone)
    browser.get("/account")
    answer = browser.submit("/account/theme", follow=False, theme="dark")
    assert answer.location == "/account"
    assert 'data-bs-theme="dark"' in browser.get("/account").text
    token = browser.form("/logout").fields["csrf_token"][0]
    sent = {"csrf_token": token, "theme": "pink"}
    assert (
        browser.client.post("/account/theme", data=sent, headers=browser.headers).status_code == 422
    )


def test_the_language_switch_needs_no_account(client: FlaskClient) -> None:
    answer = client.get("/language?to=zh-Hans&next=/login")
    assert answer.location == "/login" and "__Host-language=zh-Hans" in str(answer.headers)
    odd = client.get("/language?to=xx&next=//evil.example")
    assert odd.location == "/" and "Set-Cookie" not in odd.headers


def test_a_person_gets_a_token_that_dies_with_the_session(
    pages: Pages, committed: Sessions
) -> None:
    someone = a_person(committed, Role.BUYER)
    browser = pages.browser(someone)
    browser.get("/account")
    csrf = browser.form("/logout").fields["csrf_token"][0]
    answer = browser.client.post(
        "/account/api-token", data={"csrf_token": csrf}, headers=browser.headers
    )
    assert (
        answer.json and answer.json["token_type"] == "Bearer" and answer.json["expires_in"] == 600
    )
    token = answer.json["access_token"]
    found = pages.admission.by_bearer(token)
    assert found and found.subject == someone.subject and "buyer" in found.roles
    browser.submit("/logout", follow=False)
    assert pages.admission.by_bearer(token) is None


def test_a_person_sees_the_token_on_a_page(pages: Pages, committed: Sessions) -> None:
    browser = pages.browser(a_person(committed, Role.BUYER))
    browser.get("/account")
    form = browser.form("/account/api-token")
    headers = browser.headers | {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = browser.keep(browser.client.post(form.action, data=form.fields, headers=headers), 200)
    tokens: AccessTokens = pages.app.extensions["access_tokens"]
    shown = page.text.partition('t-wrap-anywhere">')[2].partition("<")[0]
    assert tokens.verify(shown)


def test_a_token_without_our_form_is_refused(pages: Pages, committed: Sessions) -> None:
    browser = pages.browser(a_person(committed, Role.BUYER))
    assert browser.client.post("/account/api-token", headers=browser.headers).status_code == 403
    assert browser.client.post("/account/api-token").status_code == 401


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:130.0) Gecko/20100101 Firefox/130",
            "Firefox, Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/156 Safari/537",
            "Chrome, Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/156 Safari/537 Edg/156", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) Safari/605", "Safari, iPhone"),
        ("python-httpx/0.28.1", "python-httpx"),
        ("", ""),
    ],
)
def test_browsers_have_short_names(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
