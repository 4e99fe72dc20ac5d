"""People change their own passwords."""

import json
from datetime import timedelta

import pytest
from support.database import Sessions, events, rows
from support.gateway import PASSWORD, Pages, SignIn, a_person, cookie_of
from support.pages import Browser
from werkzeug.test import TestResponse

from gateway.accounts import domain
from gateway.people.domain import Role
from gateway.people.persistence import accounts
from shared.audit import audit_entries

NEW = "purple lamp over Suzhou"


def change_password(browser: Browser, status: int = 303, **fields: str) -> TestResponse:
    browser.get("/account")
    words = {"current": PASSWORD, "new": NEW, "again": NEW} | fields
    return browser.submit("/account/password", status, follow=False, **words)


def test_people_change_their_own_password(
    pages: Pages, committed: Sessions, sign_in: SignIn
) -> None:
    someone = a_person(committed, Role.BUYER)
    elsewhere = cookie_of(sign_in(someone.person.email)).partition(";")[0].partition("=")[2]
    browser = pages.browser(someone)
    assert browser.get("/account").text.count('autocomplete="new-password"') == 2
    answer = change_password(browser)
    assert "Your password is changed" in browser.get(answer.location).text
    assert pages.admission.by_cookie(someone.token) and not pages.admission.by_cookie(elsewhere)
    assert sign_in(someone.person.email).status_code == 422
    assert sign_in(someone.person.email, NEW).status_code == 303
    entry = [e for e in rows(committed, audit_entries, chain=f"person:{someone.person.id}")
             if e.action == "password_changed"]  # fmt: skip
    assert len(entry) == 1 and NEW not in str(entry)
    stored = rows(committed, accounts, id=someone.person.id)[0].password_hash
    assert stored.startswith("$argon2id$")
    told = [json.loads(each.payload) for each in events(committed, "notice_raised")]
    mine = [each for each in told if each["person_id"] == str(someone.person.id)]
    assert [(each["template"], each["path"]) for each in mine] == [("password_changed", "/account")]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"current": "wrong one here"}, "current", "not your current password"),
        ({"again": "something else entirely"}, "again", "not the same password"),
        ({"new": "short", "again": "short"}, "new", "at least 12 characters"),
        ({"new": "chen wei chen wei", "again": "chen wei chen wei"}, "new", "easy to guess"),
        ({"new": PASSWORD, "again": PASSWORD}, "new", "Choose another one"),
        ({"new": "", "again": ""}, "new", "This is needed"),
    ],
)
def test_a_password_is_changed_by_who_knows_it_for_a_good_one(
    pages: Pages, committed: Sessions, fields: dict[str, str], field: str, words: str
) -> None:
    someone = a_person(committed, Role.BUYER)
    refused = change_password(pages.browser(someone), 422, **fields)
    assert words in refused.text and f'id="{field}-error"' in refused.text
    assert PASSWORD not in refused.text and pages.admission.by_cookie(someone.token)


def test_guessing_the_present_password_takes_ever_longer(
    pages: Pages, committed: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain, "delay", lambda tries: timedelta(minutes=tries + 1))
    browser = pages.browser(a_person(committed, Role.BUYER))
    for _ in range(3):
        change_password(browser, 422, current="wrong one here")
    assert "Too many attempts" in change_password(browser, 429).text


def test_whoever_knows_the_password_may_think_of_new_ones_for_long(
    pages: Pages, committed: Sessions
) -> None:
    browser = pages.browser(a_person(committed, Role.BUYER))
    for _ in range(6):
        refused = change_password(browser, 422, new="short", again="short")
        assert "not your current password" not in refused.text
    change_password(browser)
