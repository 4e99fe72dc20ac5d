"""Does the consumer move? A partition that has messages and stands still has stalled."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

Standing = Mapping[Any, tuple[int, int]]  # partition -> our position, and where it ends


class Progress:
    def __init__(self) -> None:
        self.standing: Standing = {}
        self.since: dict[Any, tuple[int, float]] = {}  # partition -> position, and since when

    def note(self, standing: Standing) -> int:
        """Remember how things stand now; say how many messages are not yet read."""
        now, before = time.monotonic(), self.since
        self.since = {
            partition: before[partition]
            if before.get(partition, (None,))[0] == position < end
            else (position, now)
            for partition, (position, end) in standing.items()
        }
        self.standing = standing
        return sum(self.lags().values())

    def lags(self) -> Counter[str]:
        """Messages not yet read, by topic."""
        lags: Counter[str] = Counter()
        for partition, (position, end) in self.standing.items():
            lags[partition.topic] += max(0, end - position)
        return lags

    def stalled(self) -> dict[str, float]:
        """By topic: for how many seconds the slowest of its partitions has not moved."""
        now, longest = time.monotonic(), dict.fromkeys(self.lags(), 0.0)
        for partition, (position, end) in list(self.standing.items()):
            if position < end:
                stood = now - self.since[partition][1]
                longest[partition.topic] = max(longest[partition.topic], stood)
        return longest
