"""Signs everybody in, and makes those whom the demo data do not have."""

import re
import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

from support.stack import RunningStack
from support.story import Cast, short_name

from deploy.demo import chain
from deploy.demo.api import Api
from gateway.tokens import Identity
from isolation.actors import CLIENTS, EXTRA_STAFF, NOBODY, OTHER_PARTNER, OUTSIDE_AUDITOR, Actor
from isolation.actors import PARTNER as PARTNER_CLIENT
from isolation.sender import OWN_PAGE, Sender

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
UNINVITED = "uninvited.vendor_admin"
SCOPE = "measurements:write"


@dataclass(frozen=True)
class Account:
    """What somebody signs in with."""

    email: str
    password: str


@dataclass
class Company:
    """Everybody who asks, by name; the same as the cast of the chain; ids of organisations."""

    actors: Mapping[str, Actor]
    who: Cast
    client_ids: Mapping[str, str]
    grantees: Mapping[str, str]
    accounts: Mapping[str, Account]


def assembled(stack: RunningStack, sender: Sender) -> Company:
    """One sign-in each; clients and people of this run have names that nobody else has."""
    described = stack.described()
    accounts = {short_name(each): account_of(each) for each in described["accounts"]}
    first = signed_in(sender, "admin", accounts["admin"], {})
    admin = api_of(stack.base_url, first)
    mark = secrets.token_hex(3)
    accounts |= more_people(admin, mark)
    grantees = {
        f"{name}_grantee": organisation(admin, "partner", f"{name}-{mark}")
        for name in ("first", "second")
    }
    people = {each["email"]: each for each in all_people(admin)}
    names = {each["id"]: each for each in chain.items(admin, "/organisations")}
    known = {email: (each, names[each["organisation_id"]]) for email, each in people.items()}
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda each: signed_in(sender, *each, known), accounts.items())
        actors = {actor.name: actor for actor in made}
    clients = {name: made_client(admin, name, names, actors) for name in CLIENTS}
    actors |= {name: client_actor(sender, name, *each) for name, each in clients.items()}
    client_ids = {name: str(each["id"]) for name, (each, _) in clients.items()}
    actors[NOBODY] = Actor(NOBODY)
    admin.close()
    return Company(actors, cast_of(stack.base_url, actors), client_ids, grantees, accounts)


def account_of(described: Mapping[str, Any]) -> Account:
    return Account(described["email"], described["password"])


def all_people(admin: Api) -> Iterator[dict[str, Any]]:
    after, more = "", True
    while more:
        part = admin.get("/people", after=after)
        yield from part["items"]
        after = part["after"]
        more = bool(after)


def more_people(admin: Api, mark: str) -> dict[str, Account]:
    slugs = {each["slug"]: each["id"] for each in chain.items(admin, "/organisations")}
    vendor = organisation(admin, "vendor", f"uninvited-{mark}")
    auditor = organisation(admin, "auditor", f"auditors-{mark}")
    organisation(admin, "partner", f"othergrid-{mark}")
    wanted = {name: (slugs["lingang"], name.rstrip("0123456789")) for name in EXTRA_STAFF}
    wanted |= {UNINVITED: (vendor, "vendor_admin"), OUTSIDE_AUDITOR: (auditor, "auditor")}
    wanted["pawn"] = (slugs["lingang"], "requester")
    return {name: person(admin, name, mark, *each) for name, each in wanted.items()}


def organisation(admin: Api, kind: str, slug: str) -> str:
    made = admin.post("/organisations", {"kind": kind, "name": f"Org {slug}", "slug": slug})
    return str(made["id"])


def person(admin: Api, name: str, mark: str, organisation_id: str, role: str) -> Account:
    email = f"{name}-{mark}@people.example"
    body = {"name": f"{name} {mark}", "email": email, "roles": [role]}
    made = admin.post("/people", body | {"organisation_id": organisation_id, "zone": "UTC"})
    return Account(email, made["password"])


def sign_in(sender: Sender, account: Account) -> str:
    """The cookie of a new session."""
    form = {"email": account.email, "password": account.password}
    answer = sender.http.post(f"{sender.edge}/login", data=form, headers=OWN_PAGE)
    assert answer.status_code == 303, (account.email, answer.status_code)
    found = SimpleCookie(answer.headers["set-cookie"])["__Host-tandem"].value
    return f"__Host-tandem={found}"


def signed_in(sender: Sender, name: str, account: Account, known: Mapping[str, Any]) -> Actor:
    """Session, form token and bearer token of one person; and who services take them for."""
    proof = {"Cookie": sign_in(sender, account), **OWN_PAGE}
    page = sender.http.get(f"{sender.edge}/account", headers=proof).text
    csrf = CSRF.findall(page)[0]
    asked = {**proof, "Accept": "application/json"}
    token = sender.http.post(
        f"{sender.edge}/account/api-token", data={"csrf_token": csrf}, headers=asked
    )
    identity = identity_of(*known[account.email], csrf) if known else None
    return Actor(name, identity, proof["Cookie"], token.json()["access_token"])


def identity_of(person: Mapping[str, Any], of: Mapping[str, Any], csrf: str) -> Identity:
    return Identity(
        f"usr_{person['id']}",
        UUID(of["id"]),
        of["name"],
        of["kind"],
        tuple(person["roles"]),
        name=person["name"],
        csrf=csrf,
    )


def api_of(base_url: str, actor: Actor) -> Api:
    return Api(base_url, lambda: actor.bearer)


def made_client(
    admin: Api, name: str, organisations: Mapping[str, Any], actors: Mapping[str, Actor]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A new client of the organisation, and the organisation."""
    start = name.partition(".")[0]
    newest_first = sorted(organisations.values(), key=lambda each: each["id"], reverse=True)
    of = next(each for each in newest_first if each["slug"].partition("-")[0] == start)
    scopes = [SCOPE] if name in (PARTNER_CLIENT, OTHER_PARTNER) else []
    body = {"name": f"Client of {start}", "organisation_id": of["id"], "scopes": scopes}
    return admin.post("/clients", body), of


def client_actor(
    sender: Sender, name: str, client: Mapping[str, Any], of: Mapping[str, Any]
) -> Actor:
    scope = " ".join(client["scopes"])
    form = {"grant_type": "client_credentials", "scope": scope}
    secret = (client["client_id"], client["client_secret"])
    got = sender.http.post(f"{sender.edge}/oauth/token", data=form, auth=secret)
    roles = ("vendor_member",) if of["kind"] == "vendor" else ()
    identity = Identity(client["client_id"], UUID(of["id"]), of["name"], of["kind"], roles, scope)
    return Actor(name, identity, bearer=got.json()["access_token"])


def cast_of(base_url: str, actors: Mapping[str, Actor]) -> Cast:
    """For the steps of the chain, with the tokens that are there already."""
    apis = {name: api_of(base_url, each) for name, each in actors.items() if each.identity}
    people = {name: each for name, each in actors.items() if each.cookie}
    ids = {name: str(each.person_id) for name, each in people.items()}
    of = {
        name: str(each.identity.organisation_id) for name, each in actors.items() if each.identity
    }
    ids |= {name.partition(".")[0]: of[name] for name in CLIENTS}
    return Cast(base_url, apis, {}, ids, apis[PARTNER_CLIENT])
