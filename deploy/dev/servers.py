"""Which database, broker and mail server the stack uses: its own, or those that settings name."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from deploy.dev.passwords import passwords
from deploy.dev.stack import Stack
from deploy.kafka.broker import Broker
from deploy.packages import PACKAGES, Package
from deploy.postgres.cluster import Cluster
from deploy.postgres.roles import owner_of
from shared.config import ConfigError, addresses, url

DATABASES = [name for each in PACKAGES for name in (each.url_setting, each.owner_setting)]


@dataclass(frozen=True)
class Servers:
    """An embedded server is None where a setting points to another one."""

    databases: Mapping[str, str]  # setting -> URL, of runtime and owner
    kafka_bootstrap: str
    smtp_url: str
    cluster: Cluster | None
    broker: Broker | None
    mail_port: int | None


def servers(stack: Stack, environ: Mapping[str, str]) -> Servers:
    check(environ)
    cluster = None if environ.get(DATABASES[0]) else embedded_cluster(stack)
    broker = None if environ.get("KAFKA_BOOTSTRAP") else embedded_broker(stack)
    mail_port = None if environ.get("SMTP_URL") else stack.port_of("mail")
    return Servers(
        databases=embedded_urls(stack) if cluster else {name: environ[name] for name in DATABASES},
        kafka_bootstrap=broker.bootstrap if broker else environ["KAFKA_BOOTSTRAP"],
        smtp_url=f"smtp://127.0.0.1:{mail_port}" if mail_port else environ["SMTP_URL"],
        cluster=cluster,
        broker=broker,
        mail_port=mail_port,
    )


def check(environ: Mapping[str, str]) -> None:
    """Databases are all ours or all yours. Every fault is named at once."""
    faults = []
    if any(environ.get(name) for name in DATABASES):
        faults += [f"{name}: is missing" for name in DATABASES if not environ.get(name)]
    parsers = dict.fromkeys(DATABASES, url("postgresql"))
    parsers |= {"KAFKA_BOOTSTRAP": addresses, "SMTP_URL": url("smtp", "smtps")}
    for name, parse in parsers.items():
        try:
            parse(environ[name]) if environ.get(name) else None
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise ConfigError("Wrong or missing settings:\n  " + "\n  ".join(faults))


def embedded_cluster(stack: Stack) -> Cluster:
    superuser = passwords(stack)["postgres"]
    return Cluster(stack.data / "postgres", stack.port_of("postgres"), superuser)


def embedded_broker(stack: Stack) -> Broker:
    port, controller = stack.port_of("kafka"), stack.port_of("kafka-controller")
    return Broker(stack.data / "kafka", stack.logs, port, controller)


def embedded_urls(stack: Stack) -> dict[str, str]:
    urls = {}
    for each in PACKAGES:
        urls[each.url_setting] = database_url(stack, each, each.database)
        urls[each.owner_setting] = database_url(stack, each, owner_of(each))
    return urls


def database_url(stack: Stack, package: Package, role: str) -> str:
    password = quote(passwords(stack)[role])
    address = f"127.0.0.1:{stack.port_of('postgres')}"
    return f"postgresql://{role}:{password}@{address}/{package.database}"
