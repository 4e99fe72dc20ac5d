"""What the edge lets pass, in whose name, and what it answers itself."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from support.database import Sessions, rows
from support.gateway import Enrolled, a_client, a_person, an_organisation, moment
from support.upstream import Handler, Upstream
from werkzeug.test import Client, TestResponse

from gateway import proxy
from gateway.clients import usecases as clients
from gateway.config import Settings
from gateway.edge import Edge, create_edge
from gateway.people import usecases as people
from gateway.people.domain import Language, OrganisationKind, Role
from gateway.sessions.domain import ABSOLUTE, IDLE
from gateway.sessions.persistence import sessions as session_rows
from gateway.sessions.usecases import end_session
from shared.identity import Verifier
from shared.kernel import Actor, Staff

HOME = "http://127.0.0.1:8400"
FROM_US = {"Sec-Fetch-Site": "same-origin"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def edge(settings: Settings) -> Iterator[Edge]:
    made = create_edge(settings)
    yield made
    made.close()


class Visitor:
    """Sends requests as a browser or a script would, with nothing added."""

    def __init__(self, edge: Edge) -> None:
        self.client = Client(edge, use_cookies=False)

    def __call__(
        self, method: str, path: str, status: int, who: Enrolled | None = None, **sent: Any
    ) -> TestResponse:
        headers = {"Host": "127.0.0.1:8400"} | dict(sent.pop("headers", {}))
        if who:
            headers["Cookie"] = f"{headers.get('Cookie', 'x=y')}; {who.cookie}"
        answer = self.client.open(path, method=method, headers=headers, **sent)
        assert answer.status_code == status, (answer.status_code, answer.text[:500])
        return answer


@pytest.fixture
def visit(edge: Edge) -> Visitor:
    return Visitor(edge)


@pytest.fixture
def buyer(committed: Sessions) -> Enrolled:
    return a_person(committed, Role.BUYER)


@pytest.fixture
def vendor(committed: Sessions) -> Enrolled:
    return a_person(committed, kind=OrganisationKind.VENDOR)


def actor_in(edge: Edge, upstream: Upstream, audience: str = "rfp") -> Actor | None:
    """Who the service would take the last request for."""
    token = upstream.last.header("Authorization").removeprefix("Bearer ")
    verify = Verifier(edge.minter.ring.published, issuer=HOME, audience=audience)
    return verify(token)


def test_a_signed_in_person_reaches_the_service_in_their_name(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    answer = visit("GET", "/admin/plans?show=open", 200, buyer)
    assert answer.text == "<p>hello</p>" and upstream.last.path == "/admin/plans?show=open"
    actor = actor_in(edge, upstream)
    assert isinstance(actor, Staff) and actor.subject == buyer.subject
    assert actor.roles == {"buyer"} and actor.csrf == buyer.session.csrf
    assert (actor.name, actor.zone) == (buyer.person.name, "Asia/Shanghai")
    assert actor_in(edge, upstream, "contracts") is None


def test_each_service_gets_a_token_for_itself(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    pages = {
        "/admin/rfps": "rfp",
        "/admin/contracts/1": "contracts",
        "/admin/performance": "monitoring",
        "/admin/messages/unread": "notifications",
        "/work": "idp",
    }
    for path, audience in pages.items():
        visit("GET", path, 200, buyer)
        assert actor_in(edge, upstream, audience)
        others = set(pages.values()) - {audience}
        assert not any(actor_in(edge, upstream, other) for other in others)


def test_strangers_are_sent_to_sign_in(visit: Visitor, upstream: Upstream) -> None:
    assert visit("GET", "/admin/plans?x=1", 303).location == "/login?next=%2Fadmin%2Fplans%3Fx%3D1"
    assert visit("GET", "/work", 303).location == "/login"
    assert visit("POST", "/admin/plans", 303, headers=FROM_US).location == "/login"
    assert visit("GET", "/admin/plans", 303, headers={"Cookie": "__Host-tandem=x"}).location
    assert visit("GET", "/", 303).location == "/login"
    assert upstream.received == []


def test_htmx_is_sent_to_sign_in_as_a_whole_page(visit: Visitor) -> None:
    here = HTMX | {"HX-Current-URL": f"{HOME}/admin/plans?x=1"}
    answer = visit("GET", "/admin/plans/1/row", 401, headers=here)
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fadmin%2Fplans%3Fx%3D1"
    assert answer.text == ""
    foreign = HTMX | {"HX-Current-URL": "https://evil.example/x"}
    assert visit("GET", "/work", 401, headers=foreign).headers["HX-Redirect"] == "/login"


def test_home_leads_to_work(visit: Visitor, buyer: Enrolled) -> None:
    assert visit("GET", "/", 303, buyer).location == "/work"


def test_a_link_in_a_mail_finds_its_session(visit: Visitor, buyer: Enrolled) -> None:
    """The browser withholds a strict cookie from a foreign link; loaded again it sends it."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = visit("GET", "/admin/plans", 200, headers=link)
    assert 'http-equiv="refresh"' in answer.text and answer.headers["Cache-Control"].endswith(
        "no-store"
    )
    visit("POST", "/admin/plans", 303, headers=link)


def test_pages_admit_by_kind_of_organisation(
    visit: Visitor, upstream: Upstream, buyer: Enrolled, vendor: Enrolled
) -> None:
    visit("GET", "/portal/bids", 200, vendor)
    before = len(upstream.received)
    refused = visit("GET", "/admin/plans", 403, vendor)
    assert "not for you" in refused.text
    visit("GET", "/portal/bids", 403, buyer)
    visit("GET", "/admin/people", 403, vendor)
    assert len(upstream.received) == before


def test_the_cookie_is_no_good_for_the_api(
    visit: Visitor, upstream: Upstream, buyer: Enrolled
) -> None:
    answer = visit("GET", "/api/v1/plans", 401, buyer)
    assert answer.json and answer.json["errors"]["code"] == "sign_in_first"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert upstream.received == []


def test_a_bearer_token_is_no_good_for_pages(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    token = edge.entrance.admission.access_tokens.issue(
        buyer.subject, client_id="tandem-pages", sid=str(buyer.session.id)
    )
    bearer = {"Authorization": f"Bearer {token}"}
    assert visit("GET", "/admin/plans", 303, headers=bearer).location.startswith("/login")
    assert upstream.received == []
    visit("GET", "/api/v1/plans", 200, headers=bearer)
    assert actor_in(edge, upstream).subject == buyer.subject  # type: ignore[union-attr]
    assert token not in str(upstream.last.headers)


def test_a_client_reaches_the_api_as_its_organisation(
    visit: Visitor, edge: Edge, upstream: Upstream, committed: Sessions
) -> None:
    made, _ = a_client(committed)
    tokens = edge.entrance.admission.access_tokens
    token = tokens.issue(made.client_id, client_id=made.client_id, scope="measurements:write")
    bearer = {"Authorization": f"Bearer {token}"}
    visit("POST", "/api/v1/measurements", 200, headers=bearer, json={})
    actor = actor_in(edge, upstream, "monitoring")
    assert actor and actor.client_id == made.id and actor.scopes == {"measurements:write"}  # type: ignore[attr-defined]
    with committed.begin() as session:
        clients.change_client(
            session, "system", client_id=made.id, name="x", scopes=[], active=False
        )
    answer = visit("POST", "/api/v1/measurements", 401, headers=bearer, json={})
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Bearer", "\u00e9"])
def test_nonsense_is_no_token(visit: Visitor, token: str) -> None:
    visit("GET", "/api/v1/plans", 401, headers={"Authorization": f"Bearer {token}"})


def test_a_token_of_the_inside_is_no_good_outside(
    visit: Visitor, edge: Edge, buyer: Enrolled
) -> None:
    identity = edge.entrance.admission.by_cookie(buyer.token)
    assert identity
    for audience in ("rfp", HOME):
        bearer = {"Authorization": f"Bearer {edge.minter.token(identity, audience)}"}
        visit("GET", "/api/v1/plans", 401, headers=bearer)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_foreign_pages_change_nothing(
    visit: Visitor, upstream: Upstream, buyer: Enrolled, method: str
) -> None:
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": f"{HOME}/work"},
        {},
    ):
        answer = visit(method, "/admin/plans", 403, buyer, headers=headers)
        assert "did not come from one of our pages" in answer.text
    visit("POST", "/login", 403, headers={"Sec-Fetch-Site": "cross-site"})
    assert upstream.received == []
    for headers in (FROM_US, {"Origin": HOME}):
        visit(method, "/admin/plans", 200, buyer, headers=headers)


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


def age(committed: Sessions, who: Enrolled, **columns: timedelta) -> None:
    with committed.begin() as session:
        aged = {name: moment() - old for name, old in columns.items()}
        session.execute(sa.update(session_rows).where(session_rows.c.id == who.session.id), aged)


def test_sessions_end_when_idle_and_when_old(
    visit: Visitor, committed: Sessions, buyer: Enrolled
) -> None:
    age(committed, buyer, last_seen_at=IDLE - timedelta(minutes=1))
    visit("GET", "/work", 200, buyer)
    age(committed, buyer, last_seen_at=IDLE + timedelta(seconds=1))
    visit("GET", "/work", 303, buyer)
    age(committed, buyer, last_seen_at=timedelta(0), opened_at=ABSOLUTE + timedelta(seconds=1))
    visit("GET", "/work", 303, buyer)


def test_a_person_keeps_the_session_alive_a_poll_does_not(
    visit: Visitor, committed: Sessions, buyer: Enrolled
) -> None:
    def seen() -> Any:
        return rows(committed, session_rows, id=buyer.session.id)[0].last_seen_at

    age(committed, buyer, last_seen_at=timedelta(minutes=10))
    before = seen()
    visit("GET", "/work", 200, buyer, headers={"X-Background": "1"})
    assert seen() == before
    visit("GET", "/work", 200, buyer)
    assert seen() > before


def test_the_end_of_a_session_shows_at_once(
    visit: Visitor, edge: Edge, committed: Sessions, buyer: Enrolled
) -> None:
    token = edge.entrance.admission.access_tokens.issue(
        buyer.subject, client_id="tandem-pages", sid=str(buyer.session.id)
    )
    bearer = {"Authorization": f"Bearer {token}"}
    visit("GET", "/work", 200, buyer)
    visit("GET", "/api/v1/plans", 200, headers=bearer)
    actor = Staff(buyer.subject, buyer.organisation.id)
    with committed.begin() as session:
        end_session(session, actor, session_id=buyer.session.id, now=moment())
    visit("GET", "/work", 303, buyer)
    visit("GET", "/api/v1/plans", 401, headers=bearer)


def test_a_token_of_one_session_is_for_its_person_only(
    visit: Visitor, edge: Edge, committed: Sessions, buyer: Enrolled
) -> None:
    other = a_person(committed, Role.ADMIN)
    token = edge.entrance.admission.access_tokens.issue(
        other.subject, client_id="tandem-pages", sid=str(buyer.session.id)
    )
    visit("GET", "/api/v1/plans", 401, headers={"Authorization": f"Bearer {token}"})


def test_a_new_language_shows_in_the_next_request(
    visit: Visitor, edge: Edge, upstream: Upstream, committed: Sessions, buyer: Enrolled
) -> None:
    visit("GET", "/admin/plans", 200, buyer)
    with committed.begin() as session:
        people.choose_language(
            session,
            Staff(buyer.subject, buyer.organisation.id),
            locale=Language.CHINESE,
            zone="UTC",
            now=moment(),
        )
    visit("GET", "/admin/plans", 200, buyer)
    assert actor_in(edge, upstream).locale == "zh-Hans"  # type: ignore[union-attr]
    visit("GET", "/admin/plans", 200, buyer, headers={"Cookie": "__Host-language=en"})
    assert actor_in(edge, upstream).locale == "en"  # type: ignore[union-attr]
    visit("GET", "/admin/plans", 200, buyer, headers={"Cookie": "__Host-language=xx"})
    assert actor_in(edge, upstream).locale == "zh-Hans"  # type: ignore[union-attr]


def test_an_organisation_that_is_off_is_out(visit: Visitor, committed: Sessions) -> None:
    own = an_organisation(committed)
    someone = a_person(committed, organisation=own)
    visit("GET", "/portal/bids", 200, someone)
    with committed.begin() as session:
        people.change_organisation(
            session, "system", organisation_id=own.id, name="x", active=False, now=moment()
        )
    visit("GET", "/portal/bids", 303, someone)


def test_bodies_are_bounded_by_route(visit: Visitor, upstream: Upstream, buyer: Enrolled) -> None:
    big = {"CONTENT_LENGTH": str(200 * 1024**2)}
    answer = visit("POST", "/admin/plans", 413, buyer, headers=FROM_US, environ_overrides=big)
    assert "110 MB" in answer.text
    small = {"CONTENT_LENGTH": str(20 * 1024)}
    visit("POST", "/login", 413, headers=FROM_US, environ_overrides=small)
    assert upstream.received == []


def test_authority_comes_before_the_body(visit: Visitor, vendor: Enrolled) -> None:
    class Untouched:
        def read(self, size: int = -1) -> bytes:
            raise AssertionError("read before anybody was asked")

    environ = {"wsgi.input": Untouched(), "CONTENT_LENGTH": str(50 * 1024**2)}
    visit("POST", "/admin/plans", 303, headers=FROM_US, environ_overrides=environ)
    visit("POST", "/admin/plans", 403, vendor, headers=FROM_US, environ_overrides=environ)
    visit("POST", "/api/v1/plans", 401, environ_overrides=environ)
    foreign = {"Origin": "https://evil.example"}
    visit("POST", "/portal/bids", 403, vendor, headers=foreign, environ_overrides=environ)


def test_guessing_is_limited_per_address(visit: Visitor, edge: Edge) -> None:
    now = time.monotonic()
    for path in ("/login", "/oauth/token"):
        edge.buckets.buckets[path, "198.51.100.1"] = (1.0, now)  # one left
    one = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.1"}}
    visit("POST", "/login", 200, headers=FROM_US, **one)
    refused = visit("POST", "/login", 429, headers=FROM_US, **one)
    assert int(refused.headers["Retry-After"]) >= 1 and "Too many" in refused.text
    visit("GET", "/login", 200, **one)
    other = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.2"}}
    visit("POST", "/login", 200, headers=FROM_US, **other)
    visit("POST", "/oauth/token", 200, **one)
    assert visit("POST", "/oauth/token", 429, **one).json


def test_the_token_endpoint_gets_the_client_and_nobody_else_does(
    visit: Visitor, upstream: Upstream, buyer: Enrolled
) -> None:
    basic = {"Authorization": "Basic Y2xpOnNlY3JldA=="}
    visit("POST", "/oauth/token", 200, buyer, headers=basic)
    assert upstream.last.header("Authorization") == basic["Authorization"]
    visit("POST", "/oauth/token", 200, buyer, headers={"Authorization": "Bearer x"})
    assert upstream.last.header("Authorization") == "" and upstream.last.header("Cookie") == ""
    visit("GET", "/login", 200, headers=basic)
    assert upstream.last.header("Authorization") == ""


def test_a_service_that_is_down_is_named_as_such(
    settings: Settings, buyer: Enrolled, committed: Sessions
) -> None:
    made = create_edge(replace(settings, upstream_rfp="http://127.0.0.1:9"))
    visit = Visitor(made)
    page = visit("GET", "/admin/plans", 502, buyer)
    assert "not available" in page.text and "<html" in page.text
    fragment = visit("GET", "/admin/plans", 502, buyer, headers=HTMX)
    assert "<html" not in fragment.text and fragment.headers["HX-Retarget"] == "#messages"
    made.close()


def test_a_service_that_is_slow_or_broken(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    edge.upstreams["rfp"].answer_s = 0.2
    upstream.answers["/admin/plans"] = lambda handler: time.sleep(0.6)
    assert "takes too long" in visit("GET", "/admin/plans", 504, buyer).text
    upstream.answers["/admin/rfps"] = lambda handler: (
        handler.wfile.write(b"nonsense\r\n\r\n"),
        setattr(handler, "close_connection", True),
    )[0]
    assert "not available" in visit("GET", "/admin/rfps", 502, buyer).text
    assert edge.upstreams["rfp"].in_use == 0


def test_a_service_that_has_too_much_to_do(visit: Visitor, edge: Edge, buyer: Enrolled) -> None:
    edge.upstreams["rfp"].in_use = proxy.MOST_CONNECTIONS
    answer = visit("GET", "/admin/plans", 503, buyer)
    assert answer.headers["Retry-After"] == "5" and "too much to do" in answer.text


def test_without_the_database_nobody_gets_in(
    settings: Settings, upstream: Upstream, buyer: Enrolled
) -> None:
    away = replace(settings, database_url="postgresql://u:p@127.0.0.1:9/none")
    made = create_edge(away)
    visit = Visitor(made)
    visit("GET", "/admin/plans", 503, buyer)
    visit("GET", "/health/live", 200)
    assert visit("GET", "/health/ready", 503).json == {"status": "waiting", "for": "database"}
    assert upstream.received == []
    made.close()


def test_a_database_that_was_restarted_is_found_again(
    visit: Visitor, committed: Sessions, buyer: Enrolled
) -> None:
    visit("GET", "/admin/plans", 200, buyer)
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with committed() as session:
        found = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"
        session.execute(sa.text(found))
    visit("GET", "/admin/plans", 200, buyer)


def test_readiness_asks_the_database(visit: Visitor) -> None:
    assert visit("GET", "/health/ready", 200).json == {"status": "ready"}


def test_connections_are_kept_and_dead_ones_are_not_used(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    def and_close(handler: Handler) -> None:
        handler.reply("x")
        handler.close_connection = True  # without having said so

    for _ in range(3):
        visit("GET", "/admin/plans", 200, buyer)
    assert len(edge.upstreams["rfp"].idle) == 1
    upstream.answers["/admin/rfps"] = and_close
    for _ in range(4):
        visit("GET", "/admin/rfps", 200, buyer)
        time.sleep(0.05)
        visit("POST", "/admin/plans", 200, buyer, headers=FROM_US)
    assert edge.upstreams["rfp"].in_use == 0


def test_a_read_is_tried_again_where_nothing_came_back_a_change_is_not(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    calls: list[str] = []

    def hang_up_once(handler: Handler) -> None:
        calls.append(handler.command)
        if len(calls) % 2:
            handler.close_connection = True
        else:
            handler.reply("x")

    visit("GET", "/admin/plans", 200, buyer)
    upstream.answers["/admin/rfps"] = hang_up_once
    visit("GET", "/admin/rfps", 200, buyer)
    assert calls == ["GET", "GET"]
    calls.clear()
    visit("POST", "/admin/rfps", 502, buyer, headers=FROM_US)
    assert calls == ["POST"]


def test_answers_without_a_body(visit: Visitor, upstream: Upstream, buyer: Enrolled) -> None:
    upstream.answers["/admin/plans"] = lambda handler: handler.reply("", 204)
    assert visit("GET", "/admin/plans", 204, buyer).data == b""
    upstream.answers["/admin/rfps"] = lambda handler: handler.reply("hello", 200)
    head = visit("HEAD", "/admin/rfps", 200, buyer)
    assert head.data == b"" and head.headers["Content-Length"] == "5"
    visit("GET", "/admin/rfps", 200, buyer)


def test_static_files_are_kept_for_ever_and_compressed(visit: Visitor) -> None:
    from gateway import assets

    manifest = json.loads((assets.DIST / "manifest.json").read_text())["files"]
    path = f"/static/{manifest['tandem.css']}"
    plain = visit("GET", path, 200)
    packed = visit("GET", path, 200, headers={"Accept-Encoding": "gzip, br"})
    assert "immutable" in plain.headers["Cache-Control"] and plain.mimetype == "text/css"
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < len(plain.data) / 2
    for odd in ("manifest.json", "none.css", "..", "%2e%2e", "x/y.css", ""):
        found = visit.client.get(f"/static/{odd}", headers={"Host": "127.0.0.1:8400"})
        assert found.status_code in (400, 404)


def test_what_others_read_of_our_interfaces(visit: Visitor) -> None:
    catalogue = visit("GET", "/.well-known/api-catalog", 200)
    assert catalogue.mimetype == "application/linkset+json"
    links = json.loads(catalogue.text)["linkset"]
    addresses = [each["service-desc"][0]["href"] for each in links if "service-desc" in each]
    assert f"{HOME}/api/v1/openapi/rfp.json" in addresses
    assert visit("GET", "/schemas/asyncapi.json", 200).json["asyncapi"] == "3.0.0"  # type: ignore[index]
    schema = visit("GET", "/schemas/tandem.identity.person_changed.v1.json", 200)
    assert schema.mimetype == "application/schema+json" and "person_id" in schema.text
    visit("GET", "/schemas/tandem.nothing.v1.json", 404)
    visit("GET", "/api/v1/openapi/rfp.json", 200)


def test_no_secret_of_a_session_leaves_the_edge(
    visit: Visitor, edge: Edge, upstream: Upstream, buyer: Enrolled
) -> None:
    answer = visit("GET", "/admin/plans", 200, buyer)
    token = upstream.last.header("Authorization").removeprefix("Bearer ")
    assert token and token not in str(answer.headers) + answer.text
    assert buyer.token not in str(upstream.last.headers)


def test_a_session_of_somebody_unknown_is_nobody(visit: Visitor) -> None:
    visit("GET", "/work", 303, headers={"Cookie": f"__Host-tandem={uuid4().hex}"})


def test_everything_that_polls_says_so() -> None:
    """Otherwise an open page would keep its session alive for ever."""
    root = Path(__file__).parents[2]
    folders = (root / "gateway", root / "services", root / "shared")
    polls = [
        (path, tag)
        for folder in folders
        for path in folder.rglob("templates/**/*.html")
        for tag in re.findall(r"<[^>]*hx-trigger=\"[^\"]*every [^>]*>", path.read_text())
    ]
    assert len(polls) >= 3
    assert [str(path) for path, tag in polls if "X-Background" not in tag] == []
