"""A request as the edge reads it, and what is refused before anyone asks who sent it."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from ipaddress import ip_address, ip_network
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from uuid import UUID

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


@dataclass(frozen=True)
class Incoming:
    """`target` is what the client wrote; routing, admission and forwarding all use it."""

    environ: Mapping[str, Any]
    request_id: UUID = field(default_factory=uuid7)
    span: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE

    @property
    def target(self) -> str:
        return str(self.environ["RAW_URI"])

    @cached_property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str:
        key = name.upper().replace("-", "_")
        prefix = "" if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_"
        return str(self.environ.get(prefix + key, ""))

    def headers(self) -> Iterator[tuple[str, str]]:
        for key, value in self.environ.items():
            if key.startswith("HTTP_"):
                yield key[5:].replace("_", "-").lower(), value
            elif key in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
                yield key.replace("_", "-").lower(), value

    @property
    def is_htmx(self) -> bool:
        return self.header("HX-Request") == "true"

    @property
    def is_api(self) -> bool:
        return self.path.startswith(("/api/", "/oauth/", "/.well-known/"))

    @property
    def is_background(self) -> bool:
        """A poll: it asks on its own and is no sign of life."""
        return self.header("X-Background") == "1"

    @cached_property
    def reference(self) -> str:
        """What the client, the service and the log call this request."""
        return str(self.request_id)

    @cached_property
    def traceparent(self) -> str:
        return f"00-{self.request_id.hex}-{self.span}-01"

    @property
    def length(self) -> int | None:
        """Bytes of the body; None where it comes in chunks."""
        if self.header("Transfer-Encoding"):
            return None
        return int(self.header("Content-Length") or 0)

    @property
    def body(self) -> BinaryIO:
        return self.environ["wsgi.input"]  # type: ignore[no-any-return]  # WSGI says so

    def cookie(self, name: str) -> str:
        return self.cookies.get(name, "")

    @cached_property
    def cookies(self) -> Mapping[str, str]:
        """None of ours is quoted, so a quoted one is not ours. Of two, the first counts.

        Only blanks and tabs surround a name. To a browser any other character is part of the name,
        which then is none of those that begin with `__Host-`: a neighbouring site may set it.
        """
        pairs = reversed(self.header("Cookie").split(";"))
        said = (each.strip(" \t").partition("=") for each in pairs)
        return {name: value for name, _, value in said if '"' not in value}

    @property
    def bearer(self) -> str:
        scheme, _, token = self.header("Authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


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
    site = request.header("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    return request.header("Origin") == origin


def own_path(address: str, origin: str) -> str:
    """The path and query of an address of ours; nothing for any other."""
    parts = urlsplit(address)
    if f"{parts.scheme}://{parts.netloc}" != origin or not is_plain(parts.path or "/"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def client_address(request: Incoming, trusted_proxies: str) -> str:
    """Who is at the other end: from the right, the first address that is no proxy of ours."""
    trusted = networks(trusted_proxies)
    hops = [hop.strip() for hop in request.header("X-Forwarded-For").split(",") if hop.strip()]
    address = str(request.environ.get("REMOTE_ADDR", ""))
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
