"""Files of a bid on the vendor's pages."""

import io
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.bid_pages import filled_in, form_path, press, saved_draft, to_the_check
from support.bids import send_file
from support.database import Sessions, rows
from support.pages import Browser
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from services.rfp.bids.persistence import bid_drafts, bid_files
from services.rfp.config import Settings
from services.rfp.tenders.domain import Rfp
from shared.kernel import uuid7

Clock = Callable[[datetime], None]


@pytest.fixture
def browser(client: FlaskClient, rfp: Rfp) -> Browser:
    browser = Browser(client, "huayun")
    browser.get(form_path(rfp))
    return browser


class TestFile:
    content = os.urandom(300_000)

    def upload(
        self, client: FlaskClient, rfp: Rfp, content: bytes, name: str = "方案.pdf", **fields: str
    ) -> TestResponse:
        browser = Browser(client, "huayun")
        browser.get(form_path(rfp))
        sent: dict[str, Any] = {**browser.form("/lots/").fields, **fields}
        sent["file"] = FileStorage(io.BytesIO(content), name, content_type="application/pdf")
        body, _, boundary = stream_encode_multipart(sent, use_tempfile=False)
        return client.post(
            form_path(rfp),
            data=body.read(),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=bearer("huayun"),
        )

    def test_a_file_is_kept_with_what_was_typed(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
    ) -> None:
        answer = self.upload(client, rfp, self.content, solution="typed before")
        assert answer.status_code == 303, answer.text
        draft = saved_draft(client, rfp)
        assert draft["solution"] == "typed before"
        [file] = draft["files"]
        assert (file["name"], file["size"]) == ("方案.pdf", 300_000)
        [row] = rows(sessions, bid_files)
        kept = (settings.data / "storage" / "rfp" / row.key).read_bytes()
        assert self.content[:64] not in kept

    def test_an_upload_is_never_spooled(
        self, client: FlaskClient, rfp: Rfp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Werkzeug would write it into a temporary file in the clear."""
        made: list[Any] = []
        for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile"):
            monkeypatch.setattr(f"tempfile.{name}", lambda *a, **k: made.append(a))
        monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", made.append)
        assert self.upload(client, rfp, os.urandom(3_000_000)).status_code == 303
        assert made == []

    def test_files_are_listed_with_their_checksum_and_removed(
        self, client: FlaskClient, rfp: Rfp, browser: Browser
    ) -> None:
        file = send_file(client, rfp, "huayun", b"x", name="concept.pdf").json
        browser.get(form_path(rfp))
        assert "concept.pdf" in browser.text and file["sha256"] in browser.text
        press(browser, f"?remove={file['id']}")
        assert "concept.pdf" not in browser.text
        answer = client.post(
            f"{form_path(rfp)}?remove={uuid7()}",
            data=browser.form("/lots/").fields,
            headers=bearer("huayun"),
        )
        assert answer.status_code == 409

    def test_files_go_with_the_bid(
        self, client: FlaskClient, rfp: Rfp, browser: Browser, sessions: Sessions
    ) -> None:
        send_file(client, rfp, "huayun", b"x", name="concept.pdf")
        browser.get(form_path(rfp))
        to_the_check(browser)
        assert "concept.pdf" in browser.text
        browser.submit("/bid")
        assert saved_draft(client, rfp)["files"][0]["name"] == "concept.pdf"

    def test_a_forged_upload_is_refused_before_its_file_is_read(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        assert self.upload(client, rfp, b"x", csrf_token="").status_code == 403
        assert self.upload(client, rfp, b"x", csrf_token="csrf-nordwind").status_code == 403
        assert rows(sessions, bid_files) == rows(sessions, bid_drafts) == []
        assert self.upload(client, rfp, b"x").status_code == 303

    def test_a_file_that_is_too_large_is_refused_and_leaves_nothing(
        self, client: FlaskClient, rfp: Rfp, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.rfp.bids.usecases.FILE_BYTES", 100_000)
        answer = self.upload(client, rfp, self.content)
        assert answer.status_code == 413
        assert [p for p in (settings.data / "storage").rglob("*") if p.is_file()] == []

    @pytest.mark.parametrize("htmx", [False, True])
    def test_after_a_refused_file_the_page_goes_on_with_what_was_typed(
        self, client: FlaskClient, rfp: Rfp, htmx: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.rfp.bids.usecases.FILE_BYTES", 1024**2)
        browser = Browser(client, "huayun", htmx=htmx)
        browser.get(form_path(rfp))
        for content, status, why in (
            (b"x" * (1024**2 + 1), 413, "“big.pdf” is larger than 1 MB and was not uploaded."),
            (b"", 422, "“big.pdf” is empty."),
        ):
            form: dict[str, Any] = {**browser.form("/lots/").fields, **filled_in()}
            form["file"] = FileStorage(io.BytesIO(content), "big.pdf")
            sent, _, boundary = stream_encode_multipart(form, use_tempfile=False)
            kind = f"multipart/form-data; boundary={boundary}"
            about = {"content_type": kind, "headers": browser.headers}
            browser.keep(client.post(form_path(rfp), data=sent.read(), **about), status)
            assert why in browser.text and 'id="file-error"' in browser.text
            assert "Twelve agents in Dalian." in browser.text
        press(browser, "", 303, solution="and it goes on")
        assert saved_draft(client, rfp)["solution"] == "and it goes on"
        to_the_check(browser)

    def test_an_upload_that_breaks_off_leaves_the_draft_as_the_page_knows_it(
        self, client: FlaskClient, rfp: Rfp, browser: Browser
    ) -> None:
        sent: dict[str, Any] = {**browser.form("/lots/").fields, "solution": "typed"}
        sent["file"] = FileStorage(io.BytesIO(self.content), "a.pdf")
        body, _, boundary = stream_encode_multipart(sent, use_tempfile=False)
        answer = client.post(
            form_path(rfp),
            data=body.read()[:-9_000],
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=browser.headers,
        )
        assert answer.status_code == 400
        press(browser, "", 303, solution="typed and more")
        assert saved_draft(client, rfp)["solution"] == "typed and more"

    def test_the_same_words_sent_again_are_no_conflict(
        self, client: FlaskClient, rfp: Rfp, browser: Browser
    ) -> None:
        """The answer to the first time was lost on its way."""
        sent = {**browser.form("/lots/").fields, **filled_in()}
        for _ in range(2):
            assert (
                client.post(form_path(rfp), data=sent, headers=browser.headers).status_code == 303
            )
