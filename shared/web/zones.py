"""The time zones that forms offer. Another one that was set by API or before stays on offer."""

from shared.web.formats import known_zone

ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
)


def zones(chosen: str = "") -> list[str]:
    """Names to choose from, with the one that is chosen already."""
    kept = bool(chosen) and known_zone(chosen) == chosen and chosen not in ZONES
    return [*ZONES, *([chosen] if kept else [])]
