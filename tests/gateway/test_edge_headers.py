"""Which headers pass, in and out, and what is refused for its form."""

from dataclasses import replace

import pytest
from support.gateway import FROM_US, Enrolled, Visitor
from support.gateway import HTMX_HEADER as HTMX
from support.upstream import Handler, Upstream

from gateway.config import Settings
from gateway.edge import Edge, create_edge


def test_services_see_nothing_that_a_client_says_of_itself(
    visit: Visitor, upstream: Upstream, buyer: Enrolled
) -> None:
    said = {
        "Authorization": "Bearer forged",
        "X-User-Id": "1",
        "X-Roles": "admin",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Host": "evil",
        "X-Forwarded-Proto": "https",
        "Forwarded": "for=127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "X-Client-Address": "127.0.0.1",
        "X-Request-Id": "mine",
        "traceparent": "00-11111111111111111111111111111111-2222222222222222-01",
        "X-Original-URL": "/internal/work",
        "Connection": "keep-alive, X-Request-Id",
        "Transfer-Coding": "x",
        "TE": "trailers",
        "Upgrade": "h2c",
        "Proxy-Authorization": "Basic x",
        "Cookie": "other=1",
    }
    answer = visit(
        "GET",
        "/admin/plans",
        200,
        buyer,
        headers=said,
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    got = {name.lower(): value for name, value in upstream.last.headers}
    allowed = {"host", "authorization", "x-request-id", "traceparent", "x-client-address"}
    assert set(got) <= allowed | {"accept-language", "user-agent"}
    assert got["x-client-address"] == "203.0.113.9" and got["x-request-id"] != "mine"
    assert got["host"] == "127.0.0.1:8400" and "forged" not in got["authorization"]
    assert got["x-request-id"] == answer.headers["X-Request-Id"]
    assert got["x-request-id"].replace("-", "") in got["traceparent"]
    assert len(upstream.last.headers) == len(got), "a header came twice"


def test_what_belongs_to_the_request_passes(
    visit: Visitor, upstream: Upstream, buyer: Enrolled
) -> None:
    passing = {
        "Accept": "text/html",
        "Content-Type": "application/x-www-form-urlencoded",
        "HX-Request": "true",
        "HX-Target": "div#content",
        "Idempotency-Key": "k",
        "If-None-Match": '"e"',
        "Range": "bytes=0-9",
        "X-CSRF-Token": "c",
    }
    visit("POST", "/admin/plans", 200, buyer, headers=passing | FROM_US, data=b"a=1")
    for name, value in passing.items():
        assert upstream.last.header(name) == value
    assert upstream.last.body == b"a=1"


def test_the_address_behind_our_own_proxy(
    settings: Settings, upstream: Upstream, buyer: Enrolled
) -> None:
    made = create_edge(replace(settings, trusted_proxies="10.0.0.0/8"))
    Visitor(made)(
        "GET",
        "/work",
        200,
        buyer,
        headers={"X-Forwarded-For": "1.2.3.4, 198.51.100.7"},
        environ_overrides={"REMOTE_ADDR": "10.0.0.2"},
    )
    assert upstream.last.header("X-Client-Address") == "198.51.100.7"
    made.close()


def test_answers_are_protected_and_lead_nowhere_else(
    visit: Visitor, upstream: Upstream, buyer: Enrolled
) -> None:
    def odd(handler: Handler) -> None:
        handler.reply(
            "x",
            200,
            ("Set-Cookie", "stolen=1"),
            ("HX-Redirect", "https://evil.example"),
            ("HX-Push-Url", "/admin/plans"),
            ("X-Powered-By", "x"),
            ("Content-Security-Policy", "sandbox"),
            ("X-Frame-Options", "ALLOWALL"),
        )

    upstream.answers["/admin/plans"] = odd
    answer = visit("GET", "/admin/plans", 200, buyer)
    assert "Set-Cookie" not in answer.headers and "HX-Redirect" not in answer.headers
    assert answer.headers["HX-Push-Url"] == "/admin/plans"
    assert answer.headers.getlist("X-Frame-Options") == ["DENY"]
    policies = answer.headers.getlist("Content-Security-Policy")
    assert policies[0] == "sandbox" and "default-src 'none'" in policies[1]
    assert answer.headers["Cache-Control"] == "private, no-store"
    for name in ("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"):
        assert answer.headers[name]
    assert "Strict-Transport-Security" not in answer.headers


def test_protection_is_on_every_answer_of_our_own(visit: Visitor, buyer: Enrolled) -> None:
    answers = [
        visit("GET", "/nothing", 404),
        visit("GET", "/work", 303),
        visit("GET", "/api/v1/plans", 401),
        visit("GET", "/health/live", 200),
        visit("GET", "/.well-known/api-catalog", 200),
        visit("POST", "/work", 403, buyer),
    ]
    for answer in answers:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Request-Id"] and answer.headers["Cache-Control"]


def test_over_tls_browsers_are_told_all_that_protects_a_page(
    settings: Settings, upstream: Upstream, buyer: Enrolled
) -> None:
    made = create_edge(replace(settings, public_url="https://tandem.example"))
    said = {"Host": "tandem.example", "Origin": "https://evil.example"}
    for path, status in (("/work", 200), ("/nothing", 404), ("/health/live", 200)):
        headers = Visitor(made)("GET", path, status, buyer, headers=said).headers
        stays = headers["Strict-Transport-Security"]
        assert stays == "max-age=31536000; includeSubDomains"
        policy = headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
        assert all("unsafe" not in rule and "http" not in rule for rule in policy)
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert not any(name.lower().startswith("access-control-") for name, _ in headers)
    made.close()


def test_only_the_idp_sets_cookies(visit: Visitor, upstream: Upstream, buyer: Enrolled) -> None:
    cookies = [("Set-Cookie", "__Host-tandem=1"), ("Set-Cookie", "__Host-language=en")]
    upstream.answers["/login"] = lambda handler: handler.reply("x", 303, *cookies)
    upstream.answers["/admin/plans"] = lambda handler: handler.reply("x", 200, *cookies)
    assert len(visit("POST", "/login", 303, headers=FROM_US).headers.getlist("Set-Cookie")) == 2
    assert visit("GET", "/admin/plans", 200, buyer).headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    "path",
    [
        "/internal/work",
        "/internal/operations",
        "/internal/jwks.json",
        "/admin/plans/../../internal/work",
        "/work/..%2finternal/work",
        "/%69nternal/work",
        "//internal/work",
        "/admin/%2e%2e/internal/work",
        "/login/;/internal",
    ],
)
def test_the_inside_is_not_reached_from_outside(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled, path: str
) -> None:
    environ = {"RAW_URI": path}
    answer = visit.client.open(
        path="/x",
        headers={"Host": "127.0.0.1:8400", "Cookie": buyer.cookie},
        environ_overrides=environ,
    )
    assert answer.status_code in (400, 404) and upstream.received == []


def test_unknown_pages_help_on_in_both_languages(visit: Visitor, buyer: Enrolled) -> None:
    english = visit("GET", "/nothing/here", 404)
    assert "does not exist" in english.text and 'href="/work"' in english.text
    assert english.headers["X-Request-Id"] in english.text
    chinese = visit("GET", "/nothing", 404, headers={"Accept-Language": "zh-CN,en;q=0.5"})
    assert '<html lang="zh-Hans"' in chinese.text and "不存在" in chinese.text
    fragment = visit("GET", "/nothing", 404, buyer, headers=HTMX)
    assert "<html" not in fragment.text and fragment.headers["HX-Retarget"] == "#messages"
    data = visit("GET", "/api/v2/plans", 404).json
    assert data and data["code"] == 404 and data["errors"]["code"] == "unknown_page"


def test_other_hosts_are_not_ours(visit: Visitor, upstream: Upstream) -> None:
    for host in ("evil.example", "127.0.0.1", "127.0.0.1:8400,evil.example", ""):
        visit("GET", "/login", 421, headers={"Host": host})
    visit("GET", "/health/live", 200, headers={"Host": "10.1.2.3:8400"})
    assert upstream.received == []


def test_other_methods_are_refused(visit: Visitor, upstream: Upstream, buyer: Enrolled) -> None:
    for method in ("TRACE", "CONNECT", "OPTIONS", "PROPFIND"):
        assert "GET" in visit(method, "/work", 405, buyer, headers=FROM_US).headers["Allow"]
    assert upstream.received == []
