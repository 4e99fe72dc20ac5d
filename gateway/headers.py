"""Which headers pass, in and out. What is not listed stays behind."""

from collections.abc import Iterable

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
Field = tuple[bytes, bytes]  # the name in small letters
STAY_OUT = frozenset(
    {
        b"connection",
        b"date",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"server",
        b"set-cookie",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"x-powered-by",
        b"x-request-id",
        # ours stands in their place
        b"x-content-type-options",
        b"x-frame-options",
        b"referrer-policy",
        b"cross-origin-opener-policy",
        b"cross-origin-resource-policy",
        b"permissions-policy",
    }
)
LEADS_SOMEWHERE = frozenset(
    {b"location", b"hx-location", b"hx-push-url", b"hx-redirect", b"hx-replace-url"}
)
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    b"base-uri 'none'"
)
PROTECTION = (
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
TLS_ONLY = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),)
NOT_KEPT = (b"cache-control", b"private, no-store")


def inward(request: Incoming) -> list[tuple[str, str]]:
    """What a service may read of what the client sent: no cookie, no credential, no identity."""
    fields = request.fields.items()
    return [each for each in fields if each[0] in PASS_IN or each[0].startswith("hx-")]


def bearer(token: str) -> list[tuple[str, str]]:
    return [("Authorization", f"Bearer {token}")]


def client_authentication(request: Incoming) -> list[tuple[str, str]]:
    """The id and secret of an OAuth client, for the token endpoint. Never a bearer token."""
    sent = request.header("authorization")
    return [("Authorization", sent)] if sent.lower().startswith("basic ") else []


def outward(headers: Iterable[Field], origin: str) -> list[Field]:
    """What the client may read of what a service answered; it is led nowhere but to us."""
    return [
        (name, value)
        for name, value in headers
        if name not in STAY_OUT
        and (name not in LEADS_SOMEWHERE or leads_to_us(value.decode("latin-1"), origin))
    ]


def leads_to_us(value: str, origin: str) -> bool:
    """A path of ours, `false` (htmx: leave the address alone), or a URL with our origin."""
    if value in ("true", "false") or value.startswith(origin + "/"):
        return True
    return value.startswith("/") and value[1:2] not in ("/", "\\")


def cookies(headers: Iterable[Field]) -> list[Field]:
    return [each for each in headers if each[0] == b"set-cookie"]


def protected(headers: list[Field], reference: str, *, tls: bool) -> list[Field]:
    """Our own headers on every answer. A stricter policy of a service stands beside ours."""
    cached = any(name == b"cache-control" for name, _ in headers)
    default = () if cached else (NOT_KEPT,)
    stamp = (b"x-request-id", reference.encode())
    return [*headers, *default, *PROTECTION, *(TLS_ONLY if tls else ()), stamp]


def as_sent(headers: Iterable[tuple[str, str]]) -> list[Field]:
    """Of an answer of our own."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
