"""The one way in. A plain ASGI application: it checks, and passes on what may pass.

Every request goes through `decide` in the same order: is it well-formed and for us, where does it
go, who sends it, did one of our pages send it, is there too much of it. Only then is its body read.
"""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from gateway import assets, body, headers, measures, routes
from gateway.admission import Admission
from gateway.answers import Refused, language, refusal
from gateway.config import Settings
from gateway.connection import UpstreamSlow
from gateway.edge_reads import DatabaseAway, EdgeReads
from gateway.entrance import Entrance
from gateway.incoming import METHODS, Incoming, Receive, client_address, is_from_us, is_plain
from gateway.keys import Ring
from gateway.limits import Buckets
from gateway.proxy import Answer, Upstream, UpstreamAway, UpstreamBusy
from gateway.reading import UpstreamBroken, UpstreamSilent
from gateway.replies import Reply, redirect
from gateway.routes import Route, Way
from gateway.sending import Outgoing
from gateway.tokens import AccessTokens, Identity, Minter
from shared import logging
from shared.telemetry import Cause, cause

log = logging.get_logger(__name__)
Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]
CLOSE = (b"connection", b"close")
FAILURES = {
    UpstreamAway: "service_broken",
    UpstreamBroken: "service_broken",
    UpstreamSilent: "service_broken",
    UpstreamBusy: "service_busy",
    UpstreamSlow: "service_slow",
}


@dataclass
class Seen:
    """What is known of a request so far: the error page and the figures say it too."""

    identity: Identity | None = None
    upstream: str = measures.EDGE


Served = tuple[int, list[headers.Field], bytes | Answer]


class Edge:
    def __init__(
        self, settings: Settings, reads: EdgeReads, access: AccessTokens, minter: Minter
    ) -> None:
        self.origin = settings.public_url
        self.host = urlsplit(settings.public_url).netloc
        self.tls = settings.public_url.startswith("https:")
        self.trusted_proxies = settings.trusted_proxies
        self.upstreams = {name: Upstream(url) for name, url in settings.upstreams.items()}
        self.entrance = Entrance(Admission(reads, access), self.origin)
        self.reads, self.minter = reads, minter
        self.buckets = Buckets()

    def close(self) -> None:
        for upstream in self.upstreams.values():
            upstream.close()
        self.reads.close()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await send({"type": "websocket.close"})
        request = Incoming(scope, receive)
        cause.set(Cause(request.reference, request.traceparent))
        status, fields, content = await self.answer(request)
        fields = headers.protected(fields, request.reference, tls=self.tls)
        if not await body.is_over(request):
            fields.append(CLOSE)
        try:
            await send({"type": "http.response.start", "status": status, "headers": fields})
            await deliver(content, send)
        finally:
            if isinstance(content, Answer):
                content.close()
        return None

    async def answer(self, request: Incoming) -> Served:
        """The head of the answer, whatever goes wrong; it is counted and logged."""
        began, seen = time.perf_counter(), Seen()
        try:
            served = await self.serve(request, seen)
        except Exception as fault:  # noqa: BLE001  # whatever it is, the client gets an answer
            served = of_our_own(self.explain(request, fault, seen.identity))
        status, took = served[0], time.perf_counter() - began
        measures.note(seen.upstream, status, took)
        ms = round(took * 1000, 1)
        log.info("Request", method=request.method, path=request.path, status=str(status), ms=ms)
        return served

    async def serve(self, request: Incoming, seen: Seen) -> Served:
        decided = await self.decide(request, seen)
        if isinstance(decided, Reply):
            return of_our_own(decided)
        seen.upstream = decided.service
        answer = await self.forward(request, decided, seen.identity)
        fields = headers.outward(answer.headers, self.origin)
        if decided.service == "idp":
            fields += headers.cookies(answer.headers)
        whole = answer.whole
        return answer.code, fields, answer if whole is None else whole

    def explain(self, request: Incoming, fault: Exception, identity: Identity | None) -> Reply:
        """The page, fragment or JSON for what went wrong."""
        if isinstance(fault, body.ClientGone):
            return Reply(400)
        if not isinstance(fault, Refused):
            fault = self.as_refusal(fault)
        measures.REFUSALS.labels(fault.code).inc()
        return refusal(request, fault, language(request, identity.locale if identity else None))

    def as_refusal(self, fault: Exception) -> Refused:
        if isinstance(fault, DatabaseAway):
            log.error("The database does not answer", reason=str(fault))
            return Refused("service_busy", [("Retry-After", "5")])
        code = FAILURES.get(type(fault))
        if code is None:
            log.exception("The edge failed", exc_info=fault)
            return Refused("our_fault")
        log.warning("A service failed", reason=type(fault).__name__)
        return Refused(code, [("Retry-After", "5")] if code == "service_busy" else [])

    async def decide(self, request: Incoming, seen: Seen) -> Route | Reply:
        """Where the request goes, or what we answer ourselves."""
        self.check_form(request)
        if own := await self.own(request):
            return own
        route = routes.find(request.path)
        if route is None and request.path != "/":
            raise Refused("unknown_page")
        self.check_rate(request)
        found = seen.identity = await self.entrance.identify(request, route)
        if route is None:
            return redirect("/work" if found else "/login")
        if reply := self.entrance.admit(request, route, found):
            return reply
        if route.way is Way.PAGE and not request.is_safe and not is_from_us(request, self.origin):
            raise Refused("foreign_request")
        body.check_length(request, route.limit)
        return route

    def check_form(self, request: Incoming) -> None:
        if request.header("host").lower() != self.host and not is_probe(request):
            raise Refused("unknown_host", home=self.origin)
        if not is_plain(request.target):
            raise Refused("malformed_address")
        if request.method not in METHODS:
            raise Refused("wrong_method", [("Allow", ", ".join(sorted(METHODS)))])

    async def own(self, request: Incoming) -> Reply | None:
        """What the edge answers without asking anybody."""
        path = request.path
        if path.startswith("/static/"):
            return assets.static(request)
        if path.startswith("/schemas/"):
            return assets.schema(request)
        if path == "/.well-known/api-catalog":
            return assets.catalogue(self.origin)
        return await self.health(path) if path.startswith("/health/") else None

    async def health(self, path: str) -> Reply | None:
        json = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        if path == "/health/live":
            return Reply(200, json, b'{"status":"live"}')
        if path != "/health/ready":
            return None
        try:
            await self.entrance.admission.by_cookie("")
        except DatabaseAway:
            return Reply(503, json, b'{"status":"waiting","for":"database"}')
        return Reply(200, json, b'{"status":"ready"}')

    def check_rate(self, request: Incoming) -> None:
        address = client_address(request, self.trusted_proxies)
        wait = self.buckets.seconds_to_wait(request.method, request.path, address)
        if wait:
            raise Refused("too_many_attempts", [("Retry-After", str(wait))], seconds=wait)

    async def forward(self, request: Incoming, route: Route, identity: Identity | None) -> Answer:
        content, length = await body.taken(request, route.limit)
        fields = [*headers.inward(request), *self.said_by_us(request)]
        if route.way is Way.OPEN:
            fields += headers.client_authentication(request)
        elif identity:
            fields += headers.bearer(self.minter.token(identity, route.service))
        outgoing = Outgoing(request.method, request.target, fields, content, length)
        return await self.upstreams[route.service].send(outgoing)

    def said_by_us(self, request: Incoming) -> Iterable[tuple[str, str]]:
        return (
            ("Host", self.host),
            ("X-Request-Id", request.reference),
            ("traceparent", request.traceparent),
            ("X-Client-Address", client_address(request, self.trusted_proxies)),
            ("Accept-Language", language(request)),
        )


def of_our_own(reply: Reply) -> Served:
    return reply.status, headers.as_sent(reply.fields), reply.body


async def deliver(content: bytes | Answer, send: Send) -> None:
    """Of a long answer each piece waits until the client takes it.

    One that breaks off is left without its end, so that the server cuts the connection.
    """
    if isinstance(content, bytes):
        return await send({"type": "http.response.body", "body": content})
    try:
        async for piece in content.pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    except (UpstreamBroken, UpstreamSlow) as fault:
        log.warning("A service broke off", reason=type(fault).__name__)
        return None
    return await send({"type": "http.response.body"})


def is_probe(request: Incoming) -> bool:
    """Health is asked by address, not by name."""
    return request.path.startswith("/health/")


def create_edge(settings: Settings) -> Edge:
    access = AccessTokens(Ring.of(settings.data, "public"), settings.public_url)
    minter = Minter(Ring.of(settings.data, "internal"), settings.internal_issuer)
    return Edge(settings, EdgeReads(settings.database_url), access, minter)
