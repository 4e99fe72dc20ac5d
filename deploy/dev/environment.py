"""What each process reads from its environment: no more than it needs."""

import os

from deploy import counters
from deploy.dev.servers import Servers
from deploy.dev.stack import Stack
from deploy.packages import SERVICES, Package

DEMO = {"ALLOW_UNSCANNED": "1", "RFP_LEAST_LEAD_SECONDS": "5", "LOG_LEVEL": "INFO"}
OURS = (
    "DATABASE_",
    "UPSTREAM_",
    "KAFKA_BOOTSTRAP",
    "SMTP_",
    "INTERNAL_",
    "METRICS_",
    counters.FOLDER,
)


def outside() -> dict[str, str]:
    """The launcher's own environment without the settings that are handed out one by one."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def everywhere(stack: Stack, servers: Servers) -> dict[str, str]:
    public = os.environ.get("PUBLIC_URL") or stack.url_of("edge")
    demo = {name: os.environ.get(name) or value for name, value in DEMO.items()}
    return (
        outside()
        | demo
        | {
            "KAFKA_BOOTSTRAP": servers.kafka_bootstrap,
            "SMTP_URL": servers.smtp_url,
            "PUBLIC_URL": public,
            "INTERNAL_ISSUER": public,
            "INTERNAL_JWKS_URL": f"{stack.url_of('idp')}/internal/jwks.json",
            "DATA": str(stack.data),
            "TMPDIR": str(stack.data / "tmp"),
            "PYTHONUNBUFFERED": "1",
        }
    )


def of_package(stack: Stack, servers: Servers, package: Package) -> dict[str, str]:
    """Of the processes of a service or of the gateway: its own database, never as its owner."""
    own = {package.url_setting: servers.databases[package.url_setting]}
    if package not in SERVICES:
        own |= upstreams(stack)
    return everywhere(stack, servers) | own


def of_server(
    stack: Stack, servers: Servers, package: Package, name: str, private: str = ""
) -> dict[str, str]:
    """Of one of them. It counts in a folder of its own; `private` is where it tells its figures."""
    bind = {"METRICS_BIND": f"127.0.0.1:{stack.port_of(private)}"} if private else {}
    own = {counters.FOLDER: str(stack.counters(name))} | bind
    return of_package(stack, servers, package) | own


def of_tools(stack: Stack, servers: Servers) -> dict[str, str]:
    """Of commands that a person runs: migrations, verification, demo data."""
    own = {"PORT": str(stack.port)}
    return everywhere(stack, servers) | upstreams(stack) | dict(servers.databases) | own


def upstreams(stack: Stack) -> dict[str, str]:
    names = ("idp", *(each.name for each in SERVICES))
    return {f"UPSTREAM_{name.upper()}": stack.url_of(name) for name in names}
