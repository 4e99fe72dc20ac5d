"""The servers of the services keep a connection for longer than the edge does."""

from pathlib import Path

import pytest
import yaml

from deploy import counters, start
from deploy.dev import table
from deploy.dev.handover import GONE_WITHIN_S
from deploy.dev.web import Web
from deploy.wsgi import DRAIN_S, KEEP_ALIVE_S
from gateway.body import PATIENCE_S
from gateway.proxy import IDLE_S


def test_a_service_never_closes_what_the_edge_may_still_use() -> None:
    assert KEEP_ALIVE_S > IDLE_S


def test_launcher_and_containers_keep_connections_equally_long() -> None:
    command = start.threaded("rfp")
    said = command[command.index("--keep-alive") + 1]
    assert Web("rfp", "127.0.0.1:8402").cfg.keepalive == int(said) == KEEP_ALIVE_S


def test_the_edge_keeps_connections_longer_than_most_programs_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What it closes sooner it may close just as the next request comes along it."""
    begun: list[list[str]] = []
    monkeypatch.setenv("METRICS_BIND", "127.0.0.1:8406")
    monkeypatch.setattr(table, "execute", begun.append)
    monkeypatch.setattr(counters, "begin_afresh", lambda: None)
    table.run_edge()
    for command in (start.edge(), *begun):
        assert int(command[command.index("--keep-alive") + 1]) > 5


def test_what_a_server_has_begun_gets_equally_long_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("METRICS_BIND", "127.0.0.1:8406")
    for command in (start.threaded("rfp"), start.edge()):
        assert command[command.index("--graceful-timeout") + 1] == str(DRAIN_S)
    assert Web("rfp", "127.0.0.1:8402").cfg.graceful_timeout == DRAIN_S
    edge = start.edge()
    assert float(edge[edge.index("--timeout") + 1]) > PATIENCE_S
    compose = yaml.safe_load(Path("docker-compose.yml").read_text())
    for patience in (GONE_WITHIN_S, float(compose["x-process"]["stop_grace_period"][:-1])):
        assert patience > DRAIN_S
