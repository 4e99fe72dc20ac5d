"""Signing keys: next → active → retired. A key is published before it signs and after it stops."""

import fcntl
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, KeySet

from shared.durable import sync_folder, write_durably
from shared.kernel import N_, DomainError, Labelled

ALGORITHM = "ES256"
LONGEST_LIFE = timedelta(hours=1)  # of any token; a retired key stays published this long
SETTLING = timedelta(minutes=5)  # verifiers keep a key set this long


class KeyState(Labelled):
    NEXT = "next", N_("Used next")
    ACTIVE = "active", N_("Active")
    RETIRED = "retired", N_("Retired")


class TooEarlyToRotate(DomainError):
    code = "too_early_to_rotate"
    message = N_(
        "The next key was published less than five minutes ago; verifiers may not know it."
    )


@dataclass(frozen=True)
class SigningKey:
    key: ECKey
    state: KeyState
    since: datetime


def new_ring(now: datetime) -> list[SigningKey]:
    return [SigningKey(new_key(), state, now) for state in (KeyState.ACTIVE, KeyState.NEXT)]


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


def rotated(ring: Sequence[SigningKey], now: datetime) -> list[SigningKey]:
    """The next key signs from now on, the active one only verifies, and a new one is published."""
    if any(each.state is KeyState.NEXT and now - each.since < SETTLING for each in ring):
        raise TooEarlyToRotate
    turned = [turn(each, now) for each in ring if not is_forgotten(each, now)]
    return [*turned, SigningKey(new_key(), KeyState.NEXT, now)]


def turn(one: SigningKey, now: datetime) -> SigningKey:
    after = {KeyState.NEXT: KeyState.ACTIVE, KeyState.ACTIVE: KeyState.RETIRED}.get(one.state)
    return replace(one, state=after, since=now) if after else one


def is_forgotten(one: SigningKey, now: datetime) -> bool:
    return one.state is KeyState.RETIRED and now - one.since > LONGEST_LIFE


class Ring:
    """The keys of one issuer, in a file that only the gateway reads (0600)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: tuple[int, int] | None = None
        self.keys: Sequence[SigningKey] = []

    @classmethod
    def of(cls, data: Path, issuer: str) -> "Ring":
        """Open the ring of `internal` or `public` tokens; make it where there is none."""
        ring = cls(data / "keys" / f"{issuer}.json")
        ring.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ring.locked():
            if not ring.path.exists():
                ring.write(new_ring(datetime.now(UTC)))
        return ring

    def current(self) -> Sequence[SigningKey]:
        """What the file says now: a rotation by another process shows at once."""
        stat = self.path.stat()
        if self.seen != (stat.st_ino, stat.st_mtime_ns):
            self.keys, self.seen = self.read(), (stat.st_ino, stat.st_mtime_ns)
        return self.keys

    def active(self) -> ECKey:
        return next(each.key for each in self.current() if each.state is KeyState.ACTIVE)

    def key_set(self) -> KeySet:
        return KeySet([each.key for each in self.current()])

    def published(self) -> dict[str, Any]:
        """The JWKS: public halves only."""
        return {"keys": [each.key.as_dict(private=False) for each in self.current()]}

    def rotate(self, now: datetime) -> str:
        """Rotate and name the key that signs from now on."""
        with self.locked():
            self.write(rotated(self.read(), now))
        return str(self.active().kid)

    def replace_all(self, now: datetime) -> str:
        """After a theft: no token signed until now is good for anything any more."""
        with self.locked():
            self.write(new_ring(now))
        return str(self.active().kid)

    def read(self) -> list[SigningKey]:
        rows = json.loads(self.path.read_text())
        return [
            SigningKey(
                ECKey.import_key(row["key"]),
                KeyState[row["state"].upper()],
                datetime.fromisoformat(row["since"]),
            )
            for row in rows
        ]

    def write(self, keys: Sequence[SigningKey]) -> None:
        """All or nothing: a reader sees the old file or the new one."""
        rows = [
            {
                "key": each.key.as_dict(private=True),
                "state": each.state,
                "since": each.since.isoformat(),
            }
            for each in keys
        ]
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        write_durably(fresh, json.dumps(rows).encode())
        fresh.replace(self.path)
        sync_folder(self.path.parent)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time, across processes."""
        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
