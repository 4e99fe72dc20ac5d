"""Every process tells its figures and its health on a port that people do not reach."""

import httpx
import pytest
from support.figures import read, require_no_ids
from support.stack import RunningStack

from deploy.dev.stack import OFFSETS
from deploy.packages import PACKAGES, SERVICES

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
WEBS = ("idp", *(each.name for each in SERVICES))
WORKERS = tuple(f"{each.name}-worker" for each in PACKAGES)
LOOPS = {"relay", "consumer", "jobs"}


def private(stack: RunningStack, name: str) -> str:
    first = stack.process("idp")["port"] - OFFSETS["idp"]
    return f"http://127.0.0.1:{first + OFFSETS[name]}"


@pytest.mark.parametrize("name", ["edge-metrics", *WEBS, *WORKERS])
def test_each_tells_its_figures_and_names_nobody(stack: RunningStack, name: str) -> None:
    answer = httpx.get(f"{private(stack, name)}/metrics")
    samples = read(answer.text)
    assert answer.status_code == 200 and samples
    require_no_ids(samples)
    known = {each["organisation"] for each in stack.described()["accounts"]}
    labels = {label.lower() for each in samples for label in each.labels.values()}
    assert not [label for label in labels for slug in known if slug in label]


@pytest.mark.parametrize("name", [*WEBS, *WORKERS])
def test_each_says_whether_it_lives_and_can_work(stack: RunningStack, name: str) -> None:
    assert httpx.get(f"{private(stack, name)}/health/live").json() == {"status": "live"}
    assert httpx.get(f"{private(stack, name)}/health/ready").json() == {"status": "ready"}


@pytest.mark.parametrize("name", WORKERS)
def test_each_loop_of_a_worker_turns(stack: RunningStack, name: str) -> None:
    samples = read(httpx.get(f"{private(stack, name)}/metrics").text)
    ages = {s.labels["loop"]: s.value for s in samples if s.name == "tandem_loop_age_seconds"}
    assert set(ages) == LOOPS and max(ages.values()) < 20
    assert [s.value for s in samples if s.name == "tandem_database_up"] == [1]


def test_from_outside_there_are_no_figures(stack: RunningStack) -> None:
    answer = httpx.get(f"{stack.base_url}/metrics")
    assert answer.status_code == 404 and "tandem_" not in answer.text
