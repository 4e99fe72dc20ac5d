"""The embedded PostgreSQL: passwords everywhere, never as root, in folders closed to others."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.migrate import migrate
from deploy.packages import PACKAGES
from deploy.postgres import account
from deploy.postgres.cluster import Cluster
from deploy.postgres.roles import ensure_databases, owner_of
from deploy.postgres.throwaway import Throwaway, throwaway
from gateway.audits.usecases import keep_checkpoint
from shared import db
from shared.kernel import uuid7


@pytest.fixture(scope="module")
def cluster() -> Iterator[Throwaway]:
    """In a temporary folder that only we may enter."""
    with throwaway() as made:
        yield made


@pytest.mark.parametrize("place", ["socket", "port"])
def test_nobody_enters_without_the_password(cluster: Throwaway, place: str) -> None:
    host = "127.0.0.1" if place == "port" else str(cluster.socket_folder)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=host, port=cluster.port, user="postgres", dbname="postgres", password="guess"
        )


def test_it_runs_as_somebody_else_than_root(cluster: Throwaway) -> None:
    pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    owner = os.stat(f"/proc/{pid}").st_uid
    assert owner != 0
    assert owner == (account.ensure().pw_uid if account.needed() else os.geteuid())


def test_a_folder_that_is_closed_to_others_stays_closed(cluster: Throwaway) -> None:
    assert cluster.folder.stat().st_mode & 0o077 == 0


def test_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    short = Cluster(Path("/srv/tandem/postgres"), 5432, "secret")
    assert short.socket_folder == Path("/srv/tandem/postgres/socket")
    long = Cluster(tmp_path / ("x" * 90), 5432, "secret")
    assert len(str(long.socket_folder / ".s.PGSQL.65535")) <= 107


def test_values_that_people_wrote_do_not_come_into_the_log(cluster: Throwaway) -> None:
    url = cluster.new_database("quiet")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE offers (price text PRIMARY KEY)")
        connection.execute("INSERT INTO offers VALUES ('canary-price')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO offers VALUES (%s)", ["canary-price"])
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT 'canary-price' FROM nothing")
    log = (cluster.folder / "log").read_text()
    assert "duplicate key" in log
    assert "canary-price" not in log


@pytest.fixture(scope="module")
def gateway(cluster: Throwaway) -> str:
    """The gateway's database as its processes reach it."""
    package = PACKAGES[0]
    passwords = {package.database: "runtime", owner_of(package): "owner"}
    ensure_databases(cluster.url, [package], passwords)
    place = cluster.url.rpartition("@")[2].rpartition("/")[0] + f"/{package.database}"
    runtime = f"postgresql://{package.database}:runtime@{place}"
    migrate(package, f"postgresql://{owner_of(package)}:owner@{place}", runtime)
    return runtime


@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("audit_entries", "actor"),
        ("audit_checkpoints", "signature"),
        ("checkpoints", "data"),
        ("checkpoint_heads", "hash"),
    ],
)
def test_what_was_audited_and_signed_can_only_be_added_to(
    gateway: str, statement: str, table: str, column: str
) -> None:
    with (
        psycopg.connect(gateway) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.format(table, column, column))


def test_the_gateway_keeps_checkpoints_with_these_rights(gateway: str) -> None:
    engine = db.connect(gateway)
    sample = Path("tests/event_samples/tandem.audit.checkpoint_signed.v1.json")
    event_id = uuid7()
    for _ in range(2):
        with db.sessions(engine).begin() as session:
            keep_checkpoint(session, event_id=event_id, data=json.loads(sample.read_text()))
    engine.dispose()
