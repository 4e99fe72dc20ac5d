"""Signing in, in two transactions: a try is counted for good before the password is looked at."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from gateway import passwords
from gateway.accounts.domain import (
    FORGOTTEN_AFTER,
    FREE_PER_ACCOUNT,
    FREE_PER_ADDRESS,
    WrongCredentials,
    of_account,
    of_address,
)
from gateway.accounts.persistence import (
    forget_attempts,
    forgive_one,
    load_attempts,
    purge_attempts,
)
from gateway.people.domain import Person, normal_email
from gateway.people.persistence import find_person, load_organisation
from gateway.sessions.usecases import end_session, open_session
from shared.kernel import Actor, NotFound


def count_attempt(session: Session, *, email: str, address: str, now: datetime) -> None:
    """Raises `TryLater` where the last failures are too recent."""
    counted = (
        (of_account(normal_email(email), address), FREE_PER_ACCOUNT),
        (of_address(address), FREE_PER_ADDRESS),
    )
    for key, free in counted:
        load_attempts(session, key, free=free, now=now).take_one(now)


def sign_in(
    session: Session,
    *,
    email: str,
    password: str,
    address: str,
    browser: str,
    before: Actor | None,
    now: datetime,
) -> str:
    """The token of a new session, always a new one; the one this browser had `before` ends."""
    person = find_person(session, normal_email(email))
    good = passwords.matches(person.password_hash if person else "", password)
    if person is None or not good or not may_enter(session, person):
        raise WrongCredentials
    forgive(session, email=person.email, address=address)
    if passwords.is_outdated(person.password_hash):
        person.password_hash = passwords.hashed(password)
    if before and before.sid:
        with suppress(NotFound):  # ended meanwhile
            end_session(session, before, session_id=UUID(before.sid), now=now)
    token, _ = open_session(session, person.id, address=address, browser=browser, now=now)
    return token


def forgive(session: Session, *, email: str, address: str) -> None:
    """The password was right."""
    forget_attempts(session, of_account(email, address))
    forgive_one(session, of_address(address))


def may_enter(session: Session, person: Person) -> bool:
    return person.active and load_organisation(session, person.organisation_id).active


def purge_old_attempts(session: Session, *, now: datetime) -> None:
    purge_attempts(session, before=now - FORGOTTEN_AFTER)
