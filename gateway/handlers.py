"""What the gateway does when a service speaks."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from gateway.audits.usecases import keep_checkpoint
from shared.messaging.envelope import Event
from shared.messaging.inbox import Handler


def on_checkpoint_signed(session: Session, event: Event) -> None:
    keep_checkpoint(session, event_id=event.id, data=event.data)


HANDLERS: Mapping[str, Handler] = {
    "tandem.audit.checkpoint_signed.v1": on_checkpoint_signed,
}
