"""Each process that people's requests pass is renewed while they come, fifty in a second."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest
from support.stack import launcher
from support.story import Cast

from deploy.demo import chain
from deploy.demo.api import Api
from faults import table
from faults.checker import Verdict
from faults.ground import WEBS, Ground
from faults.traffic import PLAN

pytestmark = [pytest.mark.fault, pytest.mark.timeout(900)]
PER_SECOND, BEFORE_S, AFTER_S = 50, 1.0, 2.0
FEW = ("rfp", "edge")
READERS = {"idp": ("admin", "/organisations"), "rfp": ("buyer", "/rfps"),
           "contracts": ("contract_manager", "/contracts"),
           "monitoring": ("contract_manager", "/metrics"),
           "notifications": ("buyer", "/notices"), "edge": ("buyer", "/rfps")}  # fmt: skip


@dataclass
class Load:
    """Lists and one object; every fifth time something new, where there is something to write."""

    reader: Api
    writer: Api | None
    paths: list[str]
    answers: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        began, number = time.monotonic(), 0
        with ThreadPoolExecutor(48) as pool:
            while not self.over.wait(max(0, began + number / PER_SECOND - time.monotonic())):
                writes = self.writer and number % 5 == 0
                pool.submit(self.ask, self.write if writes else self.read, number)
                number += 1

    def ask(self, send: Callable[[int], httpx.Response], number: int) -> None:
        try:
            answer = send(number)
            self.answers.append("" if answer.is_success else f"{answer.status_code} {answer.text}")
        except httpx.HTTPError as fault:
            self.answers.append(repr(fault))

    def read(self, number: int) -> httpx.Response:
        path = self.paths[number % len(self.paths)]
        return self.reader.http.get(f"/api/v1{path}", headers=self.reader.bearer())

    def write(self, number: int) -> httpx.Response:
        assert self.writer
        headers = self.writer.bearer() | {"Idempotency-Key": str(uuid4())}
        body = PLAN | {"title": f"Plan {number}"}
        return self.writer.http.post("/api/v1/plans", json=body, headers=headers)


def load_on(name: str, who: Cast) -> Load:
    reader, path = READERS[name]
    api, writes = who.apis[reader], name in ("rfp", "edge", "idp")
    paths = [path, *(f"{path}/{each['id']}" for each in chain.items(api, path)[:1])]
    if name in ("idp", "notifications"):
        paths = paths[:1]  # these show no object of their own
    return Load(api, who.apis["requester"] if writes else None, paths)


def renew(ground: Ground, name: str) -> str:
    done = launcher(ground.stack.data, "restart", NAME=name)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", WEBS if table.is_full() else FEW)
def test_no_request_fails_while_a_process_is_renewed(ground: Ground, who: Cast, name: str) -> None:
    before, load, rounds = ground.pid(name), load_on(name, who), table.rounds(1, 3)
    clock = threading.Thread(target=load.run)
    clock.start()
    try:
        time.sleep(BEFORE_S)
        for _ in range(rounds):
            renew(ground, name)
        time.sleep(AFTER_S)
    finally:
        load.over.set()
        clock.join()
    failed = [each for each in load.answers if each]
    table.note(f"{name} renewed under 50/s ({len(load.answers)})", rounds, Verdict(failed, [], []))
    assert Counter(failed) == Counter()
    assert ground.pid(name) != before
    assert len(load.answers) >= PER_SECOND * (BEFORE_S + AFTER_S)
