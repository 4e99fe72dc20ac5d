"""Files pass through: fields first, no copy on disk, no growth in memory."""

import io
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions
from support.web_app import LIMIT, make_app
from werkzeug.test import TestResponse

from shared.web.uploads import safe_name

MB = 1024**2
TYPE = "multipart/form-data; boundary=xyz"
CSRF = ("csrf_token", "csrf-buyer")


@pytest.fixture
def client(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    """Whatever is written to the temporary folder fails the test."""
    folder = tmp_path / "tmp"
    folder.mkdir(mode=0o500)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield make_app(sessions, tmp_path).test_client()
    assert not list(folder.iterdir())


class Endless(io.RawIOBase):
    """A body of `size` bytes between a head and a tail, made while it is read."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.head, self.left, self.tail = io.BytesIO(head), size, io.BytesIO(tail)
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = (
            self.head.read(len(buffer)) or self.middle(len(buffer)) or self.tail.read(len(buffer))
        )
        buffer[: len(data)] = data
        self.given += len(data)
        return len(data)

    def middle(self, room: int) -> bytes:
        size = min(room, self.left)
        self.left -= size
        return b"\r\n-x"[:4] * (size // 4) + b"x" * (size % 4)


def part(name: str, value: str) -> bytes:
    return f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def file_head(filename: str = "a.pdf") -> bytes:
    return (
        f'--xyz\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode()


def send(client: FlaskClient, *parts: bytes, **headers: str) -> TestResponse:
    body = b"".join(parts) + b"--xyz--\r\n"
    return client.post(
        "/admin/files", data=body, content_type=TYPE, headers=bearer("buyer") | headers
    )


def stream(client: FlaskClient, body: Endless, size: int) -> TestResponse:
    """As a server hands it on: read when the view reads."""
    raw = {
        "wsgi.input": io.BufferedReader(body, 65_536),
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": TYPE,
    }
    return client.post("/admin/files", environ_overrides=raw, headers=bearer("buyer"))


def test_fields_and_file_arrive(client: FlaskClient) -> None:
    answer = send(
        client, part(*CSRF), part("note", "报告"), file_head("../报告.pdf"), b"123456\r\n"
    )
    assert answer.json == {"name": "报告.pdf", "size": 6, "note": "报告"}


def test_an_empty_file_input_is_no_file(client: FlaskClient) -> None:
    answer = send(client, part(*CSRF), file_head(""), b"\r\n", part("note", "x"))
    assert answer.json == {"name": None, "note": "x"}


def test_fifty_megabytes_pass_without_growth(client: FlaskClient) -> None:
    head, tail = part(*CSRF) + file_head(), b"\r\n--xyz--\r\n"
    body = Endless(head, 50 * MB, tail)
    size = len(head) + 50 * MB + len(tail)
    tracemalloc.start()
    answer = stream(client, body, size)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.json and answer.json["size"] == 50 * MB
    assert peak < 4 * MB


def test_a_forged_upload_is_refused_before_its_file_is_read(client: FlaskClient) -> None:
    body = Endless(part("csrf_token", "wrong") + file_head(), 50 * MB, b"")
    answer = stream(client, body, 51 * MB)
    assert answer.status_code == 403
    assert body.given < MB


def test_the_token_stands_first_and_the_file_last(client: FlaskClient) -> None:
    assert send(client, file_head(), b"1\r\n", part(*CSRF)).status_code == 403
    assert send(client, part("note", "x"), part(*CSRF), file_head(), b"1\r\n").status_code == 403
    late = send(client, part(*CSRF), file_head(), b"1\r\n", part("note", "x"))
    assert late.status_code == 400
    assert "the file comes last" in late.text


def test_a_second_file_is_refused(client: FlaskClient) -> None:
    answer = send(client, part(*CSRF), file_head(), b"1\r\n", file_head("b.pdf"), b"2\r\n")
    assert answer.status_code == 400


def test_a_file_over_the_limit_is_refused(client: FlaskClient) -> None:
    body = Endless(part(*CSRF) + file_head(), LIMIT + MB, b"\r\n--xyz--\r\n")
    answer = stream(client, body, LIMIT + 2 * MB)
    assert answer.status_code == 413
    assert "at most 60 MB" in answer.text


def test_headers_without_end_are_refused(client: FlaskClient) -> None:
    body = Endless(b"--xyz\r\nContent-Disposition: ", 50 * MB, b"")
    body.middle = lambda room: b"x" * room  # type: ignore[method-assign]  # no line ends
    assert stream(client, body, 51 * MB).status_code == 413
    assert body.given < 3 * MB


def test_fields_over_the_limit_are_refused(client: FlaskClient) -> None:
    assert send(client, part(*CSRF), part("note", "x" * 2 * MB)).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        part(*CSRF),
        part(*CSRF) + file_head() + b"12",
        b"--xyz\r\n\r\n\r\n--xyz--\r\n",
        b"--xyz\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xyz--\r\n",
    ],
)
def test_a_body_that_breaks_off_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/admin/files", data=body, content_type=TYPE, headers=bearer("buyer"))
    assert answer.status_code in (400, 403)


def test_a_form_without_boundary_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/admin/files", data=b"x", content_type="multipart/form-data", headers=bearer("buyer")
    )
    assert answer.status_code == 400


def test_a_raw_body_is_a_file_too(client: FlaskClient) -> None:
    answer = client.post("/api/v1/files?name=a/b.csv", data=b"12345", headers=bearer("huayun"))
    assert answer.json == {"name": "b.csv", "size": 5}
    announced = {"CONTENT_LENGTH": str(LIMIT + 1)}
    huge = client.post("/api/v1/files", environ_overrides=announced, headers=bearer("huayun"))
    assert huge.status_code == 413


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\x\\report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("  a\u202egpj.exe ", "agpj.exe"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("..", "file"),
        ("", "file"),
        ("投标" * 100 + ".pdf", "投标" * 32 + "投.pdf"),
    ],
)
def test_file_names_are_cleaned(sent: str, kept: str) -> None:
    assert safe_name(sent) == kept
    assert len(safe_name(sent).encode()) <= 200
