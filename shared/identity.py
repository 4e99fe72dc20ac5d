"""From the gateway's internal token to the actor it stands for."""

import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any
from urllib.request import urlopen
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.kernel import Actor, Auditor, Partner, Staff, Vendor
from shared.logging import get_logger

log = get_logger(__name__)
KINDS: Mapping[str, type[Actor]] = {
    "vendor": Vendor,
    "partner": Partner,
    "buyer": Staff,
    "auditor": Auditor,
}
REFETCH_AFTER_S = 30.0  # for a key we do not know
EXPIRES_AFTER_S = 300.0  # a key that was withdrawn is good for no longer
LEEWAY_S = 5
CACHED = 2048
Jwks = Callable[[], Mapping[str, Any]]


def fetched(url: str) -> Jwks:
    """Read the key set over HTTP, from the address that the settings name."""

    def fetch() -> Mapping[str, Any]:
        with urlopen(url, timeout=2) as answer:  # noqa: S310  # the URL is a setting of ours
            return json.load(answer)  # type: ignore[no-any-return]

    return fetch


class Verifier:
    """Verifies ES256 `at+jwt` tokens for one audience; remembers keys and verified tokens."""

    def __init__(self, jwks: Jwks, *, issuer: str, audience: str) -> None:
        self.jwks, self.issuer, self.audience = jwks, issuer, audience
        self.published: Mapping[str, Any] = {}
        self.keys: KeySet | None = None
        self.fetched_at = float("-inf")
        self.verified: dict[bytes, tuple[float, Actor]] = {}

    def __call__(self, token: str) -> Actor | None:
        """The actor, or None where the token is missing, foreign, for others, or too old."""
        if not token:
            return None
        self.renew()
        digest = sha256(token.encode()).digest()
        known = self.verified.get(digest)
        if known and known[0] > time.time():
            return known[1]
        return self.verify(token, digest)

    def verify(self, token: str, digest: bytes) -> Actor | None:
        try:
            claims = self.claims(token)
            actor = actor_of(claims)
        except (JoseError, ValueError, KeyError, TypeError, OSError) as error:
            log.info("A token was refused", reason=type(error).__name__)
            return None
        if len(self.verified) >= CACHED:
            self.verified.clear()
        self.verified[digest] = (claims["exp"] + LEEWAY_S, actor)
        return actor

    def claims(self, token: str) -> dict[str, Any]:
        decoded = self.decode(token)
        if decoded.header.get("typ") != "at+jwt":
            raise ValueError("typ")
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        rules.validate(decoded.claims)
        return decoded.claims

    def decode(self, token: str) -> jwt.Token:
        """An unknown key may be a new one: look again, but not more often than each 30 s."""
        if self.keys is None:
            self.refetch()  # an error here refuses the token
        assert self.keys is not None
        try:
            return jwt.decode(token, self.keys, algorithms=["ES256"])
        except (JoseError, ValueError):
            if time.monotonic() - self.fetched_at < REFETCH_AFTER_S:
                raise
            self.refetch()
            return jwt.decode(token, self.keys, algorithms=["ES256"])

    def renew(self) -> None:
        """Where the keys cannot be read, the old ones stay: nobody is locked out by an outage."""
        if self.keys is None or time.monotonic() - self.fetched_at < EXPIRES_AFTER_S:
            return
        try:
            self.refetch()
        except (OSError, ValueError) as error:
            self.fetched_at = time.monotonic() - EXPIRES_AFTER_S + REFETCH_AFTER_S
            log.warning("The key set was not renewed", reason=type(error).__name__)

    def refetch(self) -> None:
        """With other keys nothing that was verified before counts any more."""
        self.fetched_at = time.monotonic()
        published = self.jwks()
        if published != self.published:
            self.keys = KeySet.import_key_set(dict(published))  # type: ignore[arg-type]
            self.published = published
            self.verified.clear()


def actor_of(claims: Mapping[str, Any]) -> Actor:
    org = claims["org"]
    kind = KINDS[org["kind"]]
    roles = frozenset(claims.get("roles", ()))
    if kind is Staff and roles == {"auditor"}:
        kind = Auditor
    extra = {"scopes": frozenset(claims.get("scope", "").split())} if kind is Partner else {}
    return kind(
        subject=claims["sub"],
        organisation_id=UUID(org["id"]),
        organisation=org["name"],
        roles=roles,
        name=claims.get("name", ""),
        locale=claims.get("locale", "en"),
        zone=claims.get("zoneinfo", "UTC"),
        theme=claims.get("theme", "light"),
        csrf=claims.get("csrf", ""),
        sid=claims.get("sid", ""),
        **extra,
    )
