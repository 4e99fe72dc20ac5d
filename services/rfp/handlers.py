"""What rfp does when another service speaks."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.vendors import usecases as vendors
from shared import directory
from shared.messaging.envelope import Event
from shared.messaging.inbox import Handler


def on_organisation_changed(session: Session, event: Event) -> None:
    directory.on_organisation_changed(session, event)
    vendors.meet_organisation(session, organisation_id=UUID(event.subject), kind=event.data["kind"])


HANDLERS: Mapping[str, Handler] = {
    **directory.IDENTITY_HANDLERS,
    "tandem.identity.organisation_changed.v1": on_organisation_changed,
}
