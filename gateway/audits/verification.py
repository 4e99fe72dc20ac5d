"""Recompute every chain of every database and hold it against every checkpoint ever kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.audits import queries
from shared import audit
from shared.audit import Head, audit_checkpoints
from shared.messaging.checkpoints import is_genuine, public_key

WITHIN = timedelta(minutes=15)  # a checkpoint is here, or something holds it up


@dataclass(frozen=True)
class Finding:
    """The first fault of one chain: where, and what is wrong there."""

    service: str
    chain: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.service}: {self.chain}, entry {self.number}: {self.what}"


def findings(service: str, session: Session, gateway: Session, data: Path) -> Iterator[Finding]:
    """Faults of one service's chains, first the trail itself, then the checkpoints."""
    kept = Checkpoints(gateway, service, public_key(data, service))
    seen = set()
    heads = list(kept.heads())  # first: the service's snapshot must be no older than they are
    for fault in audit.verify(session, heads):
        if fault.chain not in seen:
            yield Finding(service, fault.chain, fault.number, fault.what)
        seen.add(fault.chain)
    kept.require(session)
    for number, what in kept.faults[:1]:
        yield Finding(service, "checkpoints", number, what)


class Checkpoints:
    """What the gateway kept of a service: heads that count, and what is wrong with the rest."""

    def __init__(self, gateway: Session, service: str, key: Ed25519PublicKey | None) -> None:
        self.gateway, self.service, self.key = gateway, service, key
        self.faults: list[tuple[int, str]] = []
        self.number = 0

    def heads(self) -> Iterator[Head]:
        """Of all that the service's own key signed. Nothing but the signed data is believed."""
        previous = None
        for data in queries.signed(self.gateway, self.service):
            expected = self.number + 1
            if self.key is None or not is_genuine(data, self.key):
                self.faults.append((expected, "not signed with the service's key"))
                continue
            if (data.get("number"), data.get("previous")) != (expected, previous):
                self.faults.append((expected, "missing, or not the one that was signed then"))
            self.number, previous = whole(data.get("number"), expected), data["signature"]
            yield from (Head(**head) for head in data["heads"])

    def require(self, session: Session) -> None:
        """What the service signed a while ago has arrived."""
        if self.number < signed_before(session, WITHIN):
            self.faults.append((self.number + 1, "missing at the end"))


def whole(number: object, otherwise: int) -> int:
    return number if type(number) is int else otherwise


def signed_before(session: Session, age: timedelta) -> int:
    """The number of the service's last checkpoint that is as old as that."""
    old = audit_checkpoints.c.signed_at < func.clock_timestamp() - age
    return session.scalar(select(func.max(audit_checkpoints.c.number)).where(old)) or 0
