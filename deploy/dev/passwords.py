"""Passwords of this stack, drawn at its first start and kept in `secrets.json` (0600)."""

import secrets

from deploy.dev.stack import Stack, read_json, write_json
from deploy.packages import PACKAGES
from deploy.postgres.roles import owner_of

ADMIN = "admin@lingang.example"


def passwords(stack: Stack) -> dict[str, str]:
    """Of the superuser, of every database role, and of the first administrator."""
    file = stack.data / "secrets.json"
    roles = [role for each in PACKAGES for role in (each.database, owner_of(each))]
    known: dict[str, str] = read_json(file)
    missing = {name: new() for name in ("postgres", *roles, ADMIN) if name not in known}
    if missing:
        write_json(file, known | missing)
    return known | missing


def new() -> str:
    return secrets.token_urlsafe(18)
