"""Signing in and out, and how guessing is slowed down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from support.database import Sessions, rows, waits_since
from support.gateway import PASSWORD, Pages, SignIn, a_person, cookie_of, moment
from support.pages import Browser

from gateway.accounts import usecases
from gateway.accounts.domain import FREE_PER_ADDRESS, Attempts, TryLater, delay, of_account
from gateway.accounts.persistence import forget_attempts, load_attempts, login_attempts
from gateway.people import usecases as people
from gateway.people.domain import Language, OrganisationKind, Role
from gateway.sessions.persistence import sessions as session_rows
from gateway.sessions.usecases import purge_sessions
from shared.audit import audit_entries

START = datetime.fromisoformat("2026-11-22T09:00:00+00:00")


def test_the_login_page_works_for_strangers_in_both_languages(client: FlaskClient) -> None:
    browser = Browser(client, "")
    assert "Sign in" in browser.get("/login").text
    chinese = client.get("/login", headers={"Accept-Language": "zh-CN"}).text
    assert '<html lang="zh-Hans"' in chinese and "登录" in chinese
    assert 'autocomplete="current-password"' in chinese


def test_the_right_password_opens_a_session(sign_in: SignIn, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    answer = sign_in(someone.person.email.upper())
    cookie = cookie_of(answer)
    assert answer.status_code == 303 and answer.location == "/work"
    for attribute in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert attribute in cookie
    assert "Domain" not in cookie and len(cookie.partition(";")[0].partition("=")[2]) == 43
    stored = rows(committed, session_rows, person_id=someone.person.id)[-1]
    token = cookie.partition(";")[0].partition("=")[2]
    assert token not in str(stored) and stored.address == "192.0.2.7"
    entry = rows(committed, audit_entries, chain=f"person:{someone.person.id}")[-1]
    assert entry.action == "signed_in" and token not in str(entry)


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/admin/plans?show=open", "/admin/plans?show=open"),
        ("//evil.example", "/work"),
        ("https://evil.example", "/work"),
        ("/\\evil.example", "/work"),
        ("/work%0d%0aSet-Cookie: x", "/work"),
    ],
)
def test_the_way_on_stays_here(
    sign_in: SignIn, committed: Sessions, wanted: str, given: str
) -> None:
    someone = a_person(committed, Role.BUYER)
    assert sign_in(someone.person.email, next=wanted).location == given


def test_wrong_and_unknown_look_the_same(sign_in: SignIn, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    wrong = sign_in(someone.person.email, "not this one, no")
    unknown = sign_in("nobody@example.org", "not this one, no")
    assert wrong.status_code == unknown.status_code == 422
    assert "do not belong together" in wrong.text
    same = wrong.text.replace(someone.person.email, "nobody@example.org")
    assert same == unknown.text
    assert not cookie_of(wrong) and "not this one" not in wrong.text


def test_an_empty_form_says_what_is_missing(sign_in: SignIn) -> None:
    answer = sign_in("", "")
    assert answer.status_code == 422 and answer.text.count('aria-invalid="true"') == 2


def test_who_is_switched_off_does_not_enter(sign_in: SignIn, committed: Sessions) -> None:
    person = a_person(committed, Role.BUYER)
    vendor = a_person(committed, kind=OrganisationKind.VENDOR)
    with committed.begin() as session:
        people.change_person(
            session,
            "system",
            person_id=person.person.id,
            name="x",
            locale=Language.ENGLISH,
            zone="UTC",
            roles=[Role.BUYER],
            active=False,
            now=moment(),
        )
        people.change_organisation(
            session,
            "system",
            organisation_id=vendor.organisation.id,
            name="x",
            active=False,
            now=moment(),
        )
    assert sign_in(person.person.email).status_code == 422
    assert sign_in(vendor.person.email).status_code == 422


def test_signing_in_again_ends_the_session_before(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    browser = pages.browser(someone)
    answer = browser.client.post(
        "/login",
        data={"email": someone.person.email, "password": PASSWORD},
        headers=browser.headers,
    )
    assert answer.status_code == 303
    states = [row.ended_at for row in rows(committed, session_rows, person_id=someone.person.id)]
    assert states[0] is not None and states[1] is None


def test_signing_out_ends_the_session_on_the_server(pages: Pages, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    browser = pages.browser(someone)
    browser.get("/account")
    answer = browser.submit("/logout", follow=False)
    assert answer.location == "/login" and "Max-Age=0" in cookie_of(answer)
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert pages.admission.by_cookie(someone.token) is None
    assert rows(committed, session_rows, id=someone.session.id)[0].ended_at


def test_signing_out_needs_our_form(pages: Pages, committed: Sessions) -> None:
    browser = pages.browser(a_person(committed, Role.BUYER))
    assert browser.client.post("/logout", headers=browser.headers).status_code == 403


def test_delays_grow_and_end_at_a_minute() -> None:
    assert [delay(n).total_seconds() for n in (-3, -1, 0, 1, 2, 5, 6, 50)] == [
        0, 0, 1, 2, 4, 32, 60, 60,
    ]  # fmt: skip


def test_three_tries_are_free_then_one_waits() -> None:
    attempts = Attempts("x", free=3, failures=0, last_failed_at=START)
    for _ in range(3):
        attempts.take_one(START)
    with pytest.raises(TryLater) as refused:
        attempts.take_one(START)
    assert refused.value.params["seconds"] == 1
    attempts.take_one(START + timedelta(seconds=1))
    with pytest.raises(TryLater):
        attempts.take_one(START + timedelta(seconds=2))
    attempts.take_one(START + timedelta(minutes=20))
    assert attempts.failures == 1


def test_a_free_try_waits_for_no_other_that_was_counted_first() -> None:
    """Two colleagues behind one address sign in at once; the later one is counted first."""
    attempts = Attempts("x", free=3, failures=0, last_failed_at=START)
    attempts.take_one(START + timedelta(milliseconds=80))
    attempts.take_one(START + timedelta(milliseconds=20))
    assert attempts.failures == 2
    assert attempts.last_failed_at == START + timedelta(milliseconds=80)


def test_guessing_is_slowed_down_and_says_for_how_long(
    sign_in: SignIn, committed: Sessions
) -> None:
    someone = a_person(committed, Role.BUYER)
    email, address = someone.person.email, "198.51.100.1"
    statuses = [sign_in(email, "guess number one", address).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    held = sign_in(email, PASSWORD, address)
    assert held.status_code == 429 and int(held.headers["Retry-After"]) >= 1
    assert "Try again in" in held.text and not cookie_of(held)


def test_a_stranger_elsewhere_locks_nobody_out(sign_in: SignIn, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    for _ in range(10):
        sign_in(someone.person.email, "guess number one", "198.51.100.2")
    assert sign_in(someone.person.email, PASSWORD, "198.51.100.3").status_code == 303


def test_success_forgets_the_failures(sign_in: SignIn, committed: Sessions) -> None:
    someone = a_person(committed, Role.BUYER)
    email, address = someone.person.email, "198.51.100.4"
    for _ in range(2):
        assert sign_in(email, "guess number one", address).status_code == 422
        assert sign_in(email, PASSWORD, address).status_code == 303


def test_spraying_many_accounts_from_one_address_is_slowed_down(sessions: Sessions) -> None:
    with sessions.begin() as session:
        for n in range(FREE_PER_ADDRESS):
            email = f"{n}@example.org"
            usecases.count_attempt(session, email=email, address="198.51.100.9", now=START)
    with pytest.raises(TryLater), sessions.begin() as session:
        usecases.count_attempt(session, email="x@example.org", address="198.51.100.9", now=START)
    with sessions.begin() as session:
        usecases.count_attempt(session, email="x@example.org", address="198.51.100.8", now=START)


def test_a_try_that_waits_for_the_success_of_another_is_counted(committed: Sessions) -> None:
    """The row that it waits for is gone when its turn comes."""
    key = of_account("z@example.org", "z")

    def a_try() -> None:
        with committed.begin() as session:
            usecases.count_attempt(session, email="z@example.org", address="z", now=START)

    a_try()
    with ThreadPoolExecutor(1) as pool:
        with committed.begin() as first:
            load_attempts(first, key, free=0, now=START)
            second = pool.submit(a_try)
            assert waits_since(first, lambda: not second.done())
            forget_attempts(first, key)
        second.result(timeout=30)


def test_nobody_reads_in_the_table_what_was_typed(sign_in: SignIn, committed: Sessions) -> None:
    sign_in("my secret password by mistake", "x" * 12, "198.51.100.5")
    assert "secret" not in str(rows(committed, login_attempts))


def test_old_attempts_and_sessions_are_forgotten(sessions: Sessions) -> None:
    someone = a_person(sessions, Role.BUYER)
    with sessions.begin() as session:
        usecases.count_attempt(session, email="x", address="y", now=START)
        usecases.purge_old_attempts(session, now=START + timedelta(hours=1))
        purge_sessions(session, now=moment() + timedelta(days=10))
    assert rows(sessions, login_attempts, last_failed_at=START) == []
    assert rows(sessions, session_rows, id=someone.session.id)
    with sessions.begin() as session:
        purge_sessions(session, now=moment() + timedelta(days=40))
    assert not rows(sessions, session_rows, id=someone.session.id)
