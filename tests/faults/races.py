"""Many at once: requests that are ready, and all let go at the same moment."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bench.scene import Bidder, bid_body

from deploy.demo.api import Api
from deploy.demo.chain import Json


@dataclass(frozen=True)
class Shot:
    """One request of a race, and when it may be sent (by our clock; 0 for at once)."""

    api: Api
    method: str
    path: str
    body: Json
    key: str
    at: float = 0.0


@dataclass(frozen=True)
class Said:
    status: int
    body: Any
    ended: float

    @property
    def taken(self) -> bool:
        return self.status == 201

    @property
    def refused(self) -> bool:
        """Clearly, with a code that says why."""
        return self.status in (403, 409) and bool(self.body.get("errors") or self.body["message"])


def race(shots: Sequence[Shot]) -> list[Said]:
    """Each in a thread and on a connection of its own. Who is told that too much is going on, which
    is nobody's fault and leaves nothing behind, comes again."""
    gate = threading.Barrier(len(shots))

    def fire(shot: Shot) -> Said:
        headers = shot.api.bearer() | {"Idempotency-Key": shot.key}
        gate.wait(60)
        time.sleep(max(0.0, shot.at - time.time()))
        path = f"/api/v1{shot.path}"
        while True:
            answer = shot.api.http.request(shot.method, path, json=shot.body, headers=headers)
            if answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                break
            time.sleep(0.2)
        return Said(answer.status_code, answer.json(), time.time())

    with ThreadPoolExecutor(len(shots)) as pool:
        return list(pool.map(fire, shots))


def bid(api: Api, rfp: Json, key: str, *, method: str = "POST", at: float = 0.0) -> Shot:
    path = f"/lots/{rfp['lots'][0]['id']}/bid"
    return Shot(api, method, path, bid_body(rfp, hash(key) % 9_000), key, at)


def machine(base_url: str, bidder: Bidder) -> Api:
    """The bidder's own system, with its token at hand."""
    api = Api.of_client(base_url, bidder.client_id, bidder.client_secret)
    api.bearer()
    return api


def unclear(said: Sequence[Said]) -> list[Said]:
    """Neither taken nor refused by a rule."""
    return [each for each in said if not (each.taken or each.refused)]


def late(said: Sequence[Said], deadline: datetime) -> list[str]:
    """Wrong at a deadline: a bid that came after it and was taken, or before it and was not."""
    found = []
    for each in said:
        if each.taken and datetime.fromisoformat(each.body["received_at"]) > deadline:
            found.append(f"taken at {each.body['received_at']}")
        elif not each.taken and each.ended < deadline.timestamp():
            found.append(f"refused {deadline.timestamp() - each.ended:.3f} s before: {each.body}")
    return found


def ids(said: Sequence[Said]) -> Counter[str]:
    """Of what was acknowledged."""
    return Counter(str(each.body["id"]) for each in said if each.taken)
