"""Signed checkpoints: where each changed audit chain stood, told to the gateway that keeps it."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from shared import db
from shared.audit import Head, audit_checkpoints, canonical, changed_heads
from shared.durable import write_once
from shared.messaging import outbox
from shared.messaging.envelope import Event

CHECKPOINT_SIGNED = "tandem.audit.checkpoint_signed.v1"


def sign(session: Session, service: str, data: Path) -> bool:
    """Record the heads of the chains that changed since the last checkpoint; False if none."""
    heads = changed_heads(session)
    if not heads:
        return False
    key = signing_key(data, service)
    said = statement(service, db.clock(session), heads, latest(session))
    signature = b64encode(key.sign(canonical(said).encode())).decode()
    signed_at = datetime.fromisoformat(said["signed_at"])
    row = {"number": said["number"], "signed_at": signed_at, "signature": signature}
    session.execute(sa.insert(audit_checkpoints).values(row))
    announce(session, said | {"key_id": key_id(key.public_key()), "signature": signature})
    return True


def latest(session: Session) -> sa.Row[Any] | None:
    by_number = sa.select(audit_checkpoints).order_by(audit_checkpoints.c.number.desc())
    return session.execute(by_number.limit(1)).one_or_none()


def announce(session: Session, data: Mapping[str, Any]) -> None:
    service, time = data["service"], datetime.fromisoformat(data["signed_at"])
    subject = uuid5(NAMESPACE_URL, f"tandem:{service}")
    source = f"/tandem/{service}"
    outbox.record(
        session,
        Event.of(CHECKPOINT_SIGNED, source=source, subject=subject, time=time, data=data),
    )


def statement(
    service: str, signed_at: datetime, heads: Iterable[Head], before: sa.Row[Any] | None
) -> dict[str, Any]:
    """Each names the one before, so that one that is deleted is missed."""
    return {
        "service": service,
        "number": before.number + 1 if before else 1,
        "previous": before.signature if before else None,
        "signed_at": signed_at.isoformat(),
        "heads": [vars(head) for head in heads],
    }


def is_genuine(data: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    """Was this checkpoint signed with the service's key, as it stands?

    Whatever is no signature, or lacks one, is not genuine.
    """
    said = {name: data[name] for name in data if name not in ("key_id", "signature")}
    try:
        key.verify(b64decode(data["signature"], validate=True), canonical(said).encode())
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return False
    return bool(data.get("key_id") == key_id(key))


def public_key(data: Path, service: str) -> Ed25519PublicKey | None:
    path = public_path(data, service)
    if not path.exists():
        return None
    loaded = serialization.load_pem_public_key(path.read_bytes())
    assert isinstance(loaded, Ed25519PublicKey)
    return loaded


def public_path(data: Path, service: str) -> Path:
    """In a folder of its own: whoever verifies is shown this one and nothing else."""
    return data / "audit-keys" / service / "public.pem"


def signing_key(data: Path, service: str) -> Ed25519PrivateKey:
    """The service's own key, made on first use, readable by its owner only."""
    path = data / "keys" / f"audit-{service}.pem"
    if not path.exists():
        private = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_once(path, private)
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(loaded, Ed25519PrivateKey)
    if not public_path(data, service).exists():
        publish(public_path(data, service), loaded.public_key())
    return loaded


def publish(path: Path, key: Ed25519PublicKey) -> None:
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    write_once(path, pem)


def key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return sha256(raw).hexdigest()[:16]
