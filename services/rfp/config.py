"""What this service reads from the environment."""

from dataclasses import dataclass
from datetime import timedelta

from shared.config import ServiceSettings, service_settings, setting


def seconds(text: str) -> timedelta:
    if not text.isdigit():
        raise ValueError("is not a number of seconds")
    return timedelta(seconds=int(text))


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """`least_lead` is the shortest time that a published RFP leaves its bidders."""

    least_lead: timedelta = setting("RFP_LEAST_LEAD_SECONDS", seconds, timedelta(days=5))


def settings() -> Settings:
    return service_settings(Settings, "rfp")
