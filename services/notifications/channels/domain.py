"""A mail as a person gets it: plain text and simple HTML that say the same."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from urllib.parse import urlsplit
from uuid import UUID

from shared.kernel import N_

Translate = Callable[[str], str]
OPEN = N_("Open it in Tandem")
WHY = N_("You get this mail because you have an account at Tandem 协行 (%(address)s).")


@dataclass(frozen=True)
class Letter:
    """What a mail says, in its reader's language."""

    notice_id: UUID
    raised_at: datetime
    language: str
    subject: str
    paragraphs: Sequence[str]
    link: str


def host(public_url: str) -> str:
    return urlsplit(public_url).hostname or "localhost"


def message_id(notice_id: UUID, public_url: str) -> str:
    """The same for every attempt, so that a mail sent twice shows once."""
    return f"<{notice_id}@{host(public_url)}>"


def as_message(
    letter: Letter, *, to: Address, public_url: str, translate: Translate
) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = message_id(letter.notice_id, public_url)
    message["Date"] = format_datetime(letter.raised_at)
    message["From"] = Address("Tandem", "tandem", host(public_url))
    message["To"] = to
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"
    footer = translate(WHY) % {"address": public_url}
    message.set_content(plain(letter, translate(OPEN), footer))
    message.add_alternative(html(letter, translate(OPEN), footer), subtype="html")
    message["Content-Language"] = letter.language  # last: a new content drops such headers
    return message


def plain(letter: Letter, opening: str, footer: str) -> str:
    parts = [letter.subject, *letter.paragraphs, f"{opening}:\n{letter.link}", f"-- \n{footer}"]
    return "\n\n".join(parts) + "\n"


def html(letter: Letter, opening: str, footer: str) -> str:
    said = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in letter.paragraphs)
    return (
        f'<!doctype html>\n<html lang="{letter.language}">\n'
        f'<head><meta charset="utf-8"><title>{escape(letter.subject)}</title></head>\n'
        f"<body>\n<h1>{escape(letter.subject)}</h1>\n{said}\n"
        f'<p><a href="{escape(letter.link)}">{escape(opening)}</a></p>\n'
        f"<hr>\n<p><small>{escape(footer)}</small></p>\n</body>\n</html>\n"
    )
