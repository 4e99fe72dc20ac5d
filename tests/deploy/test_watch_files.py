"""Boards, alerts and documents name what the processes tell, and nothing else."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from support.database import Sessions

import gateway.measures
import services.notifications.channels.jobs
from deploy.dev.stack import ROOT
from shared import metrics
from shared.watch import Watch

PROMETHEUS, GRAFANA = ROOT / "deploy" / "prometheus", ROOT / "deploy" / "grafana"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
BOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards" / "tandem.json").read_text())
RULES = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
OF_PROMETHEUS = {"up": {"job", "instance"}}
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
COUNTED_IN = (gateway.measures, services.notifications.channels.jobs)  # beside shared.metrics


@cache
def counted() -> dict[str, set[str]]:
    """Each series that a process may tell, and its labels."""
    return {
        name: {*instrument._labelnames}
        for instrument in metrics.registry._collector_to_names
        for name in series(instrument.describe()[0])  # type: ignore[attr-defined]
    }


def series(family: metrics.Metric) -> Iterator[str]:
    return (family.name + suffix for suffix in SUFFIXES[family.type])


@pytest.fixture
def told(sessions: Sessions) -> dict[str, set[str]]:
    """With what is only known by looking; every line says its service."""
    looked = Watch("rfp", sessions, ()).state()
    labels = {"topic", "loop", "state"}
    found = counted() | {name: labels for family in looked for name in series(family)}
    every = {"service", "instance", "le"}
    return {name: own | every for name, own in (found | OF_PROMETHEUS).items()}


def targets() -> list[tuple[str, str]]:
    return [
        (panel["title"], target["expr"])
        for panel in BOARD["panels"]
        for target in panel.get("targets", ())
    ]


EXPRESSIONS = [*targets(), *((rule["alert"], rule["expr"]) for rule in RULES)]


def names_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:tandem_\w+|up)\b", expression))


def labels_in(expression: str) -> set[str]:
    grouped = ",".join(re.findall(r"\bby \(([^)]*)\)", expression)).replace(" ", "").split(",")
    return {*grouped, *re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", expression)} - {""}


@pytest.mark.parametrize(("title", "expression"), EXPRESSIONS)
def test_what_is_asked_for_is_told(told: dict[str, set[str]], title: str, expression: str) -> None:
    names = names_in(expression)
    assert names and names <= told.keys(), title
    assert labels_in(expression) <= set.union(*(told[name] for name in names)), title


def test_no_label_is_one_that_prometheus_gives_itself(told: dict[str, set[str]]) -> None:
    """It would rename ours."""
    assert [name for name, labels in counted().items() if labels & {"job", "instance"}] == []


def test_a_name_that_nobody_tells_is_noticed(told: dict[str, set[str]]) -> None:
    assert names_in("sum by (service) (tandem_gone_total) > up") == {"tandem_gone_total", "up"}
    assert "tandem_gone_total" not in told and "tandem_http_requests_total" in told
    assert labels_in('sum by (a, b) (x{c="1",d=~"2"})') == {"a", "b", "c", "d"}


def test_the_document_explains_each_figure_and_each_alert(told: dict[str, set[str]]) -> None:
    families = {re.sub(r"_(bucket|sum|count|total)$", "", name) for name in told} - {"up"}
    table = OPERATIONS.partition("## Figures")[2].partition("## Alerts")[0]
    explained = set(re.findall(r"`(tandem_\w+?)(?:_total)?`", table))
    assert explained == families
    said = re.findall(r"^\| `(\w+)` \((?:page|warn)\)", OPERATIONS, re.M)
    assert sorted(said) == sorted(rule["alert"] for rule in RULES)


def test_every_alert_says_how_urgent_it_is_and_what_it_is_about() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "warn") and rule["annotations"]["summary"]
        assert f"| `{rule['alert']}` ({rule['labels']['severity']})" in OPERATIONS


def test_prometheus_asks_every_process_of_ours_on_its_private_port() -> None:
    said = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    asked = {target for job in said for each in job["static_configs"] for target in each["targets"]}
    apart = ("-worker", "edge")  # these have a port for it
    expected = {
        f"{name}:{9100 if name.endswith(apart) else 8000}"
        for name, each in COMPOSE.items()
        if "INTERNAL_ISSUER" in each.get("environment", {}) and name != "verify"
    }
    assert asked == expected and len(asked) == 11


def test_the_board_is_whole() -> None:
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len({panel["title"] for panel in panels}) == len(panels)
    uid = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())
    [source] = uid["datasources"]
    assert {p["datasource"]["uid"] for p in panels if "datasource" in p} == {source["uid"]}
    provider = yaml.safe_load((GRAFANA / "provisioning/dashboards/tandem.yml").read_text())
    folder = provider["providers"][0]["options"]["path"]
    assert any(each.split(":")[1] == folder for each in COMPOSE["grafana"]["volumes"])


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (prometheus)")
@pytest.mark.parametrize(
    "command",
    ["check rules alerts.yml", "check config prometheus.yml", "test rules alerts_test.yml"],
)
def test_prometheus_itself_understands_the_files(command: str) -> None:
    ran = subprocess.run(
        ["promtool", *command.split()],
        cwd=PROMETHEUS, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
