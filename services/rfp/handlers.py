"""What rfp does when another service speaks."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.awards import usecases as awards
from services.rfp.vendors import usecases as vendors
from shared import directory
from shared.messaging.envelope import Event
from shared.messaging.inbox import Handler


def on_organisation_changed(session: Session, event: Event) -> None:
    directory.on_organisation_changed(session, event)
    vendors.meet_organisation(session, organisation_id=UUID(event.subject), kind=event.data["kind"])


def on_contract_declined(session: Session, event: Event) -> None:
    """The lot can be awarded to another bid, or closed."""
    awards.decline_award(
        session,
        rfp_id=UUID(event.data["rfp_id"]),
        award_id=UUID(event.data["award_id"]),
        declined_by=event.data["declined_by"],
        now=datetime.fromisoformat(event.data["declined_at"]),
    )


def on_contract_activated(session: Session, event: Event) -> None:
    """What was tendered begins. Contracts of an older release do not name their award."""
    if "award_id" in event.data:
        awards.tell_in_force(
            session,
            award_id=UUID(event.data["award_id"]),
            contract_id=UUID(event.data["contract_id"]),
            number=event.data["number"],
            now=datetime.fromisoformat(event.data["activated_at"]),
        )


HANDLERS: Mapping[str, Handler] = {
    **directory.IDENTITY_HANDLERS,
    "tandem.identity.organisation_changed.v1": on_organisation_changed,
    "tandem.contracts.contract_activated.v1": on_contract_activated,
    "tandem.contracts.contract_declined.v1": on_contract_declined,
}
