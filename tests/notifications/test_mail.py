import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from support.actors import staff
from support.database import Sessions, know, rows
from support.figures import grows
from support.notices import RAISED_AT, a_notice

from services.notifications.channels import jobs, usecases
from services.notifications.channels.persistence import mails
from services.notifications.config import Settings
from services.notifications.handlers import HANDLERS
from shared import audit
from shared.jobs import Context
from shared.messaging.envelope import Event
from shared.messaging.inbox import handle_once

BUYER = staff("buyer")
WANG = replace(staff("wang"), locale="zh-Hans", zone="Asia/Shanghai")


def receive(sessions: Sessions, *events: Event) -> list[str]:
    """The ids of the notices whose mails now wait."""
    with sessions.begin() as session:
        for event in events:
            handle_once(session, event, HANDLERS, consumer="tests")
    return [str(event.id) for event in events if event.type.endswith("notice_raised.v1")]


def identity(kind: str, **data: Any) -> Event:
    return Event.of(
        f"tandem.identity.{kind}.v1",
        source="/tandem/gateway",
        subject=UUID(data["person_id"]),
        time=RAISED_AT,
        data=data,
    )


def deferred(sessions: Sessions) -> list[tuple[str, dict[str, str]]]:
    with sessions() as session:
        jobs_there = sa.text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id")
        return [(row.task_name, row.args) for row in session.execute(jobs_there)]


def text(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part
    return str(part.get_content())


def test_a_notice_defers_one_mail_however_often_it_comes(sessions: Sessions) -> None:
    first, _ = receive(sessions, a_notice(BUYER), a_notice(BUYER))
    assert deferred(sessions) == [("send_mail", {"notice_id": first})]
    assert len(rows(sessions, mails)) == 1


def test_a_mail_has_one_id_a_link_and_two_forms(
    context: Context, sessions: Sessions, post_box: list[EmailMessage]
) -> None:
    odd = {"number": "PLAN-1", "title": "<b>Desk</b> & more"}
    [notice_id] = receive(sessions, a_notice(BUYER, params=odd))
    jobs.send_mail(context, notice_id=notice_id)
    [mail] = post_box
    assert mail["Message-ID"] == f"<{notice_id}@127.0.0.1>"
    assert mail["To"] == "buyer <buyer@example.org>" and mail["From"] == "Tandem <tandem@127.0.0.1>"
    assert mail["Subject"] == "A plan waits for your decision · PLAN-1"
    link = "http://127.0.0.1:8400/admin/plans/1"
    assert "PLAN-1 “<b>Desk</b> & more” was submitted." in text(mail, "plain")
    assert link in text(mail, "plain") and f'href="{link}"' in text(mail, "html")
    assert "“&lt;b&gt;Desk&lt;/b&gt; &amp; more”" in text(mail, "html")


def test_a_mail_speaks_its_readers_language_and_zone(
    context: Context, sessions: Sessions, post_box: list[EmailMessage]
) -> None:
    know(sessions, WANG)
    [notice_id] = receive(sessions, a_notice(WANG, due_at="2026-12-01T01:00:00+00:00"))
    jobs.send_mail(context, notice_id=notice_id)
    [mail] = post_box
    assert mail["Subject"] == "有一份计划等您审批 · PLAN-2026-001"
    assert mail["Content-Language"] == "zh-Hans"
    assert "2026年12月1日 周二 09:00" in text(mail, "plain")
    assert '<html lang="zh-Hans">' in text(mail, "html")


def test_a_mail_names_the_month_in_its_readers_language(
    context: Context, sessions: Sessions, post_box: list[EmailMessage]
) -> None:
    know(sessions, WANG)
    params = {"number": "CT-2026-001", "title": "接通率", "month": "2026-10"}
    [notice_id] = receive(sessions, a_notice(WANG, "sla_breached", params=params))
    jobs.send_mail(context, notice_id=notice_id)
    [mail] = post_box
    assert "CT-2026-001 的“接通率”在2026年10月未达标" in text(mail, "plain")


def test_a_mail_that_was_noted_never_goes_again(
    context: Context, sessions: Sessions, post_box: list[EmailMessage]
) -> None:
    [notice_id] = receive(sessions, a_notice(BUYER))
    with grows("mails_total", outcome="sent"):
        for _ in range(3):
            jobs.send_mail(context, notice_id=notice_id)
    assert len(post_box) == 1
    [mail] = rows(sessions, mails)
    assert mail.mail_sent_at
    with sessions() as session:
        assert audit.history(session, f"inbox:{BUYER.user_id}")[0].action == "mail_sent"


def test_a_death_between_sending_and_noting_repeats_the_same_message(
    context: Context, sessions: Sessions, post_box: list[EmailMessage], monkeypatch: Any
) -> None:
    [notice_id] = receive(sessions, a_notice(BUYER))
    with monkeypatch.context() as dying:
        dying.setattr(usecases, "close", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.send_mail(context, notice_id=notice_id)
    jobs.send_mail(context, notice_id=notice_id)
    first, second = post_box
    assert first["Message-ID"] == second["Message-ID"] and first["Date"] == second["Date"]


def test_two_senders_at_once_send_one_mail(
    committed: Sessions, settings: Settings, post_box: list[EmailMessage], monkeypatch: Any
) -> None:
    know(committed, BUYER)
    [notice_id] = receive(committed, a_notice(BUYER))
    context = Context(committed, settings)
    both = threading.Barrier(2)
    monkeypatch.setattr(jobs, "post", lambda url, mail: (post_box.append(mail), both.wait(10)))
    sender = threading.Thread(
        target=jobs.send_mail, args=[context], kwargs={"notice_id": notice_id}
    )
    sender.start()
    while not post_box and sender.is_alive():
        time.sleep(0.01)
    jobs.send_mail(context, notice_id=notice_id)  # finds it taken
    both.wait(10)
    sender.join()
    assert len(post_box) == 1


def test_while_the_mail_server_is_away_the_mail_waits(
    context: Context, sessions: Sessions, post_box: list[EmailMessage], monkeypatch: Any
) -> None:
    [notice_id] = receive(sessions, a_notice(BUYER))
    with monkeypatch.context() as away:
        away.setattr(jobs, "post", refused)
        with pytest.raises(ConnectionRefusedError), grows("mails_total", outcome="failed"):
            jobs.send_mail(context, notice_id=notice_id)
    assert rows(sessions, mails)[0].mail_sent_at is None
    jobs.send_overdue_mails(context)
    assert post_box == [], "its own job is to try first"
    grow_old(sessions)
    jobs.send_overdue_mails(context)
    jobs.send_overdue_mails(context)
    assert len(post_box) == 1


def refused(url: str, message: EmailMessage) -> None:
    raise ConnectionRefusedError


def grow_old(sessions: Sessions) -> None:
    with sessions.begin() as session:
        old = mails.c.queued_at - sa.text("interval '10 minutes'")
        session.execute(sa.update(mails).values(queued_at=old))


def test_a_mail_for_someone_not_yet_known_waits_for_them_and_holds_nobody_up(
    context: Context, sessions: Sessions, post_box: list[EmailMessage]
) -> None:
    stranger = staff("newcomer")
    early, _ = receive(sessions, a_notice(stranger), a_notice(BUYER))
    with pytest.raises(usecases.ReaderUnknown):
        jobs.send_mail(context, notice_id=early)
    grow_old(sessions)
    jobs.send_overdue_mails(context)
    assert [mail["To"] for mail in post_box] == ["buyer <buyer@example.org>"]
    know(sessions, stranger)
    jobs.send_overdue_mails(context)
    assert [mail["To"] for mail in post_box][1:] == ["newcomer <newcomer@example.org>"]


def test_an_erased_person_has_no_address_left_and_gets_no_mail(
    context: Context, sessions: Sessions, post_box: list[EmailMessage]
) -> None:
    [notice_id] = receive(sessions, a_notice(BUYER))
    receive(sessions, identity("person_erased", person_id=str(BUYER.user_id)))
    jobs.send_mail(context, notice_id=notice_id)
    assert post_box == [] and rows(sessions, mails)[0].dropped_because == "no address"
    with sessions() as session:
        for table in ("people", "notices", "mails", "procrastinate_jobs", "audit_entries"):
            kept = session.scalars(sa.text(f"SELECT t::text FROM {table} t")).all()
            assert not any("buyer@example.org" in row for row in kept), table


@pytest.fixture
def mail_server() -> Iterator[Controller]:
    class Box:
        def __init__(self) -> None:
            self.messages: list[bytes] = []

        async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
            self, server: Any, session: Any, envelope: Any, address: str, options: Any
        ) -> str:
            if address.startswith(("gone", "busy")):
                return "550 no such box" if address.startswith("gone") else "451 later"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(  # noqa: N802  # aiosmtpd's name
            self, server: Any, session: Any, envelope: Any
        ) -> str:
            self.messages.append(envelope.content)
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    yield controller
    controller.stop()


def test_a_real_mail_server_gets_it_and_its_refusals_are_told_apart(
    context: Context, sessions: Sessions, mail_server: Controller
) -> None:
    url = f"smtp://127.0.0.1:{mail_server.port}"
    real = Context(sessions, replace(context.settings, smtp_url=url))
    gone, busy = staff("gone"), staff("busy")
    know(sessions, gone, busy, WANG)
    good, bad, later = receive(sessions, a_notice(WANG), a_notice(gone), a_notice(busy))
    for notice_id in (good, bad):
        jobs.send_mail(real, notice_id=notice_id)
    with pytest.raises(smtplib.SMTPResponseException):
        jobs.send_mail(real, notice_id=later)
    [content] = mail_server.handler.messages
    assert f"Message-ID: <{good}@127.0.0.1>".encode() in content
    by_id = {str(row.notice_id): row for row in rows(sessions, mails)}
    assert by_id[good].mail_sent_at and by_id[bad].dropped_because.startswith("550")
    assert by_id[later].mail_sent_at is by_id[later].dropped_because is None
