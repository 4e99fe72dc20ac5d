"""What this service reads from the environment."""

from dataclasses import dataclass

from shared.config import ServiceSettings, service_settings


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What every service reads, and nothing else."""


def settings() -> Settings:
    return service_settings(Settings, "contracts")
