"""What we count and time, and how Prometheus reads it: `/metrics` of each process.

Labels take their values from our code and never from a request: no id, no name, no path. Every
metric has a label, because one without would open its file as soon as it is imported.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from time import perf_counter

from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library reads it on import: files for many processes
FAST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SLOW_S = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)
State = Callable[[], Iterable[Metric]]

disable_created_metrics()  # type: ignore[no-untyped-call]
registry = CollectorRegistry()


def counter(name: str, says: str, *labels: str) -> Counter:
    assert labels
    return Counter(f"tandem_{name}", says, labels, registry=registry)


def histogram(name: str, says: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
    assert labels
    return Histogram(f"tandem_{name}", says, labels, buckets=buckets, registry=registry)


def gauge(
    name: str, says: str, values: Iterable[tuple[Iterable[str], float]], *labels: str
) -> Metric:
    """A figure that is read when Prometheus asks: `values` are pairs of labels and number."""
    family = GaugeMetricFamily(f"tandem_{name}", says, labels=labels)
    for own, value in values:
        family.add_metric([*own], value)
    return family


REQUESTS = counter(
    "http_requests", "Requests, by the template of their route", "method", "route", "status"
)
REQUEST_SECONDS = histogram(
    "http_request_seconds", "From the request to the head of its answer",
    "method", "route", buckets=FAST_S,
)  # fmt: skip
ACK_SECONDS = histogram(
    "outbox_ack_seconds", "From the commit of a batch's oldest event to Kafka's word of it",
    "topic", buckets=SLOW_S,
)  # fmt: skip
SEND_FAILURES = counter("outbox_send_failures", "Batches that Kafka did not take", "error")
MESSAGES = counter("inbox_messages", "Messages read, by what became of them", "type", "outcome")
EVENT_AGE_SECONDS = histogram(
    "event_age_seconds", "Age of the oldest event of a batch when it has been handled",
    "topic", buckets=SLOW_S,
)  # fmt: skip
DEAD_LETTERS = counter("dead_letters", "Messages put among the dead letters", "topic", "error")
JOBS = counter("job_runs", "Runs of jobs", "task", "outcome")
JOB_SECONDS = histogram("job_seconds", "Duration of a run of a job", "task", buckets=SLOW_S)
LOOP_FAILURES = counter("loop_failures", "Loops of a worker that failed and began again", "loop")


@contextmanager
def timed_job(name: str) -> Iterator[None]:
    began, outcome = perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        JOBS.labels(name, outcome).inc()
        JOB_SECONDS.labels(name).observe(perf_counter() - began)


class Whole(Collector):
    """All that a process and its siblings know; each line says of which service."""

    def __init__(self, service: str, state: State) -> None:
        self.service, self.state = service, state

    def collect(self) -> Iterator[Metric]:
        own = {"service": self.service}
        for family in chain(counted().collect(), self.state()):
            family.samples = [
                each._replace(labels=own | dict(each.labels)) for each in family.samples
            ]
            yield family


def counted() -> Collector:
    """Of all processes that share our folder; without one, of this process alone."""
    if FOLDER in os.environ:
        return MultiProcessCollector(None)  # type: ignore[no-untyped-call]
    return registry


def exposition(service: str, state: State = lambda: ()) -> bytes:
    """`state` adds what is only known by looking."""
    return generate_latest(Whole(service, state))
