"""Events that were parked and jobs that failed: shown on Operations, and settled there."""

import pytest
import sqlalchemy as sa
from support.database import Sessions, rows
from support.gateway import Enrolled, Pages, a_person, moment
from support.operations import upstream_got
from support.upstream import Upstream

from gateway.people.domain import Language, Role
from shared.messaging.outbox import outbox

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
