"""What others learn of people and organisations: the one place where names and addresses leave."""

from datetime import datetime

from gateway.people.domain import Organisation, Person
from shared.messaging.envelope import Event

SOURCE = "/tandem/gateway"


def organisation_changed(organisation: Organisation, now: datetime) -> Event:
    return Event.of(
        "tandem.identity.organisation_changed.v1",
        source=SOURCE,
        subject=organisation.id,
        time=now,
        data={
            "organisation_id": str(organisation.id),
            "kind": organisation.kind,
            "name": organisation.name,
            "slug": organisation.slug,
            "active": organisation.active,
        },
    )


def person_changed(person: Person, now: datetime) -> Event:
    return Event.of(
        "tandem.identity.person_changed.v1",
        source=SOURCE,
        subject=person.id,
        time=now,
        data={
            "person_id": str(person.id),
            "name": person.name,
            "email": person.email,
            "locale": person.locale,
            "time_zone": person.zone,
            "organisation_id": str(person.organisation_id),
            "roles": list(person.roles),
            "active": person.active,
        },
    )
