"""Signed checkpoints: where each changed audit chain stood, told to the gateway that keeps it."""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from shared import db
from shared.audit import Head, canonical, changed_heads
from shared.messaging import outbox
from shared.messaging.envelope import Event

CHECKPOINT_SIGNED = "tandem.audit.checkpoint_signed.v1"


def sign(session: Session, service: str, keys: Path) -> bool:
    """Record the heads of the chains that changed since the last checkpoint; False if none."""
    heads = changed_heads(session)
    if not heads:
        return False
    key = signing_key(keys, service)
    said = statement(service, db.clock(session), heads)
    data = {
        **said,
        "key_id": key_id(key.public_key()),
        "signature": b64encode(key.sign(canonical(said).encode())).decode(),
    }
    subject = uuid5(NAMESPACE_URL, f"tandem:{service}")
    time = datetime.fromisoformat(said["signed_at"])
    source = f"/tandem/{service}"
    outbox.record(
        session,
        Event.of(CHECKPOINT_SIGNED, source=source, subject=subject, time=time, data=data),
    )
    return True


def statement(service: str, signed_at: datetime, heads: Iterable[Head]) -> dict[str, Any]:
    listed = [vars(head) for head in heads]
    return {"service": service, "signed_at": signed_at.isoformat(), "heads": listed}


def is_genuine(data: Mapping[str, Any], key: Ed25519PublicKey) -> bool:
    """Was this checkpoint signed with the service's key, as it stands?"""
    said = {name: data[name] for name in ("service", "signed_at", "heads")}
    try:
        key.verify(b64decode(data["signature"]), canonical(said).encode())
    except InvalidSignature:
        return False
    return True


def signing_key(keys: Path, service: str) -> Ed25519PrivateKey:
    """The service's own key, made on first use, readable by its owner only."""
    path = keys / f"audit-{service}.pem"
    if not path.exists():
        make_key(path)
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(loaded, Ed25519PrivateKey)
    return loaded


def make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    partial = path.with_suffix(f".{os.getpid()}")
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(pem)
    try:
        os.link(partial, path)  # whoever is first makes the key; a second keeps it
    except FileExistsError:
        pass
    finally:
        partial.unlink()


def key_id(key: Ed25519PublicKey) -> str:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return sha256(raw).hexdigest()[:16]
