"""Starting, looking, killing, stopping and starting again: the platform under the product."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from support.stack import RunningStack, launcher

from deploy.dev.passwords import passwords
from deploy.dev.stack import OFFSETS, Stack
from deploy.kafka import topics
from deploy.packages import PACKAGES, Package
from deploy.postgres.roles import owner_of
from shared.messaging.topics import describe_topics

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
DATABASES = [each.database for each in PACKAGES] + ["postgres", "template1"]
SECOND_PORTS = {"kafka-controller", "edge-metrics"}
PROCESSES = [name for name in OFFSETS if name not in SECOND_PORTS]


@pytest.fixture(scope="module")
def embedded(stack: RunningStack) -> Stack:
    if "superuser" not in stack.described()["databases"]:
        pytest.skip("the database of this stack is somebody else's")
    port = urlsplit(stack.base_url).port
    assert port
    return Stack(stack.data, port)


@pytest.fixture(scope="module")
def places(stack: RunningStack, embedded: Stack) -> list[str]:
    """Where PostgreSQL listens: its socket folder, and the port of this machine."""
    return [shown(stack, "unix_socket_directories"), "127.0.0.1"]


def shown(stack: RunningStack, setting: str) -> str:
    [(value,)] = stack.rows("superuser", "SELECT current_setting(%s)", setting)
    return str(value)


def connect(
    embedded: Stack, place: str, role: str, database: str
) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host=place,
        port=embedded.port_of("postgres"),
        user=role,
        dbname=database,
        password=passwords(embedded)[role],
        connect_timeout=5,
    )


ROLES = [(role, each.database) for each in PACKAGES for role in (each.database, owner_of(each))]


@pytest.mark.parametrize(("role", "own"), ROLES)
def test_each_role_is_refused_in_every_other_database(
    embedded: Stack, places: list[str], role: str, own: str
) -> None:
    for place in places:
        connect(embedded, place, role, own).close()
        for database in set(DATABASES) - {own}:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                connect(embedded, place, role, database)


def test_a_wrong_password_is_refused_by_socket_too(embedded: Stack, places: list[str]) -> None:
    for place in places:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(
                host=place,
                port=embedded.port_of("postgres"),
                user="postgres",
                dbname="postgres",
                password="wrong",
            )


FORBIDDEN = [
    "UPDATE audit_entries SET actor = 'me'",
    "DELETE FROM audit_entries",
    "TRUNCATE audit_entries",
    "TRUNCATE outbox",
    "DROP TABLE audit_entries",
    "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
    "CREATE TABLE mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE RULE quiet AS ON INSERT TO audit_entries DO INSTEAD NOTHING",
    "ALTER TABLE audit_entries OWNER TO CURRENT_USER",
    "UPDATE alembic_version SET version_num = '0000'",
    "SET ROLE postgres",
]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_runtime_role_may_not(stack: RunningStack, package: Package, statement: str) -> None:
    url = stack.described()["databases"][package.name]
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_the_runtime_role_may_append_and_make_temporary_tables(
    stack: RunningStack, package: Package
) -> None:
    url = stack.described()["databases"][package.name]
    with psycopg.connect(url) as connection:
        connection.execute(
            "INSERT INTO audit_entries (chain, number, at, actor, action, detail, hash)"
            " VALUES ('test', 1, now(), 'test', 'tested', '{}', '')"
        )
        connection.execute("CREATE TEMPORARY TABLE staging (id int)")
        connection.rollback()


def test_pages_of_the_database_carry_checksums(stack: RunningStack) -> None:
    assert shown(stack, "data_checksums") == "on"
    assert shown(stack, "fsync") == "on"


def test_the_database_does_not_run_as_root(stack: RunningStack, embedded: Stack) -> None:
    pid = stack.process("postgres")["pid"]
    owner = os.stat(f"/proc/{pid}").st_uid
    assert owner == os.stat(embedded.data / "postgres" / "data").st_uid
    assert owner != 0


def test_every_topic_is_there_with_its_partitions(stack: RunningStack) -> None:
    found = describe_topics(stack.described()["kafka_bootstrap"])
    wanted = {each.name: each.partitions for each in topics.specs()}
    assert {name: found.get(name) for name in wanted} == wanted


def test_stack_json_says_what_tools_need_and_only_to_us(stack: RunningStack) -> None:
    described = stack.described()
    assert set(described) == {
        "base_url",
        "kafka_bootstrap",
        "databases",
        "storage",
        "logs",
        "processes",
        "accounts",
        "clients",
    }
    assert {each["name"] for each in described["processes"]} == set(PROCESSES)
    assert set(described["databases"]) == {each.name for each in PACKAGES} | {"superuser"}
    for file in (stack.file, stack.data / "secrets.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_folders_are_closed_to_others(stack: RunningStack) -> None:
    for name in ("keys", "storage", "logs", "mail", "run", "tmp"):
        assert stat.S_IMODE((stack.data / name).stat().st_mode) == 0o700, name


def test_only_this_machine_is_listened_to(stack: RunningStack) -> None:
    mine = {each["port"] for each in stack.described()["processes"] if each["port"]}
    listening = subprocess.run(
        ["cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True, text=True, check=True
    ).stdout
    for line in listening.splitlines():
        fields = line.split()
        if len(fields) > 3 and fields[3] == "0A":  # LISTEN
            address, _, port = fields[1].rpartition(":")
            if int(port, 16) in mine:
                assert address in ("0100007F", "0000000000000000FFFF00000100007F"), line


def test_status_shows_every_process_and_its_memory(stack: RunningStack) -> None:
    shown = stack.launcher("status")
    assert shown.returncode == 0, shown.stderr
    rows = {line.split()[0]: line for line in shown.stdout.splitlines()[1:]}
    assert set(rows) == {"launcher", *PROCESSES, "together"}
    assert all(" yes" in rows[name] for name in PROCESSES)


def test_a_process_gets_its_own_database_only(stack: RunningStack) -> None:
    edge = Path(f"/proc/{stack.process('edge')['pid']}/environ").read_text()
    assert "DATABASE_URL_GATEWAY" in edge
    assert "DATABASE_URL_RFP" not in edge
    assert "OWNER" not in edge


def test_up_again_says_that_all_runs(stack: RunningStack) -> None:
    before = stack.units()
    up = stack.launcher("up")
    assert up.returncode == 0, up.stdout + up.stderr
    assert stack.base_url in up.stdout
    assert {name: unit["pid"] for name, unit in stack.units().items()} == {
        name: unit["pid"] for name, unit in before.items()
    }


@pytest.mark.parametrize("name", PROCESSES)
def test_what_is_killed_is_started_again(stack: RunningStack, name: str) -> None:
    before = stack.kill(name)
    stack.wait_ready()
    assert stack.process(name)["pid"] not in (0, before)
    answer = httpx.get(f"{stack.base_url}/health/ready", timeout=10)
    assert answer.status_code == 200


@pytest.fixture
def ours(stack: RunningStack) -> Iterator[RunningStack]:
    """A stack that these tests may stop; they leave it running."""
    if os.environ.get("TANDEM_STACK"):
        pytest.skip("this stack is somebody else's")
    yield stack
    if not stack.units()["edge"]["pid"]:
        stack.launcher("up")


def test_data_outlive_down_and_up(ours: RunningStack) -> None:
    described = ours.described()
    with psycopg.connect(described["databases"]["rfp"]) as connection:
        connection.execute("INSERT INTO numbers (prefix, year, last) VALUES ('KEPT', 1999, 7)")
    down = ours.launcher("down")
    assert down.returncode == 0, down.stderr
    assert not [unit for unit in ours.units().values() if unit["pid"]]
    up = ours.launcher("up")
    assert up.returncode == 0, up.stdout + up.stderr
    kept = ours.rows("rfp", "SELECT last FROM numbers WHERE prefix = 'KEPT'")
    assert kept == [(7,)]
    assert ours.described()["accounts"] == described["accounts"]
    assert ours.described()["base_url"] == described["base_url"]


def test_what_a_killed_launcher_left_is_ended_before_the_next_start(ours: RunningStack) -> None:
    before = {unit["pid"] for unit in ours.units().values() if unit["pid"]}
    ours.kill_launcher()
    up = launcher(ours.data, "up")
    assert up.returncode == 0, up.stdout + up.stderr
    after = {unit["pid"] for unit in ours.units().values() if unit["pid"]}
    assert before.isdisjoint(after)
    assert not [pid for pid in before if Path(f"/proc/{pid}").exists()]


def test_wrong_settings_are_all_named_at_once(tmp_path: Path) -> None:
    refused = launcher(
        tmp_path,
        "up",
        DATABASE_URL_GATEWAY="mysql://example",
        KAFKA_BOOTSTRAP="nowhere",
        SMTP_URL="https://example.org",
    )
    assert refused.returncode == 1
    for name in ("DATABASE_URL_RFP", "DATABASE_OWNER_URL_GATEWAY", "KAFKA_BOOTSTRAP", "SMTP_URL"):
        assert name in refused.stderr
    assert "DATABASE_URL_GATEWAY: is not a URL" in refused.stderr


def test_a_taken_port_is_named(stack: RunningStack, tmp_path: Path) -> None:
    port = urlsplit(stack.base_url).port
    refused = launcher(tmp_path, "up", PORT=str(port))
    assert refused.returncode == 1
    assert str(port) in refused.stdout + refused.stderr
