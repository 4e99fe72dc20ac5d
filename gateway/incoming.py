"""A request as the edge reads it, and what is refused before anyone asks who sent it."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache, cached_property
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from shared.kernel import uuid7

SESSION_COOKIE = "__Host-tandem"
LANGUAGE_COOKIE = "__Host-language"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
SAFE = frozenset({"GET", "HEAD"})
# What a decoder further on could read as another path than the one we decided about: separators,
# and letters, digits and `-._~` in disguise (RFC 3986, 6.2.2.2).
SEPARATORS = r"//|/\.{1,2}(?:/|$)|[\\;#]|%(?:2f|5c|25|3b|7f|[01][0-9a-f])"
DISGUISED = r"%(?:2[de]|3[0-9]|[46][1-9a-f]|5[0-9af]|7[0-9ae])"
AMBIGUOUS = re.compile(f"{SEPARATORS}|{DISGUISED}", re.I)
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
Receive = Callable[[], Awaitable[Any]]


class Incoming:
    """`target` is what the client wrote; routing, admission and forwarding all use it."""

    def __init__(self, scope: Mapping[str, Any], receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1")
        query: str = scope["query_string"].decode("latin-1")
        self.target = f"{self.path}?{query}" if query else self.path
        self.peer: str = (scope["client"] or ("",))[0]
        self.fields = fields_of(scope["headers"])
        self.receiver = receive
        self.is_over = self.length == 0
        number = uuid7()
        self.reference = str(number)  # so client, service and log call this request
        self.traceparent = f"00-{number.hex}-{number.hex[16:]}-01"  # the half drawn by lot twice

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE

    def header(self, name: str) -> str:
        """By its name in small letters."""
        return self.fields.get(name, "")

    @property
    def is_htmx(self) -> bool:
        return self.header("hx-request") == "true"

    @property
    def is_api(self) -> bool:
        return self.path.startswith(("/api/", "/oauth/", "/.well-known/"))

    @property
    def is_background(self) -> bool:
        """A poll: it asks on its own and is no sign of life."""
        return self.header("x-background") == "1"

    @property
    def length(self) -> int | None:
        """Bytes of the body; None where it comes in chunks."""
        if self.header("transfer-encoding"):
            return None
        return int(self.header("content-length") or 0)

    async def receive(self) -> Any:
        """The next message of the server (ASGI 3): a part of the body, or that the client left."""
        said = await self.receiver()
        self.is_over = not said.get("more_body")
        return said

    def cookie(self, name: str) -> str:
        return self.cookies.get(name, "")

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """None of ours is quoted, so a quoted one is not ours. Of two, the first counts.

        Only blanks and tabs surround a name. To a browser any other character is part of the name,
        which then is none of those that begin with `__Host-`: a neighbouring site may set it.
        """
        pairs = reversed(self.header("cookie").split(";"))
        said = (each.strip(" \t").partition("=") for each in pairs)
        return {name: value for name, _, value in said if '"' not in value}

    @property
    def bearer(self) -> str:
        scheme, _, token = self.header("authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


def fields_of(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name in small letters; what was said twice stands in one value, as in a list."""
    fields: dict[str, str] = {}
    for name, value in headers:
        low, said = name.decode("latin-1"), value.decode("latin-1")
        fields[low] = f"{fields[low]},{said}" if low in fields else said
    return fields


def is_plain(target: str) -> bool:
    """One reading only: no dot segments, doubled slashes, escapes of separators, or bare bytes."""
    path = target.partition("?")[0]
    return (
        path.startswith("/")
        and target.isascii()
        and target.isprintable()
        and " " not in target
        and not AMBIGUOUS.search(path)
        and not BROKEN_ESCAPE.search(path)
    )


def is_from_us(request: Incoming, origin: str) -> bool:
    """Was an unsafe request sent by one of our own pages? Browsers say so; others say where."""
    site = request.header("sec-fetch-site")
    if site:
        return site in ("same-origin", "none")
    return request.header("origin") == origin


def own_path(address: str, origin: str) -> str:
    """The path and query of an address of ours; nothing for any other."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != origin or not is_plain(parts.path or "/"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def client_address(request: Incoming, trusted_proxies: str) -> str:
    """Who is at the other end: from the right, the first address that is no proxy of ours."""
    trusted = networks(trusted_proxies)
    hops = [hop.strip() for hop in request.header("x-forwarded-for").split(",") if hop.strip()]
    address = request.peer
    while hops and is_in(address, trusted):
        address = hops.pop()
    return address


@cache
def networks(named: str) -> list[Any]:
    return [ip_network(each.strip()) for each in named.split(",") if each]


def is_in(address: str, networks: list[Any]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False
