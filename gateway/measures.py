"""What the edge counts: answers by who gave them, and what it refused."""

from shared.metrics import FAST_S, counter, histogram

EDGE = "edge"  # it has answered itself
REQUESTS = counter("edge_requests", "Requests, by the service that answered", "upstream", "status")
SECONDS = histogram(
    "edge_request_seconds", "From the request to the head of its answer",
    "upstream", buckets=FAST_S,
)  # fmt: skip
REFUSALS = counter("edge_refusals", "Requests that the edge refused, by its reason", "code")


def note(upstream: str, status: str, seconds: float) -> None:
    REQUESTS.labels(upstream, f"{status[0]}xx").inc()
    SECONDS.labels(upstream).observe(seconds)
