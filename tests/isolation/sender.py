"""Sends one request as one actor: through the edge, or straight to a service."""

import json
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from gateway.tokens import Minter
from isolation.actors import API, PAGE, Actor
from isolation.matrix import Answer, Case

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
AUDIENCES = {"gateway": "idp"}


class Sender:
    """Keeps no cookie: each request brings its own."""

    def __init__(self, edge: str, services: Mapping[str, str], minter: Minter) -> None:
        self.edge, self.services, self.minter = edge, services, minter
        transport = httpx.HTTPTransport(local_address="127.0.0.18")  # tries of its own at /login
        self.http = httpx.Client(transport=transport, timeout=30)
        self.http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def close(self) -> None:
        self.http.close()

    def ask(self, actor: Actor, case: Case, *, direct: bool = False) -> Answer:
        """As a page or a system of ours would ask it."""
        if direct or case.is_internal:
            proof = self.internal_proof(actor, case.service)
            return self.send(case, actor.csrf, proof, self.services[case.service])
        return self.send(case, actor.csrf, actor.proof(case.way) | OWN_PAGE)

    def internal_proof(self, actor: Actor, service: str) -> dict[str, str]:
        if actor.identity is None:
            return {}
        token = self.minter.token(actor.identity, AUDIENCES.get(service, service))
        return {"Authorization": f"Bearer {token}"}

    def send(self, case: Case, csrf: str, headers: Mapping[str, str], base: str = "") -> Answer:
        content = {} if case.is_safe else written(case, csrf)
        fields = {"Idempotency-Key": str(uuid4()), **content.pop("headers", {}), **headers}
        got = self.http.request(
            case.method, (base or self.edge) + case.path, headers=fields, **content
        )
        return Answer(
            got.status_code,
            "\n".join(got.headers.values()),
            got.content,
            f"{case.path} {content.get('content', '')}",
            got.headers.get("location", ""),
            leaves=bool(csrf) and case.path == "/logout",
        )


def written(case: Case, csrf: str) -> dict[str, Any]:
    """A form with its token and perhaps a file, a JSON text, or the bytes of a file."""
    own = {"csrf_token": csrf} if csrf else {}
    if "file" in case.body and case.way == PAGE:
        return with_file(own, case.body)
    if "file" in case.body:
        kind = {"Content-Type": case.body.get("type", "application/octet-stream")}
        return {"content": case.body["file"], "headers": kind}
    if case.way == API:
        return {"content": json.dumps(case.body), "headers": {"Content-Type": "application/json"}}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return {"content": urlencode(own | dict(case.body), doseq=True), "headers": kind}


def with_file(own: dict[str, str], body: Mapping[str, str]) -> dict[str, Any]:
    """As a browser writes it: the fields, and then the file."""
    kind = body.get("type", "application/octet-stream")
    files = {"file": ("more.csv", body["file"].encode(), kind)}
    form = httpx.Request("POST", "https://tandem.example", data=own, files=files)
    return {"content": form.read(), "headers": {"Content-Type": form.headers["Content-Type"]}}
