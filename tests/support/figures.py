"""What a process tells Prometheus, read back."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from shared import metrics

SAFE = re.compile(r"[A-Za-z0-9_.:<>/*+,()\- ]{0,100}")
AN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|\d{4,}|@")


def read(content: str | bytes) -> list[Sample]:
    text = content if isinstance(content, str) else content.decode()
    return [each for family in text_string_to_metric_families(text) for each in family.samples]


def value(name: str, **labels: str) -> float:
    """What this process has counted so far."""
    return metrics.registry.get_sample_value(f"tandem_{name}", labels) or 0.0


@contextmanager
def grows(name: str, by: float = 1, **labels: str) -> Iterator[None]:
    before = value(name, **labels)
    try:
        yield
    finally:
        assert value(name, **labels) - before == by


def require_no_ids(samples: list[Sample]) -> None:
    """Labels come from code: nothing in them looks like an id, an address or somebody's words."""
    for each in samples:
        for name, label in each.labels.items():
            if name != "le":
                assert SAFE.fullmatch(label) and not AN_ID.search(label), (each.name, name, label)
