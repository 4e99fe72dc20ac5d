"""Who has just failed to sign in waits before the next try, longer each time.

Failures count for an account as tried from one address, and for an address as a whole. So a
stranger elsewhere can slow down nobody but themselves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil

from shared.kernel import N_, DomainError

LONGEST = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(minutes=15)
FREE_PER_ACCOUNT = 3
FREE_PER_ADDRESS = 30


class WrongCredentials(DomainError):
    code = "wrong_credentials"
    message = N_("This e-mail address and this password do not belong together.")


class TryLater(DomainError):
    code = "try_later"
    message = N_("Too many attempts. Try again in %(seconds)s s.")


@dataclass(eq=False)
class Attempts:
    """Failures in a row of one guesser. `key` is a digest: people type passwords as names."""

    key: str
    free: int
    failures: int
    last_failed_at: datetime

    def take_one(self, now: datetime) -> None:
        """Count a try as failed before it is made: tries at the same time do not slip through."""
        if now - self.last_failed_at > FORGOTTEN_AFTER:
            self.failures = 0
        pause = delay(self.failures - self.free)
        wait = self.last_failed_at + pause - now
        if pause and wait > timedelta(0):  # a try that came later may have been counted first
            raise TryLater(seconds=ceil(wait.total_seconds()))
        self.failures, self.last_failed_at = self.failures + 1, max(now, self.last_failed_at)


def delay(too_many: int) -> timedelta:
    """None while tries are free, then 1, 2, 4 … 60 seconds."""
    if too_many < 0:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(too_many, 10)), LONGEST)


def of_account(email: str, address: str) -> str:
    return sha256(f"account|{email}|{address}".encode()).hexdigest()


def of_address(address: str) -> str:
    return sha256(f"address|{address}".encode()).hexdigest()
