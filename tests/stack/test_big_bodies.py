"""A body without end is cut at the limit, and no process keeps what was sent."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from support.scenes import made_rfp
from support.stack import RunningStack
from support.story import Cast, cast

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]
CHUNK = bytes(1024 * 1024)
SENT_MB = 1024  # what is offered; 110 MB are passed on at most
GROWTH_MB = 40  # buffers, and what Python keeps of them
PROCESSES = ("edge", "rfp")


def endless(taken: list[int]) -> Iterator[bytes]:
    for number in range(SENT_MB):
        taken[:] = [number]
        yield CHUNK


def resident_mb(stack: RunningStack, name: str) -> float:
    """Of the process and its children."""
    return sum(map(resident_of, family(int(stack.process(name)["pid"]))))


def family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def resident_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@pytest.fixture(scope="module")
def who(stack: RunningStack) -> Iterator[Cast]:
    with closing(cast(stack.described())) as made:
        yield made


@pytest.fixture(scope="module")
def address(stack: RunningStack, who: Cast) -> str:
    """Where a bidder's files of at most 50 MB go; the edge lets 110 MB pass."""
    lot = made_rfp(who, seconds=900)["lots"][0]["id"]
    return f"{stack.base_url}/api/v1/lots/{lot}/files?name=endless.pdf"


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_gigabyte_is_cut_at_the_limit(
    stack: RunningStack, who: Cast, address: str, announced: bool
) -> None:
    headers = {**who.apis["huayun.vendor_admin"].bearer(), "Idempotency-Key": str(uuid4())}
    if announced:
        headers["Content-Length"] = str(SENT_MB * len(CHUNK))
    before = {name: resident_mb(stack, name) for name in PROCESSES}
    taken: list[int] = []
    status = 413  # also where the connection is closed before all was offered
    with suppress(httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError):
        status = httpx.post(
            address, content=endless(taken), headers=headers, timeout=120
        ).status_code
    assert status == 413
    assert taken[0] < SENT_MB / 4, "it was read to the end"
    grown = {name: resident_mb(stack, name) - before[name] for name in PROCESSES}
    assert all(mb < GROWTH_MB for mb in grown.values()), grown
