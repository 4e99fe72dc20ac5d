"""Does the consumer move? A partition that has messages and stands still has stalled."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Standing = Mapping[Any, tuple[int, int]]  # partition -> our position, and where it ends


@dataclass(frozen=True)
class Place:
    """Of one partition; `since` is when we came there, or when there was something to read."""

    position: int
    end: int
    since: float

    @property
    def lag(self) -> int:
        return max(0, self.end - self.position)


class Progress:
    """Written by the consumer's thread, and read by others: each time it is a new mapping."""

    def __init__(self) -> None:
        self.places: Mapping[Any, Place] = {}

    def note(self, standing: Standing) -> int:
        """Remember how things stand now; say how many messages are not yet read."""
        now, before = time.monotonic(), self.places
        self.places = {
            partition: Place(position, end, since(before.get(partition), position, now))
            for partition, (position, end) in standing.items()
        }
        return sum(self.lags().values())

    def lags(self) -> Counter[str]:
        """Messages not yet read, by topic."""
        lags: Counter[str] = Counter()
        for partition, place in self.places.items():
            lags[partition.topic] += place.lag
        return lags

    def stalled(self) -> dict[str, float]:
        """By topic: for how many seconds the slowest of its partitions has not moved."""
        now, longest = time.monotonic(), dict[str, float]()
        for partition, place in self.places.items():
            stood = now - place.since if place.lag else 0.0
            longest[partition.topic] = max(longest.get(partition.topic, 0.0), stood)
        return longest


def since(before: Place | None, position: int, now: float) -> float:
    return before.since if before and before.lag and before.position == position else now
