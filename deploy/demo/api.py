"""The product's API as a person or a client calls it."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

from deploy.demo.journal import Journal

T = TypeVar("T")
TOKEN_LIFE_S = 500
WAIT_S = 60.0


class ApiError(Exception):
    """The product answered with an error; `status` and `body` say which."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status, self.body = answer.status_code, answer.text
        super().__init__(f"{answer.request.method} {answer.request.url} {self.status}: {self.body}")


class Api:
    """Calls with a bearer token that is renewed in time. With a journal, changes are made once."""

    def __init__(
        self, base_url: str, authenticate: Callable[[], str], journal: Journal | None = None
    ) -> None:
        self.journal = journal
        self.http = httpx.Client(base_url=base_url, timeout=30)
        self.authenticate, self.token, self.until = authenticate, "", 0.0

    @classmethod
    def of_client(
        cls,
        base_url: str,
        client_id: str,
        client_secret: str,
        scope: str = "",
        journal: Journal | None = None,
    ) -> Self:
        def authenticate() -> str:
            form = {"grant_type": "client_credentials", "scope": scope}
            answer = httpx.post(
                f"{base_url}/oauth/token", data=form, auth=(client_id, client_secret)
            )
            return str(checked(answer).json()["access_token"])

        return cls(base_url, authenticate, journal)

    def close(self) -> None:
        self.http.close()

    def bearer(self) -> dict[str, str]:
        if time.monotonic() > self.until:
            self.token, self.until = self.authenticate(), time.monotonic() + TOKEN_LIFE_S
        return {"Authorization": f"Bearer {self.token}"}

    def call(self, method: str, path: str, *, key: str = "", **sent: Any) -> Any:
        if method == "GET":
            return self.send(method, path, **sent)
        if self.journal is None:
            return self.change(key or str(uuid4()), method, path, **sent)

        def step(own: str, again: bool) -> Any:
            try:
                return self.change(key or own, method, path, **sent)
            except ApiError as fault:
                if again and fault.status == HTTPStatus.CONFLICT:
                    return None  # it was done, and only its answer was lost
                raise

        return self.journal.once(f"{method} {path}", step)

    def change(self, key: str, method: str, path: str, **sent: Any) -> Any:
        headers = {"Idempotency-Key": key} | sent.pop("headers", {})
        return self.send(method, path, headers=headers, **sent)

    def send(self, method: str, path: str, **sent: Any) -> Any:
        headers = self.bearer() | sent.pop("headers", {})
        answer = checked(self.http.request(method, f"/api/v1{path}", headers=headers, **sent))
        return answer.json() if answer.content else None

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str = "") -> Any:
        return self.call("POST", path, json=dict(body or {}), key=key)

    def put(self, path: str, body: Mapping[str, Any], *, key: str = "") -> Any:
        return self.call("PUT", path, json=dict(body), key=key)

    def upload(self, path: str, name: str, content: bytes) -> Any:
        headers = {"Content-Type": "application/octet-stream"}
        return self.call("POST", path, params={"name": name}, content=content, headers=headers)


def checked(answer: httpx.Response) -> httpx.Response:
    if answer.is_error:
        raise ApiError(answer)
    return answer


def eventually(look: Callable[[], T | None], what: str, *, within: float = WAIT_S) -> T:
    """What an event brings about, as soon as it is there."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise TimeoutError(f"{what} did not come within {within:.0f} s")
