"""What monitoring reads from its environment."""

from dataclasses import dataclass

from shared.config import ServiceSettings, service_settings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """Nothing beyond what every service reads."""


def settings() -> Settings:
    return service_settings(Settings, "monitoring")
