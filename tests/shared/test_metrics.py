"""What a web process counts, under which labels, and what it must never say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions
from support.figures import grows, read, require_no_ids
from support.web_app import make_app

from shared import metrics
from shared.messaging.schemas import ROOT

SECRET = "Huayun-4711-secret"
COUNT_AND_EXIT = """
import os, sys
from shared import metrics
if pid := os.fork():
    os.waitpid(pid, 0)
metrics.JOBS.labels("greet", "done").inc(2)
metrics.JOB_SECONDS.labels("greet").observe(0.2)
if not pid:
    os._exit(0)
print(metrics.exposition("rfp").decode())
"""


@pytest.fixture
def app(sessions: Sessions, tmp_path: Path) -> Flask:
    made = make_app(sessions, tmp_path)
    made.add_url_rule("/rfps/<uuid:rfp_id>/<name>", "of_one", metrics_of_one)
    return made


def metrics_of_one(rfp_id: object, name: str) -> str:
    if name == "broken":
        raise ZeroDivisionError
    return "one"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_a_request_counts_under_the_template_of_its_route(client: FlaskClient) -> None:
    route = "/rfps/<uuid:rfp_id>/<name>"
    path = f"/rfps/0193a5f0-0000-7000-8000-000000000001/{SECRET}?{SECRET}"
    counted = {"method": "GET", "route": route, "status": "2xx"}
    timed = {"method": "GET", "route": route}
    with grows("http_requests_total", **counted), grows("http_request_seconds_count", **timed):
        assert client.get(path, headers=bearer("buyer")).status_code == 200


@pytest.mark.parametrize("path", ["/nothing", f"/{SECRET}", "/rfps/x/y"])
def test_what_has_no_route_counts_as_one(client: FlaskClient, path: str) -> None:
    with grows("http_requests_total", method="GET", route="none", status="4xx"):
        assert client.get(path).status_code == 404


def test_a_method_that_nobody_knows_is_not_named(client: FlaskClient) -> None:
    with grows("http_requests_total", method="other", route="none", status="4xx"):
        client.open("/admin/plans", method="SECRET4711")


def test_a_refusal_and_a_fault_are_counted_too(app: Flask, client: FlaskClient) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with grows("http_requests_total", method="GET", route="/admin/plans", status="4xx"):
        client.get("/admin/plans")
    broken = "/rfps/0193a5f0-0000-7000-8000-000000000001/broken"
    route = "/rfps/<uuid:rfp_id>/<name>"
    with grows("http_requests_total", method="GET", route=route, status="5xx"):
        client.get(broken, headers=bearer("buyer"))


def test_figures_name_the_service_and_no_id(client: FlaskClient) -> None:
    path = f"/rfps/0193a5f0-0000-7000-8000-000000000001/{SECRET}"
    client.get(path, headers=bearer("buyer") | {"User-Agent": SECRET, "X-Request-Id": SECRET})
    answer = client.get("/metrics")
    assert answer.content_type == metrics.CONTENT_TYPE and SECRET not in answer.text
    samples = read(answer.text)
    assert {each.labels["service"] for each in samples} == {"demo"}
    require_no_ids(samples)


def test_processes_that_share_a_folder_count_together(tmp_path: Path) -> None:
    """As gunicorn forks them: the library is imported before."""
    environ = os.environ | {metrics.FOLDER: str(tmp_path), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", COUNT_AND_EXIT],
        env=environ, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    counts = {each.name: each.value for each in read(ran.stdout) if "le" not in each.labels}
    assert counts["tandem_job_runs_total"] == 4 and counts["tandem_job_seconds_count"] == 2
    assert len({each.name.split("_")[1] for each in tmp_path.glob("*.db")}) == 2
