"""Databases, roles and tables of a stack, before anything else starts."""

from deploy.dev.passwords import passwords
from deploy.dev.servers import Servers
from deploy.dev.stack import Stack
from deploy.migrate import migrate_all
from deploy.packages import PACKAGES
from deploy.postgres.roles import ensure_databases


def migrate(stack: Stack, servers: Servers) -> None:
    if servers.cluster:
        ensure_databases(servers.cluster.url, PACKAGES, passwords(stack))
    migrate_all(PACKAGES, servers.databases)
