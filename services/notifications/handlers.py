"""What notifications does when another service speaks."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from services.notifications.channels import usecases as channels
from services.notifications.inbox import usecases as inbox
from shared.directory import IDENTITY_HANDLERS
from shared.messaging.envelope import Event
from shared.messaging.inbox import Handler


def on_notice_raised(session: Session, event: Event) -> None:
    """A message for one person, and a mail that follows it."""
    notice_id = inbox.receive_notice(session, event)
    if notice_id:
        channels.queue_mail(session, notice_id=notice_id)


HANDLERS: Mapping[str, Handler] = {
    **IDENTITY_HANDLERS,
    "tandem.notices.notice_raised.v1": on_notice_raised,
}
