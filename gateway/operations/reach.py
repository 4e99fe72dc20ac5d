"""Is what we stand on there? A connection is enough to know; nothing is sent."""

import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from gateway.config import Settings
from shared.kernel import N_

LIMIT_S = 0.3
PORTS = {"http": 80, "https": 443, "smtp": 25, "smtps": 465, "kafka": 9092}
NOWHERE = ("", 0)


@dataclass(frozen=True)
class Reach:
    """One process that is not a service of ours, or stands before them all."""

    name: str
    there: bool


def reached(settings: Settings) -> list[Reach]:
    """All are tried at once. That this page is made at all says that sign-in and database work."""
    asked = {
        N_("Edge, in front of all pages"): [of_url(settings.public_url)],
        N_("Kafka, one broker at least"): of_pairs(settings.kafka_bootstrap),
        N_("Mail server"): [of_url(settings.smtp_url)],
    }
    with ThreadPoolExecutor(len(asked)) as pool:
        found = {name: pool.submit(any_answers, places) for name, places in asked.items()}
    sure = [Reach(N_("Sign-in and administration"), True), Reach(N_("PostgreSQL"), True)]
    return [*sure, *(Reach(name, each.result()) for name, each in found.items())]


def any_answers(places: Iterable[tuple[str, int]]) -> bool:
    return any(map(answers, places))


def answers(place: tuple[str, int]) -> bool:
    if not all(place):
        return False
    try:
        with socket.create_connection(place, timeout=LIMIT_S):
            return True
    except (OSError, OverflowError, UnicodeError):  # no such port, no name that could be one
        return False


def of_url(url: str) -> tuple[str, int]:
    """What is no address is nowhere: the page says that nothing answers there."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return NOWHERE


def of_pairs(addresses: str) -> list[tuple[str, int]]:
    return [of_url(f"kafka://{each.strip()}") for each in addresses.split(",") if each.strip()]
