"""Large files pass through as a stream: by page and by API, into the store, with a checksum."""

import hashlib
import io
import os
import tracemalloc
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import in_force, somebody, stored_files
from support.database import Sessions, rows

from services.contracts.agreements.domain import Contract
from services.contracts.config import Settings
from services.contracts.delivery.jobs import sweep_files
from services.contracts.delivery.persistence import deliverables
from services.contracts.worker import CRON
from shared.files import LocalStorage, files
from shared.jobs import Context
from shared.kernel import uuid7
from shared.web.idempotency import answered_once

MB = 1024**2
BLOCK = bytes(range(256)) * 256


class Body(io.RawIOBase):
    """`size` bytes between a head and a tail, made while they are read."""

    def __init__(self, size: int, head: bytes = b"", tail: bytes = b"") -> None:
        self.head, self.left, self.tail = io.BytesIO(head), size, io.BytesIO(tail)
        self.given, self.digest = 0, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.head.read(len(buffer)) or self.middle(buffer) or self.tail.read(len(buffer))
        buffer[: len(data)] = data
        self.given += len(data)
        return len(data)

    def middle(self, buffer: Any) -> bytes:
        data = BLOCK[: min(len(buffer), self.left)]
        self.left -= len(data)
        self.digest.update(data)
        return data


def by_api(client: FlaskClient, contract: Contract, body: Any, size: int, key: Any = None) -> Any:
    path = f"/api/v1/milestones/{contract.milestones[0].id}/deliverables?name=big.zip"
    return send(client, path, body, size, "application/zip", key)


def by_page(client: FlaskClient, contract: Contract, size: int) -> tuple[Any, Body]:
    head, tail = form_around(uuid7())
    body = Body(size, head, tail)
    return by_form(client, contract, body, len(head) + size + len(tail)), body


def form_around(key: Any) -> tuple[bytes, bytes]:
    fields = {"csrf_token": somebody("member").csrf, "idempotency_key": str(key)}
    head = b"".join(
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head += b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="big.zip"\r\n\r\n'
    return head, b"\r\n--xyz--\r\n"


def by_form(client: FlaskClient, contract: Contract, body: Any, size: int) -> Any:
    path = f"/portal/milestones/{contract.milestones[0].id}/deliverables"
    raw = {
        "wsgi.input": io.BufferedReader(body, 65_536),
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": "multipart/form-data; boundary=xyz",
    }
    return client.post(path, environ_overrides=raw, headers=bearer("member"))


def send(
    client: FlaskClient, path: str, body: Any, size: int, media_type: str, key: Any = None
) -> Any:
    """As a server hands it on: read when the view reads."""
    raw = {
        "wsgi.input": io.BufferedReader(body, 65_536),
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": media_type,
    }
    headers = bearer("member", **{"Idempotency-Key": str(key or uuid7())})
    return client.post(path, environ_overrides=raw, headers=headers)


@pytest.mark.parametrize("way", ["api", "page"])
def test_forty_megabytes_pass_without_growth(
    client: FlaskClient, known: Sessions, contract: Contract, storage: LocalStorage, way: str
) -> None:
    size = 40 * MB
    tracemalloc.start()
    if way == "api":
        body = Body(size)
        assert by_api(client, contract, body, size).status_code == 201
    else:
        answer, body = by_page(client, contract, size)
        assert answer.status_code == 303
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * MB
    [file] = rows(known, files)
    assert (file.size, file.sha256) == (size, body.digest.hexdigest())
    [stored] = stored_files(storage)
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == file.sha256


@pytest.mark.parametrize("way", ["api", "page"])
def test_one_byte_too_many_leaves_nothing(
    client: FlaskClient, known: Sessions, contract: Contract, storage: LocalStorage, way: str
) -> None:
    size = 50 * MB + 1
    if way == "api":
        answer = by_api(client, contract, Body(size), size)
    else:
        answer, _ = by_page(client, contract, size)
    assert answer.status_code == 413 and "50 MB" in answer.text
    assert stored_files(storage) == rows(known, files) == rows(known, deliverables) == []


def test_a_body_that_breaks_off_leaves_nothing(
    client: FlaskClient, known: Sessions, contract: Contract, storage: LocalStorage
) -> None:
    answer = by_api(client, contract, Body(MB), 2 * MB)
    assert answer.status_code == 400
    assert stored_files(storage) == rows(known, files) == []


def test_what_is_not_wanted_is_refused_before_it_is_read(
    client: FlaskClient, contract: Contract
) -> None:
    assert by_api(client, contract, Body(10), 10).status_code == 201
    body = Body(40 * MB)
    assert by_api(client, contract, body, 40 * MB).status_code == 409
    assert body.given < MB
    answer, body = by_page(client, contract, 40 * MB)
    assert answer.status_code == 409 and body.given < MB


class Watching(Body):
    """Looks, while it is read, at how many connections are held."""

    def __init__(self, size: int, head: bytes, tail: bytes, engine: sa.Engine) -> None:
        super().__init__(size, head, tail)
        self.engine, self.held = engine, list[int]()

    def readinto(self, buffer: Any) -> int:
        pool: Any = self.engine.pool
        self.held.append(pool.checkedout())
        return super().readinto(buffer)


@pytest.mark.parametrize("way", ["api", "page"])
def test_no_connection_is_held_while_a_file_comes_in(
    client: FlaskClient, second_engine: sa.Engine, committing: Sessions, way: str
) -> None:
    contract = in_force(committing)
    client.application.extensions["sessions"] = committing
    if way == "api":
        body = Watching(MB, b"", b"", second_engine)
        answer = by_api(client, contract, body, MB)
        assert answer.status_code == 201
    else:
        head, tail = form_around(uuid7())
        body = Watching(MB, head, tail, second_engine)
        answer = by_form(client, contract, body, len(head) + MB + len(tail))
        assert answer.status_code == 303
    assert len(body.held) > 10 and set(body.held) == {0}


@pytest.mark.parametrize("way", ["api", "page"])
def test_another_file_of_the_same_length_is_another_body(
    client: FlaskClient, known: Sessions, contract: Contract, storage: LocalStorage, way: str
) -> None:
    key, right, wrong = uuid7(), b"corrected", b"erroneous"

    def upload(content: bytes) -> Any:
        if way == "api":
            return by_api(client, contract, io.BytesIO(content), len(content), key)
        head, tail = form_around(key)
        whole = head + content + tail
        return by_form(client, contract, io.BytesIO(whole), len(whole))

    first, again, other = upload(wrong), upload(wrong), upload(right)
    assert first.status_code == again.status_code == (201 if way == "api" else 303)
    assert "Idempotency-Replayed" in again.headers and again.json == first.json
    assert other.status_code == 422
    said = "Idempotency-Key was used" if way == "api" else "This form was sent before"
    assert said in other.text
    [file] = rows(known, files)
    assert file.sha256 == hashlib.sha256(wrong).hexdigest()
    assert [path.read_bytes() for path in stored_files(storage)] == [wrong]


def answer_lost(*said: Any) -> Any:
    """The COMMIT is done, and the connection breaks before we hear of it."""
    answered_once(*said)
    raise ConnectionError("server closed the connection unexpectedly")


@pytest.mark.parametrize("way", ["api", "page"])
def test_a_lost_answer_to_the_commit_leaves_row_and_bytes(
    client: FlaskClient, known: Sessions, contract: Contract, storage: LocalStorage,
    monkeypatch: pytest.MonkeyPatch, way: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("shared.web.idempotency.answered_once", answer_lost)
    if way == "api":
        answer = by_api(client, contract, Body(99), 99)
    else:
        answer, _ = by_page(client, contract, 99)
    assert answer.status_code == 500
    [file] = rows(known, files)
    [stored] = stored_files(storage)
    assert stored == storage.root / file.key and len(rows(known, deliverables)) == 1


def test_what_no_row_names_is_swept_after_a_day(
    client: FlaskClient, known: Sessions, contract: Contract, storage: LocalStorage,
    settings: Settings,
) -> None:  # fmt: skip
    by_api(client, contract, Body(99), 99)
    kept = [*stored_files(storage), storage.root / "rfp/bids/of-another-service"]
    orphans = ("contracts/deliverables/orphan", "contracts/deliverables/half.partial")
    for name in (*orphans, "rfp/bids/of-another-service"):
        storage.put(name, [b"x"])
    for path in stored_files(storage):
        then = path.stat().st_mtime - 24 * 3600 - 60
        os.utime(path, (then, then))
    storage.put("contracts/deliverables/young", [b"x"])
    sweep_files(Context(known, settings))
    assert {*stored_files(storage)} == {*kept, storage.root / "contracts/deliverables/young"}
    assert ["sweep_files"] in CRON.values()
