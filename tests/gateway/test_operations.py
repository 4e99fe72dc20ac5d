"""Operations: what is running, what is stuck, and what an operator does about it."""

import socket
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from support.database import Sessions, rows
from support.gateway import Enrolled, Pages, a_person, moment
from support.upstream import Upstream

from gateway.operations.domain import Health, row
from gateway.operations.reach import NOWHERE, answers, of_pairs, of_url
from gateway.people.domain import Language, OrganisationKind, Role
from gateway.services import Service
from shared.messaging.dead_letters import dead_letters
from shared.messaging.outbox import outbox

LETTER = {
    "id": str(uuid4()),
    "topic": "tandem.rfp.events",
    "type": "tandem.rfp.rfp_awarded.v1",
    "error": "KeyError",
    "attempts": 5,
    "failed_at": "2026-11-22T09:00:00+00:00",
    "state": "waiting",
}


def said(**changes: Any) -> dict[str, Any]:
    loops = [{"loop": name, "age_seconds": 2.0, "lag": 0} for name in ("relay", "consumer", "jobs")]
    usual = {
        "service": "rfp",
        "outbox": {"pending": 0, "parked": 0, "oldest_age_seconds": 0.0},
        "dead_letters": 0,
        "loops": loops,
        "jobs": {},
    }
    return usual | changes


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
def operator(committed: Sessions, upstream: Upstream) -> Enrolled:
    upstream.says("/internal/operations", said())
    upstream.says("/internal/dead-letters", {"items": []})
    upstream.says("/internal/stuck", {"events": [], "jobs": []})
    return a_person(committed, Role.OPERATOR)


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


def upstream_got(upstream: Upstream, path: str) -> Any:
    return next(got for got in reversed(upstream.received) if got.path == path)


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


EVENT = {
    "id": "0193a5f0-0000-7000-8000-000000000001",
    "type": "tandem.rfp.rfp_awarded.v1",
    "topic": "tandem.rfp.events",
    "subject": "s",
    "because": "MessageSizeTooLargeError",
    "parked_at": "2026-11-22T09:00:00+00:00",
}
JOB = {"id": 7, "name": "send_mail", "attempts": 8, "failed_at": "2026-11-22T09:00:00+00:00"}


def test_what_is_stuck_is_shown_and_settled(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    upstream.says("/internal/stuck", {"events": [EVENT], "jobs": [JOB]})
    event, job = f"/internal/parked-events/{EVENT['id']}", "/internal/failed-jobs/7"
    for htmx in (False, True):
        for where, order in (
            (event, "release"), (event, "discard"), (job, "retry"), (job, "remove")
        ):  # fmt: skip
            upstream.answers[f"{where}/{order}"] = lambda handler: handler.reply("", 204)
            browser = pages.browser(operator, htmx=htmx)
            page = browser.get("/admin/operations").text
            assert "MessageSizeTooLargeError" in page and "send_mail" in page
            path = where.removeprefix("/internal/").replace("/", "/rfp/", 1)
            browser.submit(f"/admin/operations/{path}/{order}")
            assert upstream_got(upstream, f"{where}/{order}").method == "POST"
    upstream.says(f"{job}/retry", {"message": "The same work waits already."}, 409)
    browser.get("/admin/operations")
    assert "waits already" in browser.submit("/failed-jobs/rfp/7/retry", 409).text


def test_what_is_stuck_is_read_in_chinese(
    pages: Pages, committed: Sessions, operator: Enrolled, upstream: Upstream
) -> None:
    upstream.says("/internal/stuck", {"events": [EVENT], "jobs": [JOB]})
    reader = a_person(committed, Role.OPERATOR, locale=Language.CHINESE)
    page = pages.browser(reader).get("/admin/operations").text
    for words in ("未能发送的事件", "失败的后台任务", "重新发送", "移除"):
        assert words in page


def test_our_own_stuck_things_are_settled_here(
    pages: Pages, operator: Enrolled, committed: Sessions
) -> None:
    with committed.begin() as session:
        session.execute(sa.update(outbox).values(published_at=moment()))
        (event_id, *_) = session.scalars(sa.select(outbox.c.id))
        parked = {"published_at": None, "parked_at": moment(), "parked_because": "TooLarge"}
        session.execute(sa.update(outbox).where(outbox.c.id == event_id).values(parked))
        fail = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES "
        session.execute(sa.text(fail + "('default', 'purge_attempts', 'failed')"))
    browser = pages.browser(operator)
    assert "TooLarge" in browser.get("/admin/operations").text
    browser.submit(f"/parked-events/gateway/{event_id}/release")
    assert not rows(committed, outbox, id=event_id)[0].parked_at
    assert "purge_attempts" in browser.get("/admin/operations").text
    browser.submit("/remove")
    assert "purge_attempts" not in browser.get("/admin/operations").text


@pytest.mark.parametrize(
    "path", [f"parked-events/rfp/{EVENT['id']}/release", "failed-jobs/rfp/7/retry"]
)
def test_orders_for_what_is_stuck_are_for_operators(
    pages: Pages, committed: Sessions, operator: Enrolled, upstream: Upstream, path: str
) -> None:
    before = len(upstream.received)
    for who in (a_person(committed, Role.BUYER), operator):  # the latter without our form
        browser = pages.browser(who)
        answer = browser.client.post(f"/admin/operations/{path}", headers=browser.headers)
        assert answer.status_code == 403
    assert not any(got.method == "POST" for got in upstream.received[before:])


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


def test_each_process_and_each_job_of_the_clock_has_its_row(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    due = {"name": "sign_checkpoint", "last_at": "2026-11-22T09:00:00+00:00"}
    due |= {"next_at": "2026-11-22T09:01:00+00:00"}
    upstream.says("/internal/operations", said(clock=[due], jobs={"todo": 2, "doing": 1}))
    text = pages.browser(operator).get("/admin/operations").text
    for process in ("Edge, in front of all pages", "PostgreSQL", "Kafka", "Mail server"):
        assert process in text
    assert "Plans and RFPs: Worker" in text and "Sending events less than 10 s ago" in text
    assert "2 waiting, 1 running, 0 failed" in text
    assert "17:00" in text and "17:01" in text  # in Shanghai


def test_what_does_not_listen_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
        assert answers(("127.0.0.1", port)) and of_pairs(f"127.0.0.1:{port}")[0][1] == port
    assert not answers(("127.0.0.1", port))
    assert of_url("smtp://mail.example") == ("mail.example", 25)


@pytest.mark.parametrize(
    ("addresses", "places"),
    [
        ("kafka", [("kafka", 9092)]),
        ("a:1, b:2,", [("a", 1), ("b", 2)]),
        ("[::1]:9093", [("::1", 9093)]),
        ("", []),
        ("a:b,c:70000,[", [NOWHERE] * 3),
    ],
)
def test_brokers_however_they_are_written(addresses: str, places: list[tuple[str, int]]) -> None:
    assert of_pairs(addresses) == places
    assert not answers(NOWHERE)
