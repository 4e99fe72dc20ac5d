"""`python -m deploy.kafka.topics`: make the topics of topics.yaml that are missing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shared.config import addresses, from_environment, setting
from shared.messaging.topics import TopicSpec, create_topics

FILE = Path(__file__).with_name("topics.yaml")
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Settings:
    bootstrap: str = setting("KAFKA_BOOTSTRAP", addresses)
    replicas: int = setting("KAFKA_REPLICAS", int, 1)


def specs(file: Path = FILE, *, replicas: int = 1) -> list[TopicSpec]:
    """The topics themselves and, for each that is read, those of its dead letters."""
    said = yaml.safe_load(file.read_text())
    found: list[TopicSpec] = []
    for name, own in said["topics"].items():
        found.append(spec(name, {**said["defaults"], **own}, replicas))
        found += dead_letters(name, own.get("readers", ()), said["dead_letters"], replicas)
    return found


def dead_letters(
    name: str, readers: Iterable[str], said: Mapping[str, Any], replicas: int
) -> Iterator[TopicSpec]:
    for reader in readers:
        yield spec(f"{name}.dlq.{reader}", said, replicas)


def spec(name: str, said: Mapping[str, Any], replicas: int) -> TopicSpec:
    settings = {"retention.ms": str(said["retention_days"] * DAY_MS)}
    if said.get("compacted"):
        settings = {"cleanup.policy": "compact"}
    if replicas > 1:
        settings["min.insync.replicas"] = str(replicas - 1)
    return TopicSpec(name, said["partitions"], replicas, settings)


def main() -> None:
    settings = from_environment(Settings)
    made = create_topics(settings.bootstrap, specs(replicas=settings.replicas))
    print(f"{len(made)} topics made" if made else "All topics are there")


if __name__ == "__main__":
    main()
