"""People at work while something breaks: each change is said again, with its key, until it is done.

What was acknowledged is written down, and afterwards has to be there, once.
"""

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from support.story import Cast

from deploy.demo.api import Api

PATIENCE_S = 200.0
AGAIN_S = 0.25
AT_ONCE = 24
MIX = ("plan", "plan", "plan", "vendor")
PLAN = {
    "objectives": "Answer every call within 20 seconds.",
    "scope_in": "First and second level.",
    "scope_out": "Hardware.",
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
    "currency": "CNY",
    "cost_ceiling": "1000.00",
    "contingency": "0.00",
    "lines": [{"title": "Agents", "category": "labour", "amount": "900.00"}],
}


@dataclass
class Entry:
    """One change that somebody wants: `token` is in what it makes, and nowhere else."""

    kind: str
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    acknowledged: bool = False
    attempts: int = 0
    seconds: float = 0.0
    refused: str = ""  # a definite no, which here is always wrong


class Traffic:
    """`with Traffic(who, per_second) as traffic:` works until the block ends, and then finishes."""

    def __init__(self, who: Cast, per_second: float, kinds: Sequence[str] = MIX) -> None:
        self.who, self.per_second, self.turns = who, per_second, kinds
        self.entries: list[Entry] = []
        self.over = threading.Event()
        self.clock = threading.Thread(target=self.run)
        self.kinds: dict[str, Callable[[Entry], None]] = {"plan": self.plan, "vendor": self.vendor}

    def __enter__(self) -> Self:
        self.clock.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self.clock.join()

    def refusals(self) -> list[str]:
        return [each.refused for each in self.entries if each.refused]

    def run(self) -> None:
        """By the clock, whatever becomes of those before."""
        began, number = time.monotonic(), 0
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while not self.over.wait(max(0, began + number / self.per_second - time.monotonic())):
                entry = Entry(self.turns[number % len(self.turns)])
                self.entries.append(entry)
                pool.submit(self.bring_about, entry)
                number += 1

    def bring_about(self, entry: Entry) -> None:
        began = time.monotonic()
        self.kinds[entry.kind](entry)
        entry.acknowledged, entry.seconds = not entry.refused, time.monotonic() - began

    def plan(self, entry: Entry) -> None:
        """A plan is written and submitted; its approver is told, in the inbox and by mail."""
        requester = self.who.apis["requester"]
        made = insist(entry, requester, "/plans", PLAN | {"title": entry.token})
        if made is not None:
            insist(entry, requester, f"/plans/{made['id']}/submission", {})

    def vendor(self, entry: Entry) -> None:
        """An organisation, of which every service hears."""
        body = {"kind": "vendor", "name": entry.token, "slug": f"v-{entry.token}"}
        insist(entry, self.who.apis["admin"], "/organisations", body)


def insist(entry: Entry, api: Api, path: str, body: dict[str, Any]) -> Any:
    """Until there is an answer that counts. At a repeat a conflict means that it was done."""
    key, until = str(uuid4()), time.monotonic() + PATIENCE_S
    for attempt in range(10_000):
        entry.attempts += 1
        answer = send(api, path, body, key)
        if answer is not None and answer.is_success:
            return answer.json() if answer.content else {}
        if answer is not None and answer.status_code == HTTPStatus.CONFLICT and attempt:
            return {}
        if answer is not None and answer.status_code < 500:
            entry.refused = answer.text
            return None
        if time.monotonic() > until:
            break
        time.sleep(AGAIN_S)
    entry.refused = "no answer that counts"
    return None


def send(api: Api, path: str, body: dict[str, Any], key: str) -> httpx.Response | None:
    """None where nobody can know what became of it."""
    try:
        headers = api.bearer() | {"Idempotency-Key": key}
        return api.http.post(f"/api/v1{path}", json=body, headers=headers)
    except httpx.HTTPError:
        return None
