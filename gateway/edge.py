"""The one way in. A plain WSGI callable: it checks, and passes on what may pass.

Every request goes through `decide` in the same order: is it well-formed and for us, where does it
go, who sends it, did one of our pages send it, is there too much of it. Only then is its body read.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import psycopg

from gateway import assets, body, headers, measures, routes
from gateway.admission import Admission
from gateway.answers import Refused, language, refusal
from gateway.config import Settings
from gateway.entrance import Entrance
from gateway.incoming import (
    METHODS,
    Incoming,
    client_address,
    is_from_us,
    is_plain,
)
from gateway.keys import Ring
from gateway.limits import Buckets
from gateway.lone_reads import LoneReads
from gateway.proxy import (
    Answer,
    Upstream,
    UpstreamAway,
    UpstreamBusy,
    UpstreamSlow,
)
from gateway.reading import UpstreamBroken, UpstreamSilent
from gateway.replies import Reply, redirect
from gateway.routes import Route, Way
from gateway.sending import Outgoing
from gateway.tokens import AccessTokens, Identity, Minter
from shared import logging
from shared.telemetry import Cause, cause

log = logging.get_logger(__name__)
StartResponse = Callable[..., Any]
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


class Edge:
    def __init__(self, settings: Settings, admission: Admission, minter: Minter) -> None:
        self.origin = settings.public_url
        self.host = urlsplit(settings.public_url).netloc
        self.tls = settings.public_url.startswith("https:")
        self.trusted_proxies = settings.trusted_proxies
        self.upstreams = {name: Upstream(url) for name, url in settings.upstreams.items()}
        self.entrance, self.minter = Entrance(admission, self.origin), minter
        self.buckets = Buckets()

    def close(self) -> None:
        for upstream in self.upstreams.values():
            upstream.close()
        self.entrance.admission.reads.close()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        began, request = time.perf_counter(), Incoming(environ)
        cause.set(Cause(request.reference, request.traceparent))
        seen = Seen()
        try:
            status, fields, content = self.serve(request, seen)
        except Exception as fault:  # noqa: BLE001  # whatever it is, the client gets an answer
            reply = self.explain(request, fault, seen.identity)
            status, fields, content = reply.line, reply.fields, [reply.body]
        start_response(status, headers.protected(fields, request, tls=self.tls))
        took = time.perf_counter() - began
        measures.note(seen.upstream, status, took)
        ms = round(took * 1000, 1)
        log.info("Request", method=request.method, path=request.path, status=status[:3], ms=ms)
        return content

    def serve(
        self, request: Incoming, seen: Seen
    ) -> tuple[str, Iterable[tuple[str, str]], Iterable[bytes]]:
        decided = self.decide(request, seen)
        if isinstance(decided, Reply):
            return decided.line, decided.fields, [decided.body]
        seen.upstream = decided.service
        answer = self.forward(request, decided, seen.identity)
        try:
            fields = list(headers.outward(answer.headers, self.origin))
            if decided.service == "idp":
                fields += [each for each in answer.headers if each[0].lower() == "set-cookie"]
            return answer.status, fields, answer.body()
        except BaseException:
            answer.close()
            raise

    def explain(self, request: Incoming, fault: Exception, identity: Identity | None) -> Reply:
        """The page, fragment or JSON for what went wrong."""
        if isinstance(fault, body.ClientGone):
            return Reply(400)
        if not isinstance(fault, Refused):
            fault = self.as_refusal(fault)
        measures.REFUSALS.labels(fault.code).inc()
        return refusal(request, fault, language(request, identity.locale if identity else None))

    def as_refusal(self, fault: Exception) -> Refused:
        if isinstance(fault, psycopg.Error):
            log.error("The database does not answer", reason=type(fault).__name__)
            return Refused("service_busy", [("Retry-After", "5")])
        code = FAILURES.get(type(fault))
        if code is None:
            log.exception("The edge failed", exc_info=fault)
            return Refused("our_fault")
        log.warning("A service failed", reason=type(fault).__name__)
        return Refused(code, [("Retry-After", "5")] if code == "service_busy" else [])

    def decide(self, request: Incoming, seen: Seen) -> Route | Reply:
        """Where the request goes, or what we answer ourselves."""
        self.check_form(request)
        if own := self.own(request):
            return own
        route = routes.find(request.path)
        if route is None and request.path != "/":
            raise Refused("unknown_page")
        self.check_rate(request)
        found = seen.identity = self.entrance.identify(request, route)
        if route is None:
            return redirect("/work" if found else "/login")
        if reply := self.entrance.admit(request, route, found):
            return reply
        if route.way is Way.PAGE and not request.is_safe and not is_from_us(request, self.origin):
            raise Refused("foreign_request")
        body.check_length(request, route.limit)
        return route

    def check_form(self, request: Incoming) -> None:
        if request.header("Host").lower() != self.host and not is_probe(request):
            raise Refused("unknown_host", home=self.origin)
        if not is_plain(request.target):
            raise Refused("malformed_address")
        if request.method not in METHODS:
            raise Refused("wrong_method", [("Allow", ", ".join(sorted(METHODS)))])

    def own(self, request: Incoming) -> Reply | None:
        """What the edge answers without asking anybody."""
        path = request.path
        if path.startswith("/static/"):
            return assets.static(request)
        if path.startswith("/schemas/"):
            return assets.schema(request)
        if path == "/.well-known/api-catalog":
            return assets.catalogue(self.origin)
        return self.health(path) if path.startswith("/health/") else None

    def health(self, path: str) -> Reply | None:
        json = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        if path == "/health/live":
            return Reply(200, json, b'{"status":"live"}')
        if path != "/health/ready":
            return None
        try:
            self.entrance.admission.by_cookie("")
        except psycopg.Error:
            return Reply(503, json, b'{"status":"waiting","for":"database"}')
        return Reply(200, json, b'{"status":"ready"}')

    def check_rate(self, request: Incoming) -> None:
        address = client_address(request, self.trusted_proxies)
        wait = self.buckets.seconds_to_wait(request.method, request.path, address)
        if wait:
            raise Refused("too_many_attempts", [("Retry-After", str(wait))], seconds=wait)

    def forward(self, request: Incoming, route: Route, identity: Identity | None) -> Answer:
        content, length = body.taken(request, route.limit)
        fields = [*headers.inward(request), *self.said_by_us(request)]
        if route.way is Way.OPEN:
            fields += headers.client_authentication(request)
        elif identity:
            fields += headers.bearer(self.minter.token(identity, route.service))
        outgoing = Outgoing(request.method, request.target, fields, content, length)
        return self.upstreams[route.service].send(outgoing)

    def said_by_us(self, request: Incoming) -> Iterable[tuple[str, str]]:
        yield "Host", self.host
        yield "X-Request-Id", request.reference
        yield "traceparent", request.traceparent
        yield "X-Client-Address", client_address(request, self.trusted_proxies)
        yield "Accept-Language", language(request)


def is_probe(request: Incoming) -> bool:
    """Health is asked by address, not by name."""
    return request.path.startswith("/health/")


def create_edge(settings: Settings) -> Edge:
    access = AccessTokens(Ring.of(settings.data, "public"), settings.public_url)
    minter = Minter(Ring.of(settings.data, "internal"), settings.internal_issuer)
    admission = Admission(LoneReads(settings.database_url), access)
    return Edge(settings, admission, minter)
