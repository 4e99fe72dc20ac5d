"""What the edge does when services fail, and what it serves itself."""

import json
import time
from dataclasses import replace

import sqlalchemy as sa
from support.database import Sessions
from support.gateway import (
    FROM_US,
    HOME,
    Enrolled,
    Visitor,
)
from support.gateway import HTMX_HEADER as HTMX
from support.upstream import Handler, Upstream

from gateway import proxy
from gateway.config import Settings
from gateway.edge import Edge, create_edge


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
