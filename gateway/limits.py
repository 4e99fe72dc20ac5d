"""How often one address may try what costs us, or helps a guesser."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

KEPT = 20_000


@dataclass(frozen=True)
class Rate:
    burst: float
    per_second: float


RATES: Mapping[tuple[str, str], Rate] = {
    ("POST", "/login"): Rate(burst=60, per_second=1),
    ("POST", "/oauth/token"): Rate(burst=120, per_second=2),
}


class Buckets:
    """A token bucket for each address and path, in this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def seconds_to_wait(self, method: str, path: str, address: str) -> int:
        """Take one token. Nothing to wait means that the request may pass."""
        rate = RATES.get((method, path))
        if rate is None:
            return 0
        now, key = self.now(), (path, address)
        left, since = self.buckets.pop(key, (rate.burst, now))
        left = min(rate.burst, left + (now - since) * rate.per_second)
        enough = left >= 1
        self.buckets[key] = (left - 1 if enough else left, now)
        if len(self.buckets) > KEPT:
            self.buckets.popitem(last=False)
        return 0 if enough else max(1, round((1 - left) / rate.per_second))
