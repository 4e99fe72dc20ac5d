"""The launcher, the containers and the documents name the same processes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import counters
from deploy.dev import environment
from deploy.dev.servers import DATABASES, Servers, servers
from deploy.dev.stack import ROOT, Stack
from deploy.dev.table import Table
from deploy.dev.units import Unit
from deploy.packages import PACKAGES, SERVICES, Package
from shared.config import ConfigError

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
TASKS = {"migrations", "topics"}
WATCHERS = {"prometheus", "grafana"}
IN_IMAGE = {"DATA", "PYTHONUNBUFFERED", "METRICS_BIND", "PROMETHEUS_MULTIPROC_DIR"}


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
    there = set(COMPOSE["services"]) - WATCHERS - {"verify"}
    assert there == ours - {"topics"}  # there one task makes tables and topics


def counting(stack: Stack, used: Servers) -> list[Unit]:
    """Those that serve or work for people, and are watched."""
    return [unit for unit in Table(stack, used).units() if counters.FOLDER in unit.environ]


def test_compose_gives_each_process_the_settings_of_the_launcher(
    stack: Stack, used: Servers
) -> None:
    demo = {"ALLOW_UNSCANNED", "RFP_LEAST_LEAD_SECONDS", "TMPDIR"}
    apart = set(environment.outside()) | demo | IN_IMAGE
    servers_of_ours = [
        unit for unit in Table(stack, used).units() if counters.FOLDER in unit.environ
    ]
    assert len(servers_of_ours) == 2 * len(PACKAGES) + 1
    for unit in servers_of_ours:
        said = set(COMPOSE["services"][unit.name]["environment"])
        assert said == set(unit.environ) - apart, unit.name


def test_the_image_says_what_is_the_same_in_every_container() -> None:
    said = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", "")
    [line] = [each for each in said.splitlines() if each.startswith("ENV SERVICE")]
    assert set(re.findall(r"(\w+)=", line)) == IN_IMAGE | {"SERVICE", "PATH"}


def test_each_server_counts_apart_and_tells_it_on_a_port_of_its_own(
    stack: Stack, used: Servers
) -> None:
    units = counting(stack, used)
    assert len({unit.environ[counters.FOLDER] for unit in units}) == len(units)
    told = [unit.environ.get("METRICS_BIND") or f"127.0.0.1:{unit.port}" for unit in units]
    assert len(set(told)) == len(units) and f"127.0.0.1:{stack.port_of('edge')}" not in told


def test_only_verify_reads_every_database_and_no_owner_is_given() -> None:
    every = {package.url_setting for package in PACKAGES}
    for name, process in COMPOSE["services"].items():
        given = {each for each in process.get("environment", {}) if each.startswith("DATABASE_")}
        if name == "verify":
            assert given == every and process["profiles"] == ["tools"]
        elif name != "migrations":
            assert len(given) <= 1, name


def mounts(process: str) -> dict[str, str]:
    """Volume → where it is mounted, with `:ro` where it can only be read."""
    said = COMPOSE["services"][process].get("volumes", ())
    return dict(each.split(":", 1) for each in said if not each.startswith("./"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_a_service_sees_nobody_elses_keys_and_files(package: Package) -> None:
    own = {"edge", "idp", "verify"} if package.name == "gateway" else {package.name}
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


def test_only_the_edge_and_who_watches_are_published_and_only_here() -> None:
    published = {n: each["ports"] for n, each in COMPOSE["services"].items() if "ports" in each}
    assert published == {
        "edge": ["127.0.0.1:8400:8000"],
        "prometheus": ["127.0.0.1:9090:9090"],
        "grafana": ["127.0.0.1:3000:3000"],
    }


@pytest.mark.parametrize("name", sorted(WATCHERS))
def test_what_a_watcher_mounts_is_there(name: str) -> None:
    given = [each.split(":")[0] for each in COMPOSE["services"][name]["volumes"]]
    ours = [each for each in given if each.startswith("./")]
    assert ours and all((ROOT / each).is_dir() for each in ours)


def test_documents_name_every_process_of_a_service() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    ours = ("edge", "idp", "postgres", "kafka", "mail", *(each.name for each in SERVICES))
    for name in (*ours, *WATCHERS):
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


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="docker-compose is not installed")
def test_compose_itself_understands_the_file(tmp_path: Path) -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    given = "".join(f"{name}=secret\n" for name in sorted(set(re.findall(r"\$\{(\w+):\?", text))))
    (tmp_path / ".env").write_text(given)
    command = ["docker-compose", "--env-file", str(tmp_path / ".env"), "config", "--quiet"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr


def test_the_dockerfile_is_without_blame() -> None:
    ran = subprocess.run(
        [str(Path(sys.executable).with_name("hadolint")), "deploy/Dockerfile"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
