"""Tokens we mint: for one service inside, and for the API outside."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.keys import ALGORITHM, Ring
from shared.kernel import uuid7

INTERNAL_LIFE_S = 120
RENEW_BEFORE_S = 30
ACCESS_LIFE_S = 600
LEEWAY_S = 30
REMEMBERED = 10_000
LONGEST_TOKEN = 4_096
Now = Callable[[], float]
V = TypeVar("V")


@dataclass(frozen=True)
class Identity:
    """Who a session or a client stands for, as services will read it."""

    subject: str
    organisation_id: UUID
    organisation: str
    kind: str
    roles: tuple[str, ...] = ()
    scope: str = ""
    name: str = ""
    locale: str = "en"
    zone: str = "UTC"
    theme: str = "light"
    csrf: str = ""
    sid: str = ""
    amr: tuple[str, ...] = ()
    auth_time: int = 0

    def claims(self) -> dict[str, Any]:
        organisation = {
            "id": str(self.organisation_id),
            "kind": self.kind,
            "name": self.organisation,
        }
        claims = {
            "sub": self.subject,
            "org": organisation,
            "roles": list(self.roles),
            "scope": self.scope,
            "name": self.name,
            "locale": self.locale,
            "zoneinfo": self.zone,
            "theme": self.theme,
            "csrf": self.csrf,
            "sid": self.sid,
            "amr": list(self.amr),
            "auth_time": self.auth_time,
        }
        return {name: value for name, value in claims.items() if value}


def sign(ring: Ring, claims: Mapping[str, Any]) -> str:
    key = ring.active()
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "at+jwt"}
    return jwt.encode(header, dict(claims), key, algorithms=[ALGORITHM])


class Remembered(Generic[V]):
    """The latest few thousand values that are still good; the rest can be made again."""

    def __init__(self, now: Now = time.time) -> None:
        self.now = now
        self.values: OrderedDict[Any, tuple[float, V]] = OrderedDict()

    def get(self, key: Any) -> V | None:
        until, value = self.values.get(key, (0.0, None))
        return value if self.now() < until else None

    def put(self, key: Any, value: V, until: float) -> V:
        self.values[key] = (until, value)
        if len(self.values) > REMEMBERED:
            self.values.popitem(last=False)
        return value


class Minter:
    """Short tokens for one service at a time, kept per identity and audience.

    An identity that changes in any way (a role, the language, the session) is another key.
    """

    def __init__(self, ring: Ring, issuer: str, now: Now = time.time) -> None:
        self.ring, self.issuer, self.now = ring, issuer, now
        self.remembered: Remembered[str] = Remembered(now)

    def token(self, identity: Identity, audience: str) -> str:
        key = (identity, audience, self.ring.active().kid)
        return self.remembered.get(key) or self.mint(identity, audience, key)

    def mint(self, identity: Identity, audience: str, key: Any) -> str:
        now = int(self.now())
        claims = identity.claims() | {
            "iss": self.issuer,
            "aud": audience,
            "iat": now,
            "exp": now + INTERNAL_LIFE_S,
            "jti": str(uuid7()),
        }
        until = now + INTERNAL_LIFE_S - RENEW_BEFORE_S
        return self.remembered.put(key, sign(self.ring, claims), until)


class AccessTokens:
    """RFC 9068 tokens for `/api`: of a client, or of a person bound to one session."""

    life_s = ACCESS_LIFE_S

    def __init__(self, ring: Ring, issuer: str, now: Now = time.time) -> None:
        self.ring, self.issuer, self.now = ring, issuer, now
        self.remembered: Remembered[dict[str, Any]] = Remembered(now)
        self.registry = jwt.JWTClaimsRegistry(
            now=lambda: int(now()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": issuer},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            jti={"essential": True},
            client_id={"essential": True},
        )

    def issue(self, subject: str, *, client_id: str, scope: str = "", sid: str = "") -> str:
        now = int(self.now())
        claims = {"sub": subject, "client_id": client_id, "scope": scope, "sid": sid}
        given = {name: value for name, value in claims.items() if value}
        stamps = {"iat": now, "exp": now + self.life_s, "jti": str(uuid7())}
        return sign(self.ring, given | stamps | {"iss": self.issuer, "aud": self.issuer})

    def verify(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that is ours, whole and in time; None for anything else."""
        if len(token) > LONGEST_TOKEN:
            return None
        keys = self.ring.key_set()
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        key = (digest, self.ring.seen)  # after a rotation each is verified again
        return self.remembered.get(key) or self.verify_afresh(token, keys, key)

    def verify_afresh(self, token: str, keys: KeySet, key: Any) -> dict[str, Any] | None:
        try:
            found = jwt.decode(token, keys, algorithms=[ALGORITHM])
            self.registry.validate(found.claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        if found.header.get("typ") != "at+jwt" or not found.header.get("kid"):
            return None
        return self.remembered.put(key, found.claims, float(found.claims["exp"]))
