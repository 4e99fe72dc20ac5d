import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from support.actors import BUYING_ORGANISATION, an_id

from shared.identity import Verifier
from shared.kernel import Auditor, Partner, Staff, Vendor

KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256"})
ISSUER = "https://tandem.example"


def claims(kind: str = "buyer", **changes: Any) -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "aud": "rfp",
        "sub": f"usr_{an_id('lin')}",
        "exp": int(time.time()) + 120,
        "org": {"id": str(BUYING_ORGANISATION), "kind": kind, "name": "Lingang"},
        "roles": ["buyer"],
        "csrf": "c",
    } | changes


def token(said: dict[str, Any], key: ECKey = KEY, **header: str) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "at+jwt"} | header, said, key)


def verifier(*keys: ECKey) -> Verifier:
    published = KeySet(list(keys or (KEY,))).as_dict(private=False)
    return Verifier(lambda: published, issuer=ISSUER, audience="rfp")


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({}, Staff), ({"roles": ["auditor"]}, Auditor), ({"kind": "vendor"}, Vendor),
     ({"kind": "partner", "sub": f"cli_{an_id('c')}", "scope": "measurements:write"}, Partner)],
)  # fmt: skip
def test_who_asks_is_a_type(changes: dict[str, Any], kind: type) -> None:
    said = claims(changes.pop("kind", "buyer"), **changes)
    actor = verifier()(token(said))
    assert type(actor) is kind and actor.subject == said["sub"]
    assert actor.organisation_id == BUYING_ORGANISATION


@pytest.mark.parametrize(
    "changes",
    [{"aud": "contracts"}, {"iss": "https://evil.example"}, {"exp": 1}, {"sub": None},
     {"org": {"id": "x", "kind": "buyer", "name": ""}}, {"org": {}}],
)  # fmt: skip
def test_a_token_for_others_or_too_old_is_nobody(changes: dict[str, Any]) -> None:
    said = {name: value for name, value in (claims() | changes).items() if value is not None}
    assert verifier()(token(said)) is None
    assert verifier()(token(claims())) is not None


def test_a_token_of_another_key_or_type_is_nobody() -> None:
    other = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256"})
    assert verifier()(token(claims(), other)) is None
    assert verifier()(token(claims(), typ="JWT")) is None
    assert verifier()("") is None and verifier()("a.b.c") is None
    [head, body, _] = token(claims()).split(".")
    assert verifier()(f"{head}.{body}.") is None


def test_a_new_key_is_fetched_but_not_on_every_bad_token(monkeypatch: pytest.MonkeyPatch) -> None:
    new = ECKey.generate_key("P-256", {"kid": "two", "alg": "ES256"})
    published, fetched = [KEY], []

    def jwks() -> dict[str, Any]:
        fetched.append(1)
        return KeySet(list(published)).as_dict(private=False)

    verify = Verifier(jwks, issuer=ISSUER, audience="rfp")
    assert verify(token(claims()))
    published.append(new)
    assert verify(token(claims(), new)) is None and len(fetched) == 1
    later = time.monotonic() + 31
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert verify(token(claims(), new)) and len(fetched) == 2


class Rotating:
    """A gateway that publishes what it is given, and a clock that is put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.keys, self.is_away, self.ahead, self.asked = [KEY], False, 0.0, 0
        real = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: real() + self.ahead)

    def __call__(self) -> dict[str, Any]:
        self.asked += 1
        if self.is_away:
            raise OSError
        return KeySet(list(self.keys)).as_dict(private=False)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Rotating:
    return Rotating(monkeypatch)


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_stolen_key_ends_on_a_service_that_nobody_uses(
    gateway: Rotating, is_remembered: bool
) -> None:
    verify, stolen = Verifier(gateway, issuer=ISSUER, audience="rfp"), token(claims())
    assert verify(stolen)
    gateway.keys = [ECKey.generate_key("P-256", {"kid": "two", "alg": "ES256"})]
    again = stolen if is_remembered else token(claims(csrf="other"))
    assert verify(again), "for five minutes the key set is not asked for"
    gateway.ahead += 301
    assert verify(again) is None and gateway.asked == 2


def test_other_keys_end_what_was_verified_before(gateway: Rotating) -> None:
    verify, stolen = Verifier(gateway, issuer=ISSUER, audience="rfp"), token(claims())
    assert verify(stolen)
    new = ECKey.generate_key("P-256", {"kid": "two", "alg": "ES256"})
    gateway.keys = [new]
    gateway.ahead += 31
    assert verify(token(claims(), new))
    assert verify(stolen) is None


def test_an_outage_locks_nobody_out(gateway: Rotating) -> None:
    verify, said = Verifier(gateway, issuer=ISSUER, audience="rfp"), token(claims())
    assert verify(said)
    gateway.is_away = True
    gateway.ahead += 301
    assert verify(said) and verify(said) and gateway.asked == 2
    gateway.ahead += 31
    assert verify(said) and gateway.asked == 3
    gateway.is_away = False
    gateway.keys = [ECKey.generate_key("P-256", {"kid": "two", "alg": "ES256"})]
    gateway.ahead += 31
    assert verify(said) is None


def test_a_remembered_token_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    verify, said = verifier(), token(claims())
    assert verify(said)
    later = time.time() + 200
    monkeypatch.setattr(time, "time", lambda: later)
    assert verify(said) is None
