"""What the edge counts: answers by who gave them, and what it refused."""

from functools import cache
from typing import Any

from shared.metrics import FAST_S, counter, histogram

EDGE = "edge"  # it has answered itself
REQUESTS = counter("edge_requests", "Requests, by the service that answered", "upstream", "status")
SECONDS = histogram(
    "edge_request_seconds", "From the request to the head of its answer",
    "upstream", buckets=FAST_S,
)  # fmt: skip
REFUSALS = counter("edge_refusals", "Requests that the edge refused, by its reason", "code")


def note(upstream: str, status: int, seconds: float) -> None:
    requests, took = counted(upstream, f"{status // 100}xx")
    requests.inc()
    took.observe(seconds)


@cache
def counted(upstream: str, status: str) -> tuple[Any, Any]:
    return REQUESTS.labels(upstream, status), SECONDS.labels(upstream)
