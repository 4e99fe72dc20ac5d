"""What edge, idp and the gateway's worker read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit

from shared.config import ServiceSettings, service_settings, setting, url

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def networks(text: str) -> str:
    for network in text.split(","):
        ip_network(network.strip())
    return text


def outside_url(text: str) -> str:
    """Passwords and tokens travel to this address: without TLS only on this machine."""
    found = url("http", "https")(text)
    if urlsplit(found).scheme == "http" and urlsplit(found).hostname not in LOOPBACK:
        raise ValueError("must begin with https unless it is an address of this machine")
    return found


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    public_url: str = setting("PUBLIC_URL", outside_url)
    upstream_idp: str = setting("UPSTREAM_IDP", url("http"))
    upstream_rfp: str = setting("UPSTREAM_RFP", url("http"))
    upstream_contracts: str = setting("UPSTREAM_CONTRACTS", url("http"))
    upstream_monitoring: str = setting("UPSTREAM_MONITORING", url("http"))
    upstream_notifications: str = setting("UPSTREAM_NOTIFICATIONS", url("http"))
    trusted_proxies: str = setting("TRUSTED_PROXIES", networks, "")

    @property
    def upstreams(self) -> Mapping[str, str]:
        return {
            "idp": self.upstream_idp,
            "rfp": self.upstream_rfp,
            "contracts": self.upstream_contracts,
            "monitoring": self.upstream_monitoring,
            "notifications": self.upstream_notifications,
        }


def settings_from_environment() -> Settings:
    return service_settings(Settings, "gateway")
