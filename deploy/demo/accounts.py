"""Who takes part in the demo, made once: what exists is kept, and so are its passwords.

Each account is written to `$DATA/accounts.json` as soon as it is made. One that exists without its
password, because that was lost on the way, gets a new one.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.demo import chain, people
from deploy.demo.api import Api
from deploy.demo.people import Account
from deploy.dev.stack import read_json, write_json

CLIENT = "Callgrid exporter"
KEPT = ("email", "password", "roles", "organisation", "name", "id")


class Accounts:
    def __init__(self, file: Path, first: Account) -> None:
        found = read_json(file)
        self.file = file
        self.people = {each["email"]: each for each in found.get("accounts", [])}
        self.clients: list[dict[str, str]] = found.get("clients", [])
        self.keep(first)

    def keep(self, account: Account) -> None:
        self.people[account.email] = {name: getattr(account, name) for name in KEPT}
        self.write()

    def write(self) -> None:
        content = {"accounts": list(self.people.values()), "clients": self.clients}
        write_json(self.file, content)

    def person(self, admin: Api, ids: Mapping[str, str], vendor: str, *words: str) -> Account:
        """`words`: role, name and language."""
        role, name, locale = words
        email = f"{role}@{vendor}.example"
        if email in self.people:
            return Account(**self.people[email], locale=locale)
        account = people.take_person(admin, ids[vendor], vendor, role, name, locale)
        self.keep(account)
        return account

    def client(self, admin: Api, organisation_id: str) -> dict[str, str]:
        if not self.clients:
            self.clients.append(take_client(admin, organisation_id))
            self.write()
        return self.clients[0]


def organisations(admin: Api) -> dict[str, str]:
    found = {each["slug"]: each["id"] for each in chain.items(admin, "/organisations")}
    wanted = [("vendor", *each) for each in people.VENDORS] + [("partner", *people.PARTNER)]
    for kind, name, slug in wanted:
        found[slug] = found.get(slug) or people.make_organisation(admin, kind, name, slug)
    return found


def everybody(admin: Api, ids: Mapping[str, str], accounts: Accounts) -> dict[str, Account]:
    """By the short names that the demo calls them."""
    buyer = people.BUYER[1]
    made = {each[0]: accounts.person(admin, ids, buyer, *each) for each in people.STAFF}
    for vendor, staff in people.VENDOR_PEOPLE.items():
        for each in staff:
            made[f"{vendor}.{each[0]}"] = accounts.person(admin, ids, vendor, *each)
    return made


def take_client(admin: Api, organisation_id: str) -> dict[str, str]:
    """The partner's system; one whose secret was lost gets a new one."""
    there = [each for each in chain.items(admin, "/clients") if each["name"] == CLIENT]
    made: dict[str, Any] = (
        admin.post(f"/clients/{there[0]['id']}/secret")
        if there
        else admin.post(
            "/clients",
            {"organisation_id": organisation_id, "name": CLIENT, "scopes": ["measurements:write"]},
        )
    )
    known = {name: str(made[name]) for name in ("client_id", "client_secret")}
    return known | {"organisation": people.PARTNER[1]}
