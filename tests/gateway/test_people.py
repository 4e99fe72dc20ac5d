"""Organisations, people, roles: what administrators may do, and what follows from it."""

from datetime import timedelta

import pytest
from support.actors import staff
from support.database import Sessions, events, rows
from support.gateway import PASSWORD, a_person, an_organisation, moment

from gateway import passwords
from gateway.people import usecases
from gateway.people.domain import (
    ROLES_OF,
    BuyerStays,
    EmailTaken,
    Language,
    LastAdministrator,
    NoRole,
    OneBuyerOnly,
    Organisation,
    OrganisationInactive,
    OrganisationKind,
    Role,
    SlugMalformed,
    SlugTaken,
    Theme,
    WrongRoles,
    fitting_roles,
)
from gateway.people.persistence import accounts, find_buyer
from gateway.sessions.persistence import sessions as session_rows
from shared.audit import audit_entries
from shared.kernel import NotFound, Staff

ADMIN = staff("admin")


def enrol(sessions: Sessions, organisation: Organisation, **changes: object) -> object:
    fields: dict[str, object] = {
        "organisation_id": organisation.id,
        "email": " Li.Na@Example.ORG ",
        "name": "Li Na",
        "locale": Language.CHINESE,
        "zone": "Asia/Shanghai",
        "roles": [Role.VENDOR_MEMBER],
        "password": PASSWORD,
        "now": moment(),
    }
    with sessions.begin() as session:
        return usecases.enrol_person(session, ADMIN, **(fields | changes))  # type: ignore[arg-type]


def test_an_organisation_is_published_and_audited(sessions: Sessions) -> None:
    made = an_organisation(sessions, OrganisationKind.VENDOR, "Huayun IT Services")
    event = events(sessions, "organisation_changed")[-1]
    assert event.topic == "tandem.identity.events" and event.subject == str(made.id)
    entry = rows(sessions, audit_entries, chain=f"organisation:{made.id}")[-1]
    assert entry.action == "organisation_enrolled" and entry.detail["kind"] == "vendor"


def test_a_short_name_is_taken_once_and_plain(sessions: Sessions) -> None:
    made = an_organisation(sessions)
    with pytest.raises(SlugTaken), sessions.begin() as session:
        usecases.enrol_organisation(
            session,
            ADMIN,
            kind=OrganisationKind.PARTNER,
            name="Twin",
            slug=made.slug,
            now=moment(),
        )
    for slug in ("Über", "a--b", "-a", "a_b", "a.b", ""):
        with pytest.raises(SlugMalformed):
            Organisation(OrganisationKind.VENDOR, "x", slug)


def test_there_is_one_buying_organisation(sessions: Sessions) -> None:
    buyer = an_organisation(sessions, OrganisationKind.BUYER)
    with pytest.raises(OneBuyerOnly), sessions.begin() as session:
        usecases.enrol_organisation(
            session, ADMIN, kind=OrganisationKind.BUYER, name="Second", slug="second", now=moment()
        )
    with pytest.raises(BuyerStays), sessions.begin() as session:
        usecases.change_organisation(
            session, ADMIN, organisation_id=buyer.id, name="x", active=False, now=moment()
        )


def test_a_person_is_published_without_the_password(sessions: Sessions) -> None:
    vendor = an_organisation(sessions)
    enrol(sessions, vendor)
    event = events(sessions, "person_changed")[-1]
    said = event.payload.decode()
    assert '"li.na@example.org"' in said and '"zh-Hans"' in said and '"vendor_member"' in said
    assert PASSWORD not in said and "argon2" not in said
    trail = str([row.detail for row in rows(sessions, audit_entries)])
    assert "Li Na" not in trail and "li.na" not in trail


def test_an_address_signs_in_one_person_only(sessions: Sessions) -> None:
    vendor = an_organisation(sessions)
    enrol(sessions, vendor)
    with pytest.raises(EmailTaken):
        enrol(sessions, vendor, email="LI.NA@example.org")


def test_nobody_joins_an_organisation_that_is_off(sessions: Sessions) -> None:
    vendor = an_organisation(sessions)
    with sessions.begin() as session:
        usecases.change_organisation(
            session, ADMIN, organisation_id=vendor.id, name="Off", active=False, now=moment()
        )
    with pytest.raises(OrganisationInactive):
        enrol(sessions, vendor)


@pytest.mark.parametrize("kind", OrganisationKind)
def test_roles_fit_the_kind_of_organisation(kind: OrganisationKind) -> None:
    for role in Role:
        if role in ROLES_OF[kind]:
            assert fitting_roles(kind, [role]) == [role]
        else:
            with pytest.raises(WrongRoles):
                fitting_roles(kind, [role])
    with pytest.raises(NoRole):
        fitting_roles(kind, [])


def change(sessions: Sessions, person_id: object, **changes: object) -> None:
    fields: dict[str, object] = {
        "name": "Chen Wei",
        "locale": Language.ENGLISH,
        "zone": "UTC",
        "roles": [Role.BUYER],
        "active": True,
        "now": moment(),
    }
    with sessions.begin() as session:
        usecases.change_person(session, ADMIN, person_id=person_id, **(fields | changes))  # type: ignore[arg-type]


def is_over(sessions: Sessions, session_id: object) -> bool:
    return rows(sessions, session_rows, id=session_id)[0].ended_at is not None


def test_other_roles_end_every_session_another_name_does_not(sessions: Sessions) -> None:
    someone = a_person(sessions, Role.BUYER)
    change(sessions, someone.person.id, name="Chen W.")
    assert not is_over(sessions, someone.session.id)
    change(sessions, someone.person.id, roles=[Role.BUYER, Role.FINANCE])
    assert is_over(sessions, someone.session.id)
    assert '"finance"' in events(sessions, "person_changed")[-1].payload.decode()


def test_who_is_switched_off_is_out(sessions: Sessions) -> None:
    someone = a_person(sessions, Role.BUYER)
    change(sessions, someone.person.id, active=False)
    assert is_over(sessions, someone.session.id)


def test_the_last_administrator_stays(sessions: Sessions) -> None:
    first = a_person(sessions, Role.ADMIN)
    with pytest.raises(LastAdministrator):
        change(sessions, first.person.id, roles=[Role.BUYER])
    with pytest.raises(LastAdministrator):
        change(sessions, first.person.id, roles=[Role.ADMIN], active=False)
    a_person(sessions, Role.ADMIN)
    change(sessions, first.person.id, roles=[Role.BUYER])


def test_a_new_password_is_good_and_the_old_one_is_not(sessions: Sessions) -> None:
    someone = a_person(sessions, Role.BUYER)
    with sessions.begin() as session:
        fresh = usecases.reset_password(
            session, ADMIN, person_id=someone.person.id, now=moment() + timedelta(seconds=1)
        )
    stored = rows(sessions, accounts, id=someone.person.id)[0].password_hash
    assert passwords.matches(stored, fresh) and not passwords.matches(stored, PASSWORD)
    assert is_over(sessions, someone.session.id)
    assert fresh not in str([row.detail for row in rows(sessions, audit_entries)])


def test_people_choose_their_language_and_theme(sessions: Sessions) -> None:
    someone = a_person(sessions, Role.BUYER)
    actor = Staff(someone.subject, someone.organisation.id)
    with sessions.begin() as session:
        usecases.choose_language(
            session, actor, locale=Language.CHINESE, zone="Asia/Shanghai", now=moment()
        )
        usecases.choose_theme(session, actor, theme=Theme.DARK)
    stored = rows(sessions, accounts, id=someone.person.id)[0]
    assert (stored.locale, stored.theme) == (Language.CHINESE, Theme.DARK)
    assert '"zh-Hans"' in events(sessions, "person_changed")[-1].payload.decode()


def test_a_client_has_no_language(sessions: Sessions) -> None:
    client = Staff("cli_0193a5f0-0000-7000-8000-000000000001", an_organisation(sessions).id)
    with pytest.raises(NotFound), sessions.begin() as session:
        usecases.choose_theme(session, client, theme=Theme.DARK)


def test_bootstrap_makes_the_first_administrator(sessions: Sessions) -> None:
    with sessions.begin() as session:
        person = usecases.bootstrap(
            session,
            email="root@lingang.example",
            name="Root",
            password=PASSWORD,
            organisation="Lingang Logistics",
            slug="lingang",
            now=moment(),
        )
        buyer = find_buyer(session)
    assert person.roles == [Role.ADMIN] and buyer and person.organisation_id == buyer.id


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("short", passwords.PasswordTooShort),
        ("x" * 129, passwords.PasswordTooLong),
        ("password1234", passwords.PasswordTooCommon),
        ("Qwerty123456", passwords.PasswordTooCommon),
        ("aaaaaaaaaaaaaaaa", passwords.PasswordTooCommon),
        ("Chen Wei 1111", passwords.PasswordTooCommon),
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str, error: type) -> None:
    with pytest.raises(error):
        passwords.acceptable(password, "Chen Wei")


def test_a_password_is_the_same_however_it_was_composed() -> None:
    stored = passwords.hashed("pa\u0308sse lange wo\u0308rter")
    assert passwords.matches(stored, "p\u00e4sse lange w\u00f6rter")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.acceptable(passwords.generated())


def test_a_long_phrase_is_a_good_password() -> None:
    phrase = ("purple lamp over suzhou " * 6)[:128]
    stored = passwords.hashed(passwords.acceptable(phrase))
    assert passwords.matches(stored, phrase)
    for other in (phrase[:-1], phrase.upper()):
        assert not passwords.matches(stored, other)
