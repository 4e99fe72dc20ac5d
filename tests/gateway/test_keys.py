"""Keys: published before they sign, and after they stop."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from gateway.keys import KeyState, Ring, TooEarlyToRotate, new_ring, rotated
from gateway.tokens import ACCESS_LIFE_S, AccessTokens, Identity, Minter, sign
from shared.identity import Verifier
from shared.kernel import uuid7

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ISSUER = "http://127.0.0.1:8400"


@pytest.fixture
def ring(tmp_path: Path) -> Ring:
    return Ring.of(tmp_path, "internal")


def states(keys: object) -> list[str]:
    return [each.state for each in keys]  # type: ignore[attr-defined]


def test_the_file_is_for_its_owner_only(ring: Ring) -> None:
    assert ring.path.stat().st_mode & 0o777 == 0o600
    assert "d" not in ring.published()["keys"][0] and len(ring.published()["keys"]) == 2


def test_a_key_is_published_before_it_signs_and_forgotten_after_the_longest_token() -> None:
    first = new_ring(START)
    second = rotated(first, START + HOUR)
    assert states(second) == [KeyState.RETIRED, KeyState.ACTIVE, KeyState.NEXT]
    assert second[1].key.kid == first[1].key.kid
    third = rotated(second, START + 2 * HOUR)
    assert first[0].key.kid in [each.key.kid for each in third]
    fourth = rotated(third, START + 3 * HOUR + timedelta(minutes=1))
    assert first[0].key.kid not in [each.key.kid for each in fourth]


def test_a_key_that_verifiers_may_not_know_does_not_sign() -> None:
    with pytest.raises(TooEarlyToRotate):
        rotated(new_ring(START), START + timedelta(minutes=4))


def test_another_process_sees_the_rotation_at_once(ring: Ring, tmp_path: Path) -> None:
    other = Ring.of(tmp_path, "internal")
    before = other.active().kid
    ring.rotate(datetime.now(UTC) + HOUR)
    assert other.active().kid == ring.active().kid != before


def an_identity(**changes: object) -> Identity:
    fields = {"subject": f"usr_{uuid7()}", "organisation_id": uuid7(), "organisation": "Lingang"}
    return Identity(**({"kind": "buyer", "roles": ("buyer",)} | fields | changes))  # type: ignore[arg-type]


def test_services_follow_a_rotation_without_refusing_anybody(ring: Ring) -> None:
    minter = Minter(ring, ISSUER)
    verify = Verifier(ring.published, issuer=ISSUER, audience="rfp")
    who = an_identity()
    old = minter.token(who, "rfp")
    assert verify(old)
    ring.rotate(datetime.now(UTC) + HOUR)
    fresh = minter.token(who, "rfp")
    assert fresh != old and verify(fresh) and verify(old)


def test_stolen_keys_end_every_token(ring: Ring) -> None:
    minter = Minter(ring, ISSUER)
    old = minter.token(an_identity(), "rfp")
    ring.replace_all(datetime.now(UTC))
    assert Verifier(ring.published, issuer=ISSUER, audience="rfp")(old) is None
    assert minter.token(an_identity(), "rfp") != old


def test_a_token_is_for_one_service_and_says_who_asks(ring: Ring) -> None:
    minter = Minter(ring, ISSUER)
    who = an_identity(name="Chen Wei", locale="zh-Hans", zone="Asia/Shanghai", csrf="c", sid="s")
    token = minter.token(who, "rfp")
    actor = Verifier(ring.published, issuer=ISSUER, audience="rfp")(token)
    assert actor and (actor.name, actor.locale, actor.csrf) == ("Chen Wei", "zh-Hans", "c")
    assert Verifier(ring.published, issuer=ISSUER, audience="contracts")(token) is None
    assert Verifier(ring.published, issuer="http://else", audience="rfp")(token) is None


def test_a_token_is_kept_per_identity_and_audience_until_it_gets_old(ring: Ring) -> None:
    clock = [1_000_000.0]
    minter = Minter(ring, ISSUER, now=lambda: clock[0])
    who = an_identity()
    token = minter.token(who, "rfp")
    assert minter.token(who, "rfp") == token != minter.token(who, "contracts")
    assert minter.token(an_identity(subject=who.subject, roles=("finance",)), "rfp") != token
    clock[0] += 91
    assert minter.token(who, "rfp") != token


@pytest.fixture
def tokens(tmp_path: Path) -> AccessTokens:
    return AccessTokens(Ring.of(tmp_path, "public"), ISSUER)


def test_an_access_token_is_ours_and_in_time(tmp_path: Path) -> None:
    clock = [1_000_000.0]
    tokens = AccessTokens(Ring.of(tmp_path, "public"), ISSUER, now=lambda: clock[0])
    token = tokens.issue("cli_x", client_id="cli_x", scope="measurements:write")
    claims = tokens.verify(token)
    assert claims and claims["scope"] == "measurements:write" and claims["aud"] == ISSUER
    clock[0] += ACCESS_LIFE_S + 31
    assert tokens.verify(token) is None


def test_a_kept_answer_ends_with_its_key(tokens: AccessTokens) -> None:
    token = tokens.issue("cli_x", client_id="cli_x")
    assert tokens.verify(token)
    tokens.ring.replace_all(datetime.now(UTC))
    assert tokens.verify(token) is None


def claims_of(tokens: AccessTokens, **changes: object) -> dict[str, object]:
    now = int(datetime.now(UTC).timestamp())
    fields: dict[str, object] = {"iss": ISSUER, "aud": ISSUER, "sub": "cli_x", "client_id": "cli_x"}
    fields |= {"iat": now, "exp": now + 60, "jti": "1"} | changes
    return {name: value for name, value in fields.items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://evil"},
        {"aud": "rfp"},
        {"sub": None},
        {"exp": None},
        {"exp": 1},
        {"iat": 4_000_000_000},
        {"jti": None},
        {"client_id": None},
    ],
)
def test_a_token_with_a_wrong_claim_is_refused(
    tokens: AccessTokens, changes: dict[str, object]
) -> None:
    assert tokens.verify(sign(tokens.ring, claims_of(tokens)))
    assert tokens.verify(sign(tokens.ring, claims_of(tokens, **changes))) is None


def forge(tokens: AccessTokens, key: object, header: dict[str, object]) -> str:
    registered = {"alg": "ES256", "typ": "at+jwt"} | header
    kept = {name: value for name, value in registered.items() if value is not None}
    return jwt.encode(kept, claims_of(tokens), key, algorithms=[str(kept["alg"])])  # type: ignore[arg-type]


def signed_with_public_key(tokens: AccessTokens, own: ECKey) -> str:
    """What a library forges that takes the public key for a shared secret."""
    header = {"alg": "HS256", "typ": "at+jwt", "kid": own.kid}
    parts = [as_base64(json.dumps(part).encode()) for part in (header, claims_of(tokens))]
    secret = own.as_pem(private=False)
    mac = hmac.new(secret, ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, as_base64(mac)])


def as_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_tokens_of_other_making_are_refused(tokens: AccessTokens) -> None:
    own, foreign = tokens.ring.active(), ECKey.generate_key("P-256", auto_kid=True)
    made = {
        "foreign key": forge(tokens, foreign, {"kid": foreign.kid}),
        "our key id on it": forge(tokens, foreign, {"kid": own.kid}),
        "key inside": forge(tokens, foreign, {"kid": own.kid, "jwk": foreign.as_dict(False)}),
        "no type": forge(tokens, own, {"kid": own.kid, "typ": None}),
        "other type": forge(tokens, own, {"kid": own.kid, "typ": "JWT"}),
        "no key id": forge(tokens, own, {"kid": None}),
        "HMAC with the public key": signed_with_public_key(tokens, own),
        "none": "eyJhbGciOiJub25lIn0." + forge(tokens, own, {"kid": own.kid}).split(".")[1] + ".",
        "nothing": "",
        "dots": "...",
        "not ASCII": "\u00e9.\u00e9.\u00e9",
        "very long": "a" * 100_000,
    }
    assert [name for name, token in made.items() if tokens.verify(token)] == []


def test_internal_tokens_are_no_access_tokens_and_the_reverse(tmp_path: Path) -> None:
    tokens = AccessTokens(Ring.of(tmp_path, "public"), ISSUER)
    minter = Minter(Ring.of(tmp_path, "internal"), ISSUER)
    assert tokens.verify(minter.token(an_identity(), ISSUER)) is None
    access = tokens.issue("cli_x", client_id="cli_x")
    assert Verifier(minter.ring.published, issuer=ISSUER, audience=ISSUER)(access) is None


def test_published_keys_verify_what_was_signed(tokens: AccessTokens) -> None:
    published = KeySet.import_key_set(json.loads(json.dumps(tokens.ring.published())))
    token = tokens.issue("cli_x", client_id="cli_x")
    assert jwt.decode(token, published, algorithms=["ES256"]).claims["sub"] == "cli_x"
