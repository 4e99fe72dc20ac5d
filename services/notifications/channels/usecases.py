"""What happens to mails. Callers own the transaction; nothing here commits."""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from services.notifications.channels.persistence import Mail, load_waiting_mail, mails
from shared import audit, db, directory, jobs
from shared.directory import Person

Deliver = Callable[[Mail, Person], None]
SYSTEM = "notifications"


class ReaderUnknown(Exception):
    """The notice came before the news of its reader. It will be tried again."""


class AddressRefused(Exception):
    """The mail server will never take this address."""


def queue_mail(session: Session, *, notice_id: UUID) -> None:
    """Have a mail sent once this is committed."""
    session.execute(sa.insert(mails).values(notice_id=notice_id))
    jobs.defer(session, "send_mail", notice_id=str(notice_id))


def send_mail(session: Session, *, notice_id: UUID, deliver: Deliver) -> str:
    """Send a mail that waits, note it, and say what became of it: `mail_sent`, `mail_dropped`.

    It goes out twice only if we die between the two; both have the same Message-ID then.
    """
    mail = load_waiting_mail(session, notice_id)
    if mail is None:
        return ""
    reader = reader_of(session, mail)
    if reader is None:
        return close(session, mail, "mail_dropped", dropped_because="no address")
    try:
        deliver(mail, reader)
    except AddressRefused as refusal:
        return close(session, mail, "mail_dropped", dropped_because=str(refusal))
    return close(session, mail, "mail_sent", mail_sent_at=db.clock(session))


def reader_of(session: Session, mail: Mail) -> Person | None:
    """Nobody, where they have been erased or may no longer sign in."""
    if directory.person(session, mail.person_id) is None:
        raise ReaderUnknown(mail.person_id)
    found = directory.chosen_people(session, directory.people.c.id == mail.person_id)
    return next((reader for reader in found if reader.email), None)


def close(session: Session, mail: Mail, action: str, **values: object) -> str:
    own = sa.update(mails).where(mails.c.notice_id == mail.notice_id)
    session.execute(own.values(**values))
    chain, detail = f"inbox:{mail.person_id}", {"notice_id": mail.notice_id}
    audit.record(session, SYSTEM, chain=chain, action=action, detail=detail)
    return action
