"""Operations: what is running, what is stuck, and what an operator does about it."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from support.database import Sessions, rows
from support.gateway import Enrolled, Pages, a_person, moment
from support.operations import said, upstream_got
from support.upstream import Upstream

from gateway.operations.domain import Health, row
from gateway.people.domain import OrganisationKind, Role
from gateway.services import Service
from shared.messaging.dead_letters import dead_letters

LETTER = {
    "id": str(uuid4()),
    "topic": "tandem.rfp.events",
    "type": "tandem.rfp.rfp_awarded.v1",
    "error": "KeyError",
    "attempts": 5,
    "failed_at": "2026-11-22T09:00:00+00:00",
    "state": "waiting",
}


@pytest.mark.parametrize(
    ("changes", "health"),
    [
        ({}, Health.GOOD),
        ({"loops": []}, Health.STOPPED),
        ({"loops": [{"loop": "relay", "age_seconds": 60.0, "lag": None}]}, Health.STOPPED),
        ({"dead_letters": 1}, Health.STUCK),
        ({"jobs": {"failed": 1}}, Health.STUCK),
        ({"outbox": {"pending": 1, "parked": 1, "oldest_age_seconds": 0}}, Health.STUCK),
        ({"outbox": {"pending": 9, "parked": 0, "oldest_age_seconds": 61}}, Health.LATE),
    ],
)
def test_what_a_service_says_becomes_its_health(changes: dict[str, Any], health: Health) -> None:
    assert row(Service.RFP, said(**changes)).health is health


def test_what_the_consumer_has_handled_is_counted() -> None:
    loops = [{"loop": "relay", "age_seconds": 1.0, "lag": None, "handled": 0},
             {"loop": "consumer", "age_seconds": 1.0, "lag": 2, "handled": 41}]  # fmt: skip
    found = row(Service.RFP, said(loops=loops))
    assert (found.lag, found.handled) == (2, 41)


def test_a_service_that_says_nothing_is_away() -> None:
    assert row(Service.RFP, None).health is Health.AWAY


@pytest.fixture
def own_letter(committed: Sessions) -> Iterator[UUID]:
    """A message that the gateway itself could not handle."""
    number = uuid4()
    with committed.begin() as session:
        values = {"topic": "tandem.audit.checkpoints", "partition": 0, "offset": number.int % 10**9}
        values |= {"id": number, "type": "tandem.audit.checkpoint_signed.v1", "headers": {}}
        values |= {"value": b"{}", "error": "Undecodable", "attempts": 5, "failed_at": moment()}
        session.execute(sa.insert(dead_letters).values(values))
    yield number
    with committed.begin() as session:
        session.execute(sa.delete(dead_letters).where(dead_letters.c.id == number))


def test_the_page_shows_every_service_and_ourselves(pages: Pages, operator: Enrolled) -> None:
    page = pages.browser(operator).get("/admin/operations").text
    for words in ("Plans and RFPs", "Contracts", "Performance", "Messages", "administration"):
        assert words in page
    assert "5 of 5" in page and "Every event was handled" in page


def test_the_page_says_how_much_was_handled(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    loops = [{"loop": "consumer", "age_seconds": 1.0, "lag": 0, "handled": 41}]
    upstream.says("/internal/operations", said(loops=loops))
    assert "41 handled so far" in pages.browser(operator).get("/admin/operations").text


def test_a_service_that_is_away_is_named(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    del upstream.answers["/internal/operations"]
    page = pages.browser(operator).get("/admin/operations").text
    assert "1 of 5" in page and page.count("Does not answer") == 4


def test_the_page_renews_itself_only_where_something_changed(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    browser = pages.browser(operator)
    page = browser.get("/admin/operations").text
    path = page.partition('hx-get="/admin/operations/live')[2].partition('"')[0]
    assert "X-Background" in page
    browser.get(f"/admin/operations/live{path}", 204)
    upstream.says("/internal/operations", said(dead_letters=3))
    renewed = browser.get(f"/admin/operations/live{path}").text
    assert "<html" not in renewed and "Needs attention" in renewed


def test_dead_letters_are_shown_replayed_and_discarded(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    upstream.says("/internal/dead-letters", {"items": [LETTER]})
    where = f"/internal/dead-letters/{LETTER['id']}"
    whole = LETTER | {"partition": 3, "offset": 7, "key": "k", "headers": {"ce_id": "1"}}
    upstream.says(where, whole | {"value": '{"secret": "of the message"}'})
    for htmx in (False, True):
        browser = pages.browser(operator, htmx=htmx)
        assert "KeyError" in browser.get("/admin/operations").text
        browser.get(f"/admin/operations/dead-letters/rfp/{LETTER['id']}")
        assert "of the message" in browser.text and "ce_id" in browser.text
        for order in ("replay", "discard"):
            upstream.answers[f"{where}/{order}"] = lambda handler: handler.reply("", 204)
            browser.get(f"/admin/operations/dead-letters/rfp/{LETTER['id']}")
            browser.submit(f"/{order}")
            assert upstream_got(upstream, f"{where}/{order}").method == "POST"


def test_what_a_service_refuses_is_said_in_its_words(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    where = f"/internal/dead-letters/{LETTER['id']}"
    upstream.says(where, LETTER | {"headers": {}, "value": "", "key": ""})
    upstream.says(f"{where}/replay", {"message": "The message fails as before: KeyError"}, 409)
    browser = pages.browser(operator)
    browser.get(f"/admin/operations/dead-letters/rfp/{LETTER['id']}")
    assert "fails as before" in browser.submit("/replay", 409).text
    del upstream.answers[where]
    upstream.answers[where] = lambda handler: handler.reply_json({"message": "gone"}, 404)
    browser.get(f"/admin/operations/dead-letters/rfp/{LETTER['id']}", 404)
    browser.get(f"/admin/operations/dead-letters/nobody/{LETTER['id']}", 404)


def test_our_own_dead_letters_are_settled_here(
    pages: Pages, operator: Enrolled, committed: Sessions, own_letter: UUID
) -> None:
    browser = pages.browser(operator)
    assert str(own_letter) in browser.get("/admin/operations").text
    browser.get(f"/admin/operations/dead-letters/gateway/{own_letter}")
    browser.submit("/replay", 409)
    browser.get(f"/admin/operations/dead-letters/gateway/{own_letter}")
    browser.submit("/discard")
    assert rows(committed, dead_letters, id=own_letter)[0].state == "discarded"


def test_orders_need_our_form(pages: Pages, operator: Enrolled, upstream: Upstream) -> None:
    browser = pages.browser(operator)
    before = len(upstream.received)
    path = f"/admin/operations/dead-letters/rfp/{LETTER['id']}/discard"
    assert browser.client.post(path, headers=browser.headers).status_code == 403
    assert browser.client.post(f"{path}x", headers=browser.headers).status_code == 404
    assert not any(got.method == "POST" for got in upstream.received[before:])


@pytest.mark.parametrize("role", [Role.BUYER, Role.AUDITOR])
def test_operations_are_for_operators(pages: Pages, committed: Sessions, role: Role) -> None:
    browser = pages.browser(a_person(committed, role))
    letter = f"/admin/operations/dead-letters/rfp/{LETTER['id']}"
    for path in ("/admin/operations", "/admin/operations/live", letter):
        browser.get(path, 403)
    assert browser.client.post(f"{letter}/replay", headers=browser.headers).status_code == 403
    vendor = pages.browser(a_person(committed, kind=OrganisationKind.VENDOR))
    vendor.get("/admin/operations", 403)
    admin = pages.browser(a_person(committed, Role.ADMIN))
    admin.get("/admin/operations")
