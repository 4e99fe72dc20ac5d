"""What the edge lets pass, and in whose name."""

import time

import pytest
from support.asgi import run
from support.database import Sessions
from support.gateway import FROM_US, HOME, Enrolled, Visitor, a_client, actor_in
from support.gateway import HTMX_HEADER as HTMX
from support.upstream import Upstream

from gateway.clients import usecases as clients
from gateway.edge import Edge
from shared.kernel import Staff


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
    assert visit("GET", "/admin/plans", 303).location == "/login?next=%2Fadmin%2Fplans"
    assert visit("GET", "/", 303).location == "/login"
    assert upstream.received == []


def test_htmx_is_sent_to_sign_in_as_a_whole_page(visit: Visitor) -> None:
    here = HTMX | {"HX-Current-URL": f"{HOME}/admin/plans?x=1"}
    answer = visit("GET", "/admin/plans/1/row", 401, headers=here)
    assert answer.headers["HX-Redirect"] == "/login?next=%2Fadmin%2Fplans%3Fx%3D1"
    assert answer.text == ""
    foreign = HTMX | {"HX-Current-URL": "https://evil.example/x"}
    assert visit("GET", "/work", 401, headers=foreign).headers["HX-Redirect"] == "/login"


def test_the_login_page_is_told_why_and_where_to_go_on(visit: Visitor) -> None:
    over = {"Cookie": "__Host-tandem=x"}
    answer = visit("GET", "/admin/plans", 303, headers=over)
    assert answer.location == "/login?next=%2Fadmin%2Fplans&why=ended"
    assert visit("POST", "/admin/plans", 303, headers=FROM_US).location == "/login?why=unsent"
    form = FROM_US | {"Referer": f"{HOME}/admin/plans/new"}
    answer = visit("POST", "/admin/plans", 303, headers=form)
    assert answer.location == "/login?next=%2Fadmin%2Fplans%2Fnew&why=unsent"
    foreign = FROM_US | {"Referer": "https://evil.example/x"}
    assert visit("POST", "/admin/plans", 303, headers=foreign).location == "/login?why=unsent"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "You have been signed out"), ("zh-CN", "您已退出登录")]
)
def test_a_form_sent_by_htmx_stays_on_its_page(visit: Visitor, language: str, words: str) -> None:
    said = HTMX | FROM_US | {"Accept-Language": language}
    answer = visit("POST", "/admin/plans", 401, headers=said)
    assert "HX-Redirect" not in answer.headers and words in answer.text
    assert answer.headers["HX-Retarget"] == "#messages"


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
    identity = run(edge.entrance.admission.by_cookie(buyer.token))
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
