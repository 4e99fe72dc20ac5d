"""The few words every service speaks. Standard library only."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Self
from uuid import UUID

CURRENCY_DIGITS = {"CNY": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0, "USD": 2}


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for 'translate this later'
    """Mark a sentence for the catalogues. It is translated where it is shown."""
    return text


class DomainError(Exception):
    """A business rule said no. `message` is written for the user, with %(named)s parameters."""

    code: ClassVar[str] = "domain_error"
    message: ClassVar[str] = N_("This is not possible.")
    final: ClassVar[bool] = False  # sent again, it would be refused again: pages offer it no more

    def __init__(self, **params: object) -> None:
        super().__init__(self.message % params)
        self.params: Mapping[str, object] = params


class NotFound(Exception):
    """No such thing, or none that this actor may see."""


class Forbidden(DomainError):
    """The actor may see this, but a rule such as separation of duties keeps them from acting."""

    code = "forbidden"
    message = N_("You may not do this.")
    final = True


class Labelled(StrEnum):
    """An enumeration whose members carry the words a user reads: `OPEN = "open", N_("Open")`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:  # optional, so that Kind("x") types
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


@dataclass(frozen=True)
class Actor:
    """Who asks, as the gateway's token says. Names are for display and never stored."""

    subject: str
    organisation_id: UUID
    organisation: str = ""
    roles: frozenset[str] = frozenset()
    name: str = ""
    locale: str = "en"
    zone: str = "UTC"
    theme: str = "light"
    csrf: str = ""
    sid: str = ""

    @property
    def person_id(self) -> UUID | None:
        return subject_id(self.subject, "usr")

    @property
    def client_id(self) -> UUID | None:
        return subject_id(self.subject, "cli")


@dataclass(frozen=True)
class Vendor(Actor):
    """A person or a client acting for a vendor."""

    @property
    def vendor_id(self) -> UUID:
        return self.organisation_id


@dataclass(frozen=True)
class Staff(Actor):
    """Someone who works for the buyer."""

    @property
    def user_id(self) -> UUID:
        if self.person_id is None:
            raise ValueError("Staff are people")
        return self.person_id


@dataclass(frozen=True)
class Auditor(Actor):
    """Someone who reads and changes nothing."""


@dataclass(frozen=True)
class Partner(Actor):
    """A client of a partner's system."""

    scopes: frozenset[str] = frozenset()


def subject_id(subject: str, kind: str) -> UUID | None:
    found, _, number = subject.partition("_")
    return UUID(number) if found == kind else None


@dataclass(frozen=True)
class Money:
    """An amount in the unit of an ISO 4217 currency, never rounded."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"


def uuid7() -> UUID:
    """An id that sorts by its time to a quarter of a microsecond (RFC 9562, section 6.2, method 3).

    Python 3.14 has one in `uuid`.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    return UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62))
