"""Which headers pass, in and out. What is not listed stays behind."""

from collections.abc import Iterable, Iterator

from gateway.incoming import Incoming

PASS_IN = frozenset(
    {
        "accept",
        "content-disposition",
        "content-encoding",
        "content-type",
        "idempotency-key",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "last-event-id",
        "range",
        "user-agent",
        "x-background",
        "x-csrf-token",
    }
)
STAY_OUT = frozenset(
    {
        "connection",
        "date",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "server",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-powered-by",
        "x-request-id",
    }
)
LEADS_SOMEWHERE = ("location", "hx-location", "hx-push-url", "hx-redirect", "hx-replace-url")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
PROTECTION = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)
TLS_ONLY = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)


def inward(request: Incoming) -> Iterator[tuple[str, str]]:
    """What a service may read of what the client sent: no cookie, no credential, no identity."""
    for name, value in request.headers():
        if name in PASS_IN or name.startswith("hx-"):
            yield name, value


def bearer(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


def client_authentication(request: Incoming) -> list[tuple[str, str]]:
    """The id and secret of an OAuth client, for the token endpoint. Never a bearer token."""
    sent = request.header("Authorization")
    return [("Authorization", sent)] if sent.lower().startswith("basic ") else []


def outward(headers: Iterable[tuple[str, str]], origin: str) -> Iterator[tuple[str, str]]:
    """What the client may read of what a service answered; it is led nowhere but to us."""
    for name, value in headers:
        low = name.lower()
        if low in STAY_OUT or (low in LEADS_SOMEWHERE and not leads_to_us(value, origin)):
            continue
        if "\r" not in value and "\n" not in value:
            yield name, value


def leads_to_us(value: str, origin: str) -> bool:
    """A path of ours, `false` (htmx: leave the address alone), or a URL with our origin."""
    if value in ("true", "false") or value.startswith(origin + "/"):
        return True
    return value.startswith("/") and value[1:2] not in ("/", "\\")


def protected(
    headers: Iterable[tuple[str, str]], request: Incoming, *, tls: bool
) -> list[tuple[str, str]]:
    """Our own headers on every answer. A stricter policy of a service stands beside ours."""
    kept = [(name, value) for name, value in headers if name.lower() not in FORCED]
    cached = any(name.lower() == "cache-control" for name, _ in kept)
    default = () if cached else (("Cache-Control", "private, no-store"),)
    stamp = ("X-Request-Id", request.reference)
    return [*kept, *default, *PROTECTION, *(TLS_ONLY if tls else ()), stamp]


FORCED = frozenset(name.lower() for name, _ in PROTECTION if name != "Content-Security-Policy")
