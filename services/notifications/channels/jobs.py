"""Sends mails: each by a job of its own, and what stayed behind every minute."""

import gettext
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache, partial
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from babel import Locale

from services.notifications.channels import queries, usecases
from services.notifications.channels.domain import Letter, Translate, as_message
from services.notifications.channels.persistence import Mail
from services.notifications.inbox.domain import words
from shared.directory import Person
from shared.jobs import Context, Cron, Jobs
from shared.kernel import N_
from shared.logging import get_logger
from shared.metrics import counter
from shared.web import formats

TRANSLATIONS = Path(__file__).parents[1] / "translations"
TIMEOUT_S = 20
log = get_logger(__name__)
OUTCOMES = ("sent", "failed", "dropped")
MAILS = counter("mails", "Mails, by what became of them; a failed one is tried again", "outcome")
DUE = N_("Due: %(at)s, %(zone)s")


def send_mail(context: Context, *, notice_id: str) -> None:
    settings = context.settings

    def deliver(mail: Mail, reader: Person) -> None:
        post(settings.smtp_url, compose(mail, reader, settings.public_url))

    with counted_mail() as outcome, context.sessions.begin() as session:
        outcome.append(usecases.send_mail(session, notice_id=UUID(notice_id), deliver=deliver))


def count_from_zero() -> None:
    """Else nobody sees the first mail of an outcome: growth is what alerts look at."""
    for outcome in OUTCOMES:
        MAILS.labels(outcome)


@contextmanager
def counted_mail() -> Iterator[list[str]]:
    """Once it is committed. What had gone out before is not counted again."""
    outcomes: list[str] = []
    try:
        yield outcomes
    except usecases.ReaderUnknown:  # it came too early, and was not tried
        raise
    except Exception:
        MAILS.labels("failed").inc()
        raise
    for outcome in filter(None, outcomes):
        MAILS.labels(outcome.removeprefix("mail_")).inc()


def send_overdue_mails(context: Context) -> None:
    """After the mail server was away. While it still is, the first mail ends the round."""
    with context.sessions() as session:
        overdue = queries.overdue_mails(session)
    for notice_id in overdue:
        try:
            send_mail(context, notice_id=str(notice_id))
        except (usecases.ReaderUnknown, smtplib.SMTPResponseException) as fault:
            log.warning("A mail still waits", notice_id=str(notice_id), fault=repr(fault))


def compose(mail: Mail, reader: Person, public_url: str) -> EmailMessage:
    translate = translator(reader.locale)
    month = partial(formats.month, locale=Locale.parse(reader.locale, sep="-"))
    title, body = words(mail.template, mail.params, translate, month)
    number = mail.params.get("number")
    letter = Letter(
        notice_id=mail.notice_id,
        raised_at=mail.raised_at,
        language=reader.locale,
        subject=f"{title} · {number}" if number else title,
        paragraphs=[body, *due(mail, reader, translate)],
        link=public_url + mail.path,
    )
    to = Address(reader.name, addr_spec=reader.email)
    return as_message(letter, to=to, public_url=public_url, translate=translate)


def due(mail: Mail, reader: Person, translate: Translate) -> list[str]:
    """A deadline as the clock shows it where the reader lives."""
    if mail.due_at is None:
        return []
    locale = Locale.parse(reader.locale, sep="-")
    zone = formats.known_zone(reader.zone)
    at = formats.moment(mail.due_at, locale, zone)
    return [translate(DUE) % {"at": at, "zone": formats.zone_words(mail.due_at, locale, zone)}]


@cache
def translator(locale: str) -> Translate:
    languages = [locale.replace("-", "_")]
    return gettext.translation("messages", TRANSLATIONS, languages=languages, fallback=True).gettext


def post(smtp_url: str, message: EmailMessage) -> None:
    """Hand the message to the mail server, which has it when this returns."""
    server = urlsplit(smtp_url)
    with connected(server.scheme, str(server.hostname), server.port or 25) as smtp:
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        try:
            smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise final(refusal) from refusal


def final(refusal: smtplib.SMTPRecipientsRefused) -> Exception:
    """5xx is for ever; 4xx may pass."""
    code, words_of_server = next(iter(refusal.recipients.values()))
    if code >= 500:
        return usecases.AddressRefused(f"{code} {words_of_server.decode(errors='replace')}")
    return smtplib.SMTPResponseException(code, words_of_server)


def connected(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(host, port, timeout=TIMEOUT_S)


JOBS: Jobs = {"send_mail": send_mail, "send_overdue_mails": send_overdue_mails}
CRON: Cron = {"* * * * *": ["send_overdue_mails"]}
