"""One reading of every request: paths, origins, addresses, languages."""

from typing import Any
from urllib.parse import quote

import pytest

from gateway.headers import leads_to_us
from gateway.incoming import Incoming, client_address, is_from_us, is_plain, own_path
from gateway.limits import Buckets
from gateway.routes import ROUTES, Way, find
from gateway.words import preferred

HOME = "https://tandem.example"


def incoming(remote: str = "203.0.113.9", **headers: str) -> Incoming:
    fields = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, value in headers.items()
    ]
    scope: dict[str, Any] = {"method": "POST", "raw_path": b"/work", "query_string": b""}
    return Incoming(scope | {"client": (remote, 1), "headers": fields}, never)


async def never() -> None:
    raise AssertionError("nothing here reads a body")


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/work",
        "/admin/plans?after=a%2Fb&x=../y",
        "/portal/bids/0193-4/%E6%8A%95%E6%A0%87",
        "/a/b-c_d.e~f",
    ],
)
def test_plain_addresses_pass(target: str) -> None:
    assert is_plain(target)


@pytest.mark.parametrize(
    "target",
    [
        "",
        "*",
        "http://evil.example/work",
        "//evil.example",
        "/work//x",
        "/admin/../internal/work",
        "/admin/..",
        "/./work",
        "/%2e%2e/internal",
        "/%2E%2E%2finternal",
        "/work%2f..%2finternal",
        "/work;x=1",
        "/work%3bx",
        "/work\\..\\x",
        "/work%5c",
        "/work%00",
        "/work%0d%0aX: y",
        "/work%25%32%65",
        "/work%",
        "/work%g1",
        "/wor k",
        "/w\u00f6rk",
        "/work\x7f",
        "/oauth/%74oken",
        "/lo%67in",
        "work",
    ],
)
def test_addresses_that_could_be_read_twice_are_refused(target: str) -> None:
    assert not is_plain(target)


def test_an_octet_is_escaped_only_where_it_must_be() -> None:
    """Else `/oauth/%74oken` is a path that no limit knows, and the service behind decodes it."""
    for octet in range(256):
        needless = octet < 128 and quote(chr(octet), safe="") == chr(octet)
        separating = octet < 32 or octet == 127 or chr(octet) in "/\\%;"
        for escape in (f"%{octet:02x}", f"%{octet:02X}"):
            assert is_plain(f"/a/{escape}b") is not (needless or separating), escape


def test_internal_paths_lead_nowhere() -> None:
    for path in (
        "/internal/work",
        "/internal/jwks.json",
        "/health",
        "/nothing",
        "/workx",
        "/admin",
    ):
        assert find(path) is None, path


def test_the_longest_prefix_decides() -> None:
    assert find("/admin/people/x").service == "idp"  # type: ignore[union-attr]
    assert find("/api/v1/rfps/1/publication").service == "rfp"  # type: ignore[union-attr]
    assert find("/api/v1/openapi/rfp.json").way is Way.OPEN  # type: ignore[union-attr]


def test_no_prefix_is_listed_twice() -> None:
    prefixes = [route.prefix for route in ROUTES]
    assert len(prefixes) == len(set(prefixes))


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": HOME}, False),
        ({"origin": HOME}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, False),
    ],
)
def test_only_our_own_pages_change_things(headers: dict[str, str], ours: bool) -> None:
    assert is_from_us(incoming(**headers), HOME) is ours


def test_the_way_back_is_on_our_site() -> None:
    assert own_path(f"{HOME}/admin/plans?show=open", HOME) == "/admin/plans?show=open"
    for address in (
        "https://evil.example/x",
        f"{HOME}.evil.example/x",
        "",
        "/work",
        "javascript:x",
    ):
        assert own_path(address, HOME) == ""


def test_forwarded_addresses_count_from_trusted_proxies_only() -> None:
    forged = {"x_forwarded_for": "10.0.0.1, 198.51.100.7", "remote": "203.0.113.9"}
    assert client_address(incoming(**forged), "") == "203.0.113.9"
    behind = forged | {"remote": "10.0.0.2"}
    assert client_address(incoming(**behind), "10.0.0.0/8") == "198.51.100.7"
    assert client_address(incoming(remote="10.0.0.2"), "10.0.0.0/8") == "10.0.0.2"
    assert (
        client_address(incoming(x_forwarded_for="junk", remote="10.0.0.2"), "10.0.0.0/8") == "junk"
    )


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr-FR,zh;q=0.3", "zh-Hans"),
        ("de", "en"),
        ("", "en"),
        ("zh;q=oops, en", "en"),
    ],
)
def test_the_language_a_browser_asks_for_first(asked: str, given: str) -> None:
    assert preferred(asked) == given


@pytest.mark.parametrize(
    ("value", "ours"),
    [
        ("/work", True),
        (f"{HOME}/work", True),
        ("false", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        (f"{HOME}.evil.example/", False),
        ("javascript:alert(1)", False),
    ],
)
def test_answers_lead_nowhere_else(value: str, ours: bool) -> None:
    assert leads_to_us(value, HOME) is ours


def test_a_bucket_empties_and_fills() -> None:
    clock = [0.0]
    buckets = Buckets(lambda: clock[0])
    tries = [buckets.seconds_to_wait("POST", "/login", "192.0.2.1") for _ in range(61)]
    assert tries[:60] == [0] * 60 and tries[60] == 1
    assert buckets.seconds_to_wait("POST", "/login", "192.0.2.2") == 0
    assert buckets.seconds_to_wait("GET", "/login", "192.0.2.1") == 0
    clock[0] += 1
    assert buckets.seconds_to_wait("POST", "/login", "192.0.2.1") == 0


def test_a_cookie_header_that_is_no_cookie_header_holds_nothing() -> None:
    for text in ('__Host-tandem="', "=;=;", "\x00", "a=b; __Host-tandem"):
        assert incoming(cookie=text).cookie("__Host-tandem") == ""


@pytest.mark.parametrize("before", ["\xa0", "\x85", "\x1f", "\x0b"])
def test_only_blanks_and_tabs_surround_the_name_of_a_cookie(before: str) -> None:
    """A browser lets any site beside ours set what is not literally `__Host-`."""
    assert incoming(cookie=f"a=b; {before}__Host-tandem=theirs").cookie("__Host-tandem") == ""
    assert incoming(cookie="a=b;\t __Host-tandem=ours \t").cookie("__Host-tandem") == "ours"


def test_of_two_cookies_of_one_name_the_first_counts() -> None:
    twice = incoming(cookie="__Host-tandem=first; __Host-tandem=second")
    assert twice.cookie("__Host-tandem") == "first"
