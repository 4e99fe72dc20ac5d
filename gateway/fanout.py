"""Ask all services at once, each with a token for itself, and wait for none of them for long."""

import asyncio
import json
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Thread
from typing import Any, TypeVar
from uuid import UUID

from gateway.admission import Admission
from gateway.connection import UpstreamSlow
from gateway.headers import bearer
from gateway.proxy import Upstream, UpstreamAway, UpstreamBusy
from gateway.reading import UpstreamBroken
from gateway.routes import SERVICES
from gateway.sending import Outgoing
from gateway.tokens import Identity, Minter
from shared.kernel import Actor, NotFound
from shared.logging import get_logger
from shared.telemetry import Cause, cause

log = get_logger(__name__)
LIMIT_S = 0.3
CHANGE_S = 10.0  # for what an operator orders, not for what a page shows
Said = Mapping[str, Any]
Answers = Mapping[str, Said | None]
AWAY = (UpstreamAway, UpstreamBroken, UpstreamBusy, UpstreamSlow)

T = TypeVar("T")


@dataclass(frozen=True)
class Told:
    """A service's answer; `said` is None where it is no JSON object."""

    status: int
    said: Said | None


Call = asyncio.Future[Told]


class Fanout:
    """Its calls run in an event loop in a thread of their own; views wait for them in theirs."""

    def __init__(
        self,
        upstreams: Mapping[str, str],
        admission: Admission[Identity | None],
        minter: Minter,
        limit_s: float = LIMIT_S,
    ) -> None:
        self.slow = {name: Upstream(upstreams[name], answer_s=CHANGE_S) for name in SERVICES}
        self.quick = {name: Upstream(upstreams[name], answer_s=limit_s) for name in SERVICES}
        self.admission, self.minter, self.limit_s = admission, minter, limit_s
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, name="fanout", daemon=True)
        self.thread.start()

    def ask_all(self, actor: Actor, path: str) -> Answers:
        """What each service says within 300 ms; None for one that said nothing."""
        said = self.ask(actor, [(name, path) for name in SERVICES])
        return dict(zip(SERVICES, said, strict=True))

    def ask(self, actor: Actor, questions: Sequence[tuple[str, str]]) -> list[Said | None]:
        """The answers to (service, path) in the same order, all within 300 ms."""
        identity, why = self.identity(actor), cause.get()
        asked = [
            self.call(self.quick[name], name, identity, "GET", path, why)
            for name, path in questions
        ]
        done = self.run(in_time(asked, self.limit_s))
        return [said_in_time(name, each) for (name, _), each in zip(questions, done, strict=True)]

    def tell(self, actor: Actor, service: str, method: str, path: str) -> Told | None:
        """One call to one service; None where it does not answer."""
        if service not in self.slow:
            raise NotFound
        identity = self.identity(actor)
        try:
            return self.run(
                self.call(self.slow[service], service, identity, method, path, cause.get())
            )
        except AWAY:
            return None

    def run(self, calls: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(calls, self.loop).result()

    def close(self) -> None:
        self.run(self.hang_up())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def hang_up(self) -> None:
        for upstream in (*self.slow.values(), *self.quick.values()):
            upstream.close()

    def identity(self, actor: Actor) -> Identity:
        """The person behind the page, in the language that the page is in."""
        found = self.admission.by_session(UUID(actor.sid), actor.subject)
        if found is None:  # the session has ended since the edge looked
            raise NotFound
        return replace(found, locale=actor.locale)

    async def call(
        self, upstream: Upstream, service: str, who: Identity, method: str, path: str, why: Cause
    ) -> Told:
        fields = [
            ("Host", f"{upstream.host}:{upstream.port}"),
            ("Accept", "application/json"),
            ("X-Request-Id", why.correlationid),
            ("traceparent", why.traceparent),
            *bearer(self.minter.token(who, service)),
        ]
        answer = await upstream.send(Outgoing(method, path, fields))
        return Told(answer.code, understood(await answer.read()))


async def in_time(calls: Iterable[Coroutine[Any, Any, Told]], limit_s: float) -> list[Call]:
    """What is late is given up, and so is its connection."""
    asked: list[Call] = [asyncio.ensure_future(each) for each in calls]
    late = asked and (await asyncio.wait(asked, timeout=limit_s))[1]
    for each in late:
        each.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    return asked


def said_in_time(name: str, call: Call) -> Said | None:
    if call.cancelled():
        log.warning("A service did not answer in time", service=name)
        return None
    fault = call.exception()
    if fault:
        log.warning("A service did not answer", service=name, reason=type(fault).__name__)
        return None
    told = call.result()
    return told.said if told.status == 200 else None


def understood(content: bytes) -> Said | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
