"""Make topics. Never by auto-creation: partitions decide the order, and are fixed for ever."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kafka import KafkaAdminClient


@dataclass(frozen=True)
class TopicSpec:
    """`settings` are Kafka's own, such as `retention.ms`."""

    name: str
    partitions: int
    replicas: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


def create_topics(bootstrap: str, specs: Iterable[TopicSpec]) -> list[str]:
    """Make what is missing, and return the names made. What is there is left as it is."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), client_id="tandem-topics")
    try:
        present = set(admin.list_topics())
        missing = [spec for spec in specs if spec.name not in present]
        if missing:
            wanted = {spec.name: as_kafka_says(spec) for spec in missing}
            admin.create_topics(wanted, timeout_ms=30_000)
        return [spec.name for spec in missing]
    finally:
        admin.close()


def as_kafka_says(spec: TopicSpec) -> dict[str, Any]:
    return {
        "num_partitions": spec.partitions,
        "replication_factor": spec.replicas,
        "configs": dict(spec.settings),
    }


def describe_topics(bootstrap: str) -> dict[str, int]:
    """Name -> number of partitions, of all topics that are not Kafka's own."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","), client_id="tandem-topics")
    try:
        found = admin.describe_topics([name for name in admin.list_topics() if name[0] != "_"])
        return {topic["name"]: len(topic["partitions"]) for topic in found}
    finally:
        admin.close()
