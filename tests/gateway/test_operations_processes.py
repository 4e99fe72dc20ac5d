"""The rows of Operations for processes and jobs of the clock, and what is reached where."""

import socket
from importlib import import_module

import pytest
from support.gateway import Enrolled, Pages
from support.operations import said
from support.settings import SERVICES
from support.upstream import Upstream

from gateway.operations.domain import JOBS
from gateway.operations.reach import NOWHERE, answers, of_pairs, of_url
from shared.jobs import merged
from shared.worker import COMMON_CRON


def test_each_process_and_each_job_of_the_clock_has_its_row(
    pages: Pages, operator: Enrolled, upstream: Upstream
) -> None:
    due = {"name": "sign_checkpoint", "last_at": "2026-11-22T09:00:00+00:00"}
    due |= {"next_at": "2026-11-22T09:01:00+00:00"}
    upstream.says("/internal/operations", said(clock=[due], jobs={"todo": 2, "doing": 1}))
    text = pages.browser(operator).get("/admin/operations").text
    for process in ("Edge, in front of all pages", "PostgreSQL", "Kafka", "Mail server"):
        assert process in text
    assert "Plans and RFPs: Worker" in text and "Sending events less than 10 s ago" in text
    assert "Sign the audit trail" in text
    assert "2 waiting, 1 running, 0 failed" in text
    assert "17:00" in text and "17:01" in text  # in Shanghai


def test_what_does_not_listen_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
        assert answers(("127.0.0.1", port)) and of_pairs(f"127.0.0.1:{port}")[0][1] == port
    assert not answers(("127.0.0.1", port))
    assert of_url("smtp://mail.example") == ("mail.example", 25)


@pytest.mark.parametrize(
    ("addresses", "places"),
    [
        ("kafka", [("kafka", 9092)]),
        ("a:1, b:2,", [("a", 1), ("b", 2)]),
        ("[::1]:9093", [("::1", 9093)]),
        ("", []),
        ("a:b,c:70000,[", [NOWHERE] * 3),
    ],
)
def test_brokers_however_they_are_written(addresses: str, places: list[tuple[str, int]]) -> None:
    assert of_pairs(addresses) == places
    assert not answers(NOWHERE)


@pytest.mark.parametrize(
    "worker", ["gateway.worker", *(f"services.{name}.worker" for name in SERVICES)]
)
def test_each_job_of_the_clock_is_called_by_words(worker: str) -> None:
    cron = getattr(import_module(worker), "CRON", {})
    names = {name for several in merged(COMMON_CRON, cron).values() for name in several}
    assert names - set(JOBS) == set()
