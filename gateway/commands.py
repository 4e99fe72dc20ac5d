"""What an administrator does at the machine: `python -m gateway.commands --help`."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from gateway.audits.verification import Finding, findings
from gateway.clients import usecases as clients
from gateway.clients.domain import Scope
from gateway.config import Settings, settings_from_environment
from gateway.keys import Ring
from gateway.people import usecases as people
from gateway.routes import SERVICES
from shared import audit, db
from shared.config import from_environment, setting, url
from shared.kernel import DomainError, NotFound

RINGS = ("internal", "public")
SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class AllDatabases:
    """Every database there is: only `verify` reads them all."""

    gateway: str = setting("DATABASE_URL_GATEWAY", url("postgresql"))
    rfp: str = setting("DATABASE_URL_RFP", url("postgresql"))
    contracts: str = setting("DATABASE_URL_CONTRACTS", url("postgresql"))
    monitoring: str = setting("DATABASE_URL_MONITORING", url("postgresql"))
    notifications: str = setting("DATABASE_URL_NOTIFICATIONS", url("postgresql"))


def say(*words: object) -> None:
    print(*words)  # noqa: T201  # a command speaks to a person


def main(arguments: Sequence[str] | None = None) -> int:
    given = parser().parse_args(arguments)
    try:
        return COMMANDS[given.command](settings_from_environment(), given)
    except NotFound:
        say("There is no such thing.")
    except DomainError as error:
        say(error)
    return 1


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m gateway.commands", description=__doc__)
    under = top.add_subparsers(dest="command", required=True)
    first = under.add_parser("bootstrap", help="enrol the first administrator")
    first.add_argument("--email", required=True)
    first.add_argument("--name", required=True)
    first.add_argument("--organisation", default="Our organisation", help="of the buyer")
    first.add_argument("--slug", default="buyer", help="its short name, for good")
    first.add_argument("--password-stdin", action="store_true", required=True)
    client = under.add_parser("client", help="register a client and show its secret once")
    client.add_argument("--organisation", type=UUID, required=True, help="id of the organisation")
    client.add_argument("--name", required=True)
    client.add_argument("--scope", action="append", default=[], choices=[s.value for s in Scope])
    secret = under.add_parser("client-secret", help="give a client a new secret")
    secret.add_argument("client_id", help="cli_…")
    keys = under.add_parser("rotate-keys", help="let the next signing key take over")
    keys.add_argument("--stolen", action="store_true", help="every token ends now")
    under.add_parser("verify", help="recompute every audit chain of every database")
    return top


@contextmanager
def database(url: str) -> Iterator[Session]:
    """One transaction in a database, which is closed again."""
    engine = db.connect(url)
    try:
        with db.sessions(engine)() as session, session.begin():
            yield session
    finally:
        engine.dispose()


def now() -> datetime:
    return datetime.now(UTC)


def bootstrap(settings: Settings, given: argparse.Namespace) -> int:
    with database(settings.database_url) as session:
        person = people.bootstrap(
            session,
            email=given.email,
            name=given.name,
            password=sys.stdin.readline().rstrip("\n"),
            organisation=given.organisation,
            slug=given.slug,
            now=now(),
        )
        say(person.email, person.id)
    return 0


def register_client(settings: Settings, given: argparse.Namespace) -> int:
    scopes = [scope for scope in Scope if scope.value in given.scope]
    with database(settings.database_url) as session:
        client = clients.register_client(
            session,
            SYSTEM,
            organisation_id=given.organisation,
            name=given.name,
            scopes=scopes,
            now=now(),
        )
        secret = clients.renew_secret(session, SYSTEM, client_id=client.id)
        say(client.client_id, secret)
    return 0


def renew_secret(settings: Settings, given: argparse.Namespace) -> int:
    number = UUID(given.client_id.removeprefix("cli_"))
    with database(settings.database_url) as session:
        say(given.client_id, clients.renew_secret(session, SYSTEM, client_id=number))
    return 0


def rotate_keys(settings: Settings, given: argparse.Namespace) -> int:
    for name in RINGS:
        ring = Ring.of(settings.data, name)
        kid = ring.replace_all(now()) if given.stolen else ring.rotate(now())
        detail = {"kid": kid, "stolen": given.stolen}
        with database(settings.database_url) as session:
            audit.record(
                session, SYSTEM, chain=f"keys:{name}", action="keys_rotated", detail=detail
            )
        say(name, kid)
    return 0


def verify(settings: Settings, given: argparse.Namespace) -> int:
    """Names the first fault of every chain that has one; 1 where there is any."""
    found = [each for name in (*SERVICES, "gateway") for each in verify_one(name, settings)]
    for finding in found:
        say(finding)
    say("All audit chains are whole." if not found else f"{len(found)} faults.")
    return 1 if found else 0


def verify_one(name: str, settings: Settings) -> list[Finding]:
    addresses = from_environment(AllDatabases)
    own: str = getattr(addresses, name)
    with database(own) as service, database(addresses.gateway) as gateway:
        service.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        return list(findings(name, service, gateway, settings.data))


COMMANDS: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "bootstrap": bootstrap,
    "client": register_client,
    "client-secret": renew_secret,
    "rotate-keys": rotate_keys,
    "verify": verify,
}

if __name__ == "__main__":
    sys.exit(main())
