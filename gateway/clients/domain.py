"""An OAuth client: whose it is, what it may do, and its one secret."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.kernel import N_, DomainError, Labelled, subject_id, uuid7


class Scope(Labelled):
    MEASUREMENTS_WRITE = "measurements:write", N_("Send measurements of metrics granted to it")


class ClientsForOthersOnly(DomainError):
    code = "clients_for_others_only"
    message = N_("Only vendors and partners have clients.")


class ClientInactive(DomainError):
    code = "client_inactive"
    message = N_("“%(name)s” is switched off.")


@dataclass(eq=False)
class Client:
    """A new client has no secret and can do nothing until it gets one."""

    organisation_id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    secret_sha256: bytes | None = None
    active: bool = True
    last_used_at: datetime | None = None
    id: UUID = field(default_factory=uuid7)

    @property
    def client_id(self) -> str:
        """A name space of its own: no client can be taken for a person."""
        return f"cli_{self.id}"

    def renew_secret(self) -> str:
        """A new secret of 256 bits; the one before is good for nothing any more."""
        if not self.active:
            raise ClientInactive(name=self.name)
        secret = secrets.token_urlsafe(32)
        self.secret_sha256 = digest(secret)
        return secret

    def knows(self, secret: str) -> bool:
        return hmac.compare_digest(self.secret_sha256 or b"", digest(secret))


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def in_order(scopes: Iterable[Scope]) -> list[Scope]:
    wanted = set(scopes)
    return [scope for scope in Scope if scope in wanted]


def number_of(client_id: str) -> UUID | None:
    """The id inside `cli_…`; None where it is nothing of ours."""
    try:
        return subject_id(client_id, "cli")
    except ValueError:
        return None
