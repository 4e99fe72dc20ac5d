"""`stack.json`: where this stack is and how to get in, for tools and tests."""

import os
from typing import Any

from deploy.dev.passwords import ADMIN, passwords
from deploy.dev.servers import Servers
from deploy.dev.stack import Stack, read_json, write_json
from deploy.packages import PACKAGES

BUYER = "lingang"


def write(stack: Stack, servers: Servers) -> None:
    made = read_json(stack.accounts_file)
    content = {
        "base_url": os.environ.get("PUBLIC_URL") or stack.url_of("edge"),
        "kafka_bootstrap": servers.kafka_bootstrap,
        "databases": databases(servers),
        "storage": str(stack.data / "storage"),
        "logs": str(stack.logs),
        "processes": processes(stack),
        "accounts": accounts(stack, made.get("accounts", [])),
        "clients": made.get("clients", []),
    }
    write_json(stack.stack_file, content)


def databases(servers: Servers) -> dict[str, str]:
    urls = {each.name: servers.databases[each.url_setting] for each in PACKAGES}
    return urls | ({"superuser": servers.cluster.url} if servers.cluster else {})


def processes(stack: Stack) -> list[dict[str, Any]]:
    units = read_json(stack.state_file).get("units", [])
    running = [unit for unit in units if not unit["once"]]
    return [{name: unit[name] for name in ("name", "pid", "port")} for unit in running]


def accounts(stack: Stack, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first administrator, then everybody whom the demo has made."""
    first = {
        "email": ADMIN,
        "password": passwords(stack)[ADMIN],
        "roles": ["admin"],
        "organisation": BUYER,
    }
    return [first, *(each for each in made if each["email"] != ADMIN)]
