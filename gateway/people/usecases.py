"""What administrators do to organisations and people, and people to their own settings."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from gateway import passwords
from gateway.people import events
from gateway.people.domain import (
    BuyerStays,
    EmailTaken,
    Language,
    LastAdministrator,
    OneBuyerOnly,
    Organisation,
    OrganisationInactive,
    OrganisationKind,
    Person,
    Role,
    SamePassword,
    SlugTaken,
    Theme,
    WrongPassword,
    fitting_roles,
    normal_email,
)
from gateway.people.persistence import (
    email_is_taken,
    find_buyer,
    load_organisation,
    load_person,
    lock_administrators,
    slug_is_taken,
)
from gateway.sessions.usecases import end_sessions_of
from shared import audit
from shared.kernel import Actor, NotFound
from shared.messaging import outbox
from shared.messaging.notices import notify

By = Actor | str  # a command has no actor of its own


def enrol_organisation(
    session: Session, by: By, *, kind: OrganisationKind, name: str, slug: str, now: datetime
) -> Organisation:
    organisation = Organisation(kind, name, slug)
    if slug_is_taken(session, slug):
        raise SlugTaken(slug=slug)
    if kind is OrganisationKind.BUYER and find_buyer(session):
        raise OneBuyerOnly
    session.add(organisation)
    session.flush()
    tell_of_organisation(session, by, organisation, "organisation_enrolled", now)
    return organisation


def change_organisation(
    session: Session, by: By, *, organisation_id: UUID, name: str, active: bool, now: datetime
) -> Organisation:
    """An organisation that is not active keeps its people and clients out from the next request."""
    organisation = load_organisation(session, organisation_id)
    if organisation.kind is OrganisationKind.BUYER and not active:
        raise BuyerStays
    organisation.name, organisation.active = name, active
    session.flush()
    tell_of_organisation(session, by, organisation, "organisation_changed", now)
    return organisation


def tell_of_organisation(
    session: Session, by: By, organisation: Organisation, action: str, now: datetime
) -> None:
    detail = {"kind": organisation.kind, "slug": organisation.slug, "active": organisation.active}
    chain = f"organisation:{organisation.id}"
    audit.record(session, by, chain=chain, action=action, detail=detail)
    outbox.record(session, events.organisation_changed(organisation, now))


def enrol_person(
    session: Session,
    by: By,
    *,
    organisation_id: UUID,
    email: str,
    name: str,
    locale: Language,
    zone: str,
    roles: Iterable[Role],
    password: str | None = None,
    now: datetime,
) -> Person:
    """Without a password nobody signs in, until an administrator makes one."""
    organisation = load_organisation(session, organisation_id)
    if not organisation.active:
        raise OrganisationInactive(name=organisation.name)
    person = Person(
        organisation_id=organisation_id,
        email=normal_email(email),
        name=name,
        locale=locale,
        zone=zone,
        roles=fitting_roles(organisation.kind, roles),
        password_hash=passwords.hashed(password) if password else "",
        created_at=now,
    )
    if email_is_taken(session, person.email):
        raise EmailTaken(email=person.email)
    session.add(person)
    session.flush()
    tell_of_person(session, by, person, "person_enrolled", now)
    return person


def change_person(
    session: Session,
    by: By,
    *,
    person_id: UUID,
    name: str,
    locale: Language,
    zone: str,
    roles: Iterable[Role],
    active: bool,
    now: datetime,
) -> Person:
    """New roles, or none of us any more: then they sign in again, or cannot."""
    administrators = lock_administrators(session)
    person = load_person(session, person_id)
    was_admin, before = person.is_admin, (person.active, list(person.roles))
    kind = load_organisation(session, person.organisation_id).kind
    person.name, person.locale, person.zone = name, locale, zone
    person.roles, person.active = fitting_roles(kind, roles), active
    if was_admin and not person.is_admin and administrators == 1:
        raise LastAdministrator(name=person.name)
    if (person.active, person.roles) != before:
        end_sessions_of(session, person_id=person_id, now=now)
    session.flush()
    tell_of_person(session, by, person, "person_changed", now)
    return person


def tell_of_person(session: Session, by: By, person: Person, action: str, now: datetime) -> None:
    """Names and addresses go out with the event; the audit trail keeps ids and roles only."""
    detail = {
        "organisation_id": str(person.organisation_id),
        "roles": list(person.roles),
        "active": person.active,
    }
    audit.record(session, by, chain=f"person:{person.id}", action=action, detail=detail)
    outbox.record(session, events.person_changed(person, now))


def reset_password(session: Session, by: By, *, person_id: UUID, now: datetime) -> str:
    """A generated password, to be handed over once. Sessions opened with the old one end."""
    person = load_person(session, person_id)
    password = passwords.generated()
    person.password_hash = passwords.hashed(password)
    end_sessions_of(session, person_id=person_id, now=now)
    audit.record(session, by, chain=f"person:{person_id}", action="password_reset")
    return password


def require_password(session: Session, actor: Actor, current: str) -> Person:
    person = load_person(session, own_id(actor))
    if not passwords.matches(person.password_hash, current):
        raise WrongPassword
    return person


def change_password(
    session: Session, actor: Actor, *, current: str, new: str, now: datetime
) -> None:
    """One's own, by who knows the present one. Sessions elsewhere end, and a mail tells of it."""
    person = require_password(session, actor, current)
    good = passwords.acceptable(new, person.name, *person.email.partition("@")[::2])
    if passwords.matches(person.password_hash, good):
        raise SamePassword
    person.password_hash = passwords.hashed(good)
    end_sessions_of(session, person_id=person.id, now=now, but=actor.sid)
    audit.record(session, actor, chain=f"person:{person.id}", action="password_changed")
    notify(
        session, source="/tandem/gateway", to=[person.id], template="password_changed",
        subject_type="person", subject_id=person.id, path="/account", now=now,
        dedupe=now.isoformat(),
    )  # fmt: skip


def choose_language(
    session: Session, actor: Actor, *, locale: Language, zone: str, now: datetime
) -> None:
    """The language and zone of pages and of mails, which other services send."""
    person = load_person(session, own_id(actor))
    person.locale, person.zone = locale, zone
    session.flush()
    tell_of_person(session, actor, person, "language_chosen", now)


def choose_theme(session: Session, actor: Actor, *, theme: Theme) -> None:
    load_person(session, own_id(actor)).theme = theme


def own_id(actor: Actor) -> UUID:
    if actor.person_id is None:
        raise NotFound
    return actor.person_id


def bootstrap(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    organisation: str,
    slug: str,
    now: datetime,
) -> Person:
    """The first administrator, and the buying organisation where there is none yet."""
    by = "system"
    good = passwords.acceptable(password, name, *email.partition("@")[::2])
    buyer = find_buyer(session) or enrol_organisation(
        session,
        by,
        kind=OrganisationKind.BUYER,
        name=organisation,
        slug=slug,
        now=now,
    )
    return enrol_person(
        session,
        by,
        organisation_id=buyer.id,
        email=email,
        name=name,
        locale=Language.ENGLISH,
        zone="UTC",
        roles=[Role.ADMIN],
        password=good,
        now=now,
    )
