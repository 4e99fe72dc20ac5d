"""The launcher, the containers and the documents name the same processes."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.dev import environment
from deploy.dev.servers import DATABASES, Servers, servers
from deploy.dev.stack import ROOT, Stack
from deploy.dev.table import Table
from deploy.packages import PACKAGES, SERVICES, Package
from shared.config import ConfigError

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
TASKS = {"migrations", "topics"}


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    made = Stack(tmp_path, 8400)
    made.make_folders()
    return made


@pytest.fixture
def used(stack: Stack) -> Servers:
    return servers(stack, {})


def test_compose_has_the_processes_of_the_launcher(stack: Stack, used: Servers) -> None:
    ours = {unit.name for unit in Table(stack, used).units()}
    assert set(COMPOSE["services"]) == ours - {"topics"}  # there one task makes tables and topics


def test_compose_gives_each_process_the_settings_of_the_launcher(
    stack: Stack, used: Servers
) -> None:
    demo = {"ALLOW_UNSCANNED", "RFP_LEAST_LEAD_SECONDS", "TMPDIR", "DATA", "PYTHONUNBUFFERED"}
    outside = set(environment.outside())
    for package in PACKAGES:
        ours = set(environment.of_package(stack, used, package)) - outside - demo
        said = set(COMPOSE["services"][f"{package.name}-worker"]["environment"])
        assert said == ours, package.name


def mounts(process: str) -> dict[str, str]:
    """Volume → where it is mounted, with `:ro` where it can only be read."""
    return dict(each.split(":", 1) for each in COMPOSE["services"][process].get("volumes", ()))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_a_service_sees_nobody_elses_keys_and_files(package: Package) -> None:
    own = {"edge", "idp"} if package.name == "gateway" else {package.name}
    for process in own | {f"{package.name}-worker"}:
        seen = mounts(process)
        assert seen.pop(package.name) == "/data"
        assert seen.pop(f"{package.name}-audit") == f"/data/audit-keys/{package.name}"
        others = {} if package.name != "gateway" else {
            f"{each.name}-audit": f"/data/audit-keys/{each.name}:ro" for each in SERVICES
        }  # fmt: skip
        assert seen == others, process


def test_every_volume_is_named_and_used() -> None:
    used = {volume for process in COMPOSE["services"] for volume in mounts(process)}
    assert used == set(COMPOSE["volumes"])


def test_the_folders_of_audit_keys_are_ours_in_every_image() -> None:
    """A volume takes its owner from the folder in the image, whichever process comes first."""
    said = (ROOT / "deploy" / "Dockerfile").read_text()
    names = said.partition("for name in ")[2].partition(";")[0].split()
    assert names == [each.name for each in PACKAGES]
    assert said.index("/data/audit-keys/$name") < said.index("chown -R tandem /data")


def test_only_the_edge_is_published() -> None:
    published = {name for name, each in COMPOSE["services"].items() if "ports" in each}
    assert published == {"edge"}


def test_documents_name_every_process_of_a_service() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    for name in ("edge", "idp", "postgres", "kafka", "mail", *(each.name for each in SERVICES)):
        assert name in text, name


def test_servers_of_others_are_used_and_not_started(stack: Stack) -> None:
    given = dict.fromkeys(DATABASES, "postgresql://someone:secret@db.example/tandem")
    given |= {"KAFKA_BOOTSTRAP": "kafka.example:9092", "SMTP_URL": "smtp://mail.example"}
    names = {unit.name for unit in Table(stack, servers(stack, given)).units()}
    assert names.isdisjoint({"postgres", "kafka", "mail"})
    assert names > TASKS


def test_every_fault_of_the_settings_is_named_at_once(stack: Stack) -> None:
    given = {DATABASES[0]: "mysql://db.example/x", "KAFKA_BOOTSTRAP": "nowhere"}
    with pytest.raises(ConfigError) as refused:
        servers(stack, given)
    for name in (*DATABASES, "KAFKA_BOOTSTRAP"):
        assert name in str(refused.value)


def test_a_service_gets_no_other_database_and_no_owner(stack: Stack, used: Servers) -> None:
    for package in PACKAGES:
        databases = {
            name
            for name in environment.of_package(stack, used, package)
            if name.startswith("DATABASE_")
        }
        assert databases == {package.url_setting}


def test_passwords_are_drawn_once_and_differ(stack: Stack) -> None:
    first, second = servers(stack, {}).databases, servers(stack, {}).databases
    assert first == second
    assert len(set(first.values())) == len(DATABASES)
