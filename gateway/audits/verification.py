"""Recompute every chain of every database and hold it against every checkpoint ever kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy.orm import Session

from gateway.audits import queries
from shared import audit
from shared.messaging.checkpoints import is_genuine, key_id


@dataclass(frozen=True)
class Finding:
    """The first fault of one chain: where, and what is wrong there."""

    service: str
    chain: str
    number: int
    what: str

    def __str__(self) -> str:
        return f"{self.service}: {self.chain}, entry {self.number}: {self.what}"


def findings(service: str, session: Session, gateway: Session, keys: Path) -> Iterator[Finding]:
    """Faults of one service's chains, first the trail itself, then the checkpoints' signatures."""
    seen = set()
    for fault in audit.verify(session, queries.heads_of(gateway, service)):
        if fault.chain not in seen:
            yield Finding(service, fault.chain, fault.number, fault.what)
        seen.add(fault.chain)
    yield from forged(service, gateway, keys / f"audit-{service}.pem")


def forged(service: str, gateway: Session, path: Path) -> Iterator[Finding]:
    """The first checkpoint that the service's own key did not sign."""
    key = public_key(path) if path.exists() else None
    for position, data in enumerate(queries.signed(gateway, service), start=1):
        if key is None or not is_trusted(data, key):
            yield Finding(service, "checkpoints", position, "not signed with the service's key")
            return


def public_key(path: Path) -> Ed25519PublicKey:
    loaded = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(loaded, Ed25519PrivateKey)
    return loaded.public_key()


def is_trusted(data: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    return bool(data["key_id"] == key_id(key)) and is_genuine(data, key)
