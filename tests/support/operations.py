"""What services say to the page Operations."""

from typing import Any

from support.upstream import Upstream


def said(**changes: Any) -> dict[str, Any]:
    loops = [{"loop": name, "age_seconds": 2.0, "lag": 0} for name in ("relay", "consumer", "jobs")]
    usual = {
        "service": "rfp",
        "outbox": {"pending": 0, "parked": 0, "oldest_age_seconds": 0.0},
        "dead_letters": 0,
        "loops": loops,
        "jobs": {},
    }
    return usual | changes


def upstream_got(upstream: Upstream, path: str) -> Any:
    return next(got for got in reversed(upstream.received) if got.path == path)
