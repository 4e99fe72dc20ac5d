"""What the edge counts, and that its figures are nobody's business outside."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.edge_server import EdgeServer, free_port
from support.figures import grows, read, require_no_ids
from support.gateway import Enrolled, Visitor
from support.upstream import Upstream

from gateway.config import Settings
from gateway.edge import Edge
from gateway.routes import ROUTES
from shared import metrics


def test_an_answer_counts_for_the_service_that_gave_it(
    visit: Visitor, upstream: Upstream, buyer: Enrolled
) -> None:
    with grows("edge_requests_total", upstream="rfp", status="2xx"):
        visit("GET", "/admin/plans/4711", 200, buyer)
    with grows("edge_request_seconds_count", upstream="edge"):
        visit("GET", "/health/live", 200)
    upstream.answers["/admin/plans"] = lambda handler: handler.reply("x", 500)
    with grows("edge_requests_total", upstream="rfp", status="5xx"):
        visit("GET", "/admin/plans", 500, buyer)


def test_a_refusal_counts_by_its_reason(visit: Visitor, edge: Edge, buyer: Enrolled) -> None:
    with grows("edge_refusals_total", code="unknown_page"):
        visit("GET", "/nothing/4711", 404)
    edge.upstreams["rfp"].port = 9
    away = grows("edge_requests_total", upstream="rfp", status="5xx")
    with grows("edge_refusals_total", code="service_broken"), away:
        visit("GET", "/admin/plans", 502, buyer)


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics?x=1", "/internal/metrics"])
def test_figures_are_routed_to_nobody(
    visit: Visitor, upstream: Upstream, buyer: Enrolled, path: str
) -> None:
    assert not any(route.prefix.startswith("/metrics") for route in ROUTES)
    for who in (None, buyer):
        assert "tandem_" not in visit("GET", path, 404, who).text
    assert upstream.received == []


def test_figures_say_nothing_of_who_asked_for_what(visit: Visitor, buyer: Enrolled) -> None:
    secret = "huayun-4711-secret"
    visit("GET", f"/admin/plans/{secret}?{secret}", 200, buyer, headers={"User-Agent": secret})
    said = metrics.exposition("edge").decode()
    assert secret not in said and buyer.token not in said
    require_no_ids(read(said))


class Served(EdgeServer):
    """With its second address, as launcher and containers start it."""

    def __init__(self, settings: Settings, port: int, folder: Path) -> None:
        self.private = free_port()
        os.environ[metrics.FOLDER] = str(folder)
        os.environ["EDGE_PRIVATE"] = f"127.0.0.1:{self.private}"
        try:
            super().__init__(settings, port)
        finally:
            del os.environ[metrics.FOLDER], os.environ["EDGE_PRIVATE"]

    def command(self) -> Iterator[str]:
        *first, target = super().command()
        yield from first
        yield from ("--bind", f"127.0.0.1:{self.private}", "--workers", "2")
        yield target.replace("application()", "with_figures()")


@pytest.fixture
def served(settings: Settings, tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "counters"
    folder.mkdir()
    made = Served(settings, free_port(), folder)
    try:
        made.wait()
        yield made
    finally:
        made.stop()


def test_the_port_decides_and_not_what_a_request_says_of_itself(served: Served) -> None:
    """Two processes count together, and tell it on the private port only."""
    for _ in range(20):
        assert httpx.get(f"{served.origin}/nothing").status_code == 404
    said = httpx.get(f"http://127.0.0.1:{served.private}/metrics")
    refused = [each for each in read(said.text) if each.name == "tandem_edge_refusals_total"]
    assert [each.value for each in refused if each.labels["code"] == "unknown_page"] == [20]
    private_host = {"Host": f"127.0.0.1:{served.private}", "X-Forwarded-Port": str(served.private)}
    outside = httpx.get(f"{served.origin}/metrics", headers=private_host)
    assert outside.status_code == 421 and "tandem_" not in outside.text
    for path in ("/work", "/health/live", "/internal/work", "/static/x"):
        assert httpx.get(f"http://127.0.0.1:{served.private}{path}").status_code == 404
