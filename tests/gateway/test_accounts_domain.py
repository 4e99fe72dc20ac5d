"""accounts, sessions and clients: tries at signing in, tokens, secrets and their digests."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gateway.accounts.domain import Attempts, TryLater, delay, of_account, of_address
from gateway.clients import domain as clients
from gateway.clients.domain import Client, ClientInactive, Scope, in_order, number_of
from gateway.people.domain import normal_email
from gateway.sessions import domain as sessions
from gateway.sessions.domain import browser_name

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ODD = "naïve\ud800"  # half a character, as a form may send it


def attempts(failures: int, ago: timedelta, free: int = 3) -> Attempts:
    return Attempts("key", free, failures, NOW - ago)


@pytest.mark.parametrize(
    ("too_many", "seconds"), [(-1, 0), (0, 1), (1, 2), (5, 32), (6, 60), (10, 60), (10_000, 60)]
)
def test_the_pause_doubles_up_to_a_minute(too_many: int, seconds: int) -> None:
    assert delay(too_many) == seconds * SECOND


@pytest.mark.parametrize(
    ("failures", "ago", "wait"),
    [
        (3, SECOND, None),  # the pause is just over
        (3, SECOND / 2, 1),
        (4, SECOND / 2, 2),
        (5, SECOND, 3),
        (9, SECOND, 59),
        (2, timedelta(0), None),
        (2, -SECOND, None),  # free, whichever was counted first
        (3, -SECOND, 2),
    ],
)
def test_a_try_waits_for_what_is_left_of_its_pause(
    failures: int, ago: timedelta, wait: int | None
) -> None:
    tried = attempts(failures, ago)
    if wait is None:
        tried.take_one(NOW)
        assert (tried.failures, tried.last_failed_at) == (failures + 1, max(NOW, NOW - ago))
        return
    with pytest.raises(TryLater) as refused:
        tried.take_one(NOW)
    assert refused.value.params == {"seconds": wait}
    assert (tried.failures, tried.last_failed_at) == (failures, NOW - ago)


def test_failures_are_forgotten_after_a_quarter_of_an_hour_and_not_at_it() -> None:
    kept, forgotten = (attempts(7, timedelta(minutes=15) + more) for more in (SECOND * 0, SECOND))
    kept.take_one(NOW)
    forgotten.take_one(NOW)
    assert (kept.failures, forgotten.failures) == (8, 1)


def test_accounts_and_addresses_are_counted_apart_and_cannot_be_read() -> None:
    keys = {of_account("a", "b"), of_account("b", "a"), of_account("a", "a"), of_address("a")}
    assert len(keys) == 4 and {len(key) for key in keys} == {64}
    assert of_address("10.0.0.1") == hashlib.sha256(b"address|10.0.0.1").hexdigest()
    assert of_account("a@b", "::1") == hashlib.sha256(b"account|a@b|::1").hexdigest()


@pytest.mark.parametrize("digest", [sessions.digest, clients.digest])
def test_a_token_that_no_machine_has_made_has_a_digest_too(digest: object) -> None:
    assert callable(digest)
    assert digest("abc") == hashlib.sha256(b"abc").digest()
    assert digest(ODD) == hashlib.sha256("naïve?".encode()).digest()


def test_tokens_have_256_bits_and_are_never_the_same() -> None:
    assert len({sessions.new_token() for _ in range(9)}) == 9
    assert len(sessions.new_token()) == 43


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("curl/8.5.0/x", "curl"),
        ("x" * 99, "x" * 60),
        ("", ""),
        ("Mozilla/5.0 (Beos) Firefox/1", "Firefox"),
        ("Mozilla/5.0 (Windows) Edg/1 Chrome/1 Safari/1", "Edge, Windows"),
    ],
)
def test_programs_without_a_known_browser_go_by_their_first_word(
    user_agent: str, name: str
) -> None:
    assert browser_name(user_agent) == name


def test_a_client_knows_its_newest_secret_only() -> None:
    client = Client(UUID(int=1), "Call grid", [], NOW)
    assert not client.knows("")
    first, second = client.renew_secret(), client.renew_secret()
    assert len(first) == 43 and (client.knows(first), client.knows(second)) == (False, True)
    client.active = False
    with pytest.raises(ClientInactive) as refused:
        client.renew_secret()
    assert refused.value.params == {"name": "Call grid"} and client.knows(second)


def test_scopes_stand_in_one_order_and_once() -> None:
    assert in_order([Scope.MEASUREMENTS_WRITE] * 2) == [Scope.MEASUREMENTS_WRITE]
    assert in_order([]) == []


@pytest.mark.parametrize("other", ["", "cli_", "usr_{}", "{}", "cli_{}x"])
def test_only_our_spelling_is_the_id_of_a_client(other: str) -> None:
    client = Client(UUID(int=1), "x", [], NOW)
    assert number_of(client.client_id) == client.id
    assert number_of(other.format(client.id)) is None


def test_an_address_is_the_same_in_any_case_and_with_spaces_around() -> None:
    assert normal_email("  Straße@X.Example\n") == "strasse@x.example"
