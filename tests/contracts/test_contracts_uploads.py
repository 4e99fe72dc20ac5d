"""Large files pass through as a stream: by page and by API, into the store, with a checksum."""

import hashlib
import io
import tracemalloc
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import somebody, stored_files
from support.database import Sessions, rows

from services.contracts.agreements.domain import Contract
from services.contracts.delivery.persistence import deliverables
from shared.files import LocalStorage, files
from shared.kernel import uuid7

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


def by_api(client: FlaskClient, contract: Contract, body: Body, size: int) -> Any:
    path = f"/api/v1/milestones/{contract.milestones[0].id}/deliverables?name=big.zip"
    return send(client, path, body, size, "application/zip")


def by_page(client: FlaskClient, contract: Contract, size: int) -> tuple[Any, Body]:
    fields = {"csrf_token": somebody("member").csrf, "idempotency_key": str(uuid7())}
    head = b"".join(
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head += b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="big.zip"\r\n\r\n'
    tail = b"\r\n--xyz--\r\n"
    body = Body(size, head, tail)
    path = f"/portal/milestones/{contract.milestones[0].id}/deliverables"
    whole = len(head) + size + len(tail)
    return send(client, path, body, whole, "multipart/form-data; boundary=xyz"), body


def send(client: FlaskClient, path: str, body: Body, size: int, media_type: str) -> Any:
    """As a server hands it on: read when the view reads."""
    raw = {
        "wsgi.input": io.BufferedReader(body, 65_536),
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": media_type,
    }
    headers = bearer("member", **{"Idempotency-Key": str(uuid7())})
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
