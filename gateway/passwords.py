"""Passwords: argon2id (t=2, 19 MiB, p=1), at most two at once, so that guessing costs memory."""

import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.kernel import N_, DomainError

SHORTEST, LONGEST = 12, 128
LETTERS = "abcdefghijkmnopqrstuvwxyz23456789"  # without l, 0 and 1, which look alike
COMMON = ("password", "passwort", "qwerty", "tandem", "123456", "letmein", "welcome", "admin")
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = threading.Semaphore(2)


class PasswordTooShort(DomainError):
    code = "password_too_short"
    message = N_("A password has at least %(n)s characters.")


class PasswordTooLong(DomainError):
    code = "password_too_long"
    message = N_("A password has at most %(n)s characters.")


class PasswordTooCommon(DomainError):
    code = "password_too_common"
    message = N_("This password is easy to guess. Take several unrelated words.")


def acceptable(password: str, *about: str) -> str:
    """The password in one form, if it is long enough and not easy to guess; `about` is known."""
    normal = unicodedata.normalize("NFKC", password)
    if len(normal) < SHORTEST:
        raise PasswordTooShort(n=SHORTEST)
    if len(normal) > LONGEST:
        raise PasswordTooLong(n=LONGEST)
    rest = normal.casefold()
    for known in (*COMMON, *(word.casefold() for word in about if len(word) > 3)):
        rest = rest.replace(known, "")
    if len(set(rest)) < 5:
        raise PasswordTooCommon
    return normal


def generated() -> str:
    """Twenty characters in five groups that can be read out: 100 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))
    return "-".join(groups)


def hashed(password: str) -> str:
    with AT_ONCE:
        return HASHER.hash(unicodedata.normalize("NFKC", password))


def matches(stored: str, password: str) -> bool:
    """Compare; for an account that does not exist it takes as long."""
    if len(password) > LONGEST:
        return False
    with AT_ONCE:
        try:
            return HASHER.verify(stored or NOBODY, unicodedata.normalize("NFKC", password))
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    return HASHER.check_needs_rehash(stored)


NOBODY = HASHER.hash(secrets.token_hex(16))
