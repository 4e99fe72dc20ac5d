"""The vendor's pages of a bid: form, check, receipt, list; with and without htmx."""

import io
import os
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.bids import PRICE, an_offer, lot_path, send_bid, send_file
from support.database import Sessions, rows
from support.pages import HTMX, Browser, parse
from support.rfps import a_plan, an_rfp, stored
from werkzeug.test import TestResponse

from services.rfp.bids.persistence import bid_drafts, bid_files, bids
from services.rfp.config import Settings
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.vendors.persistence import vendors
from shared.kernel import uuid7

Clock = Callable[[datetime], None]


def form_path(rfp: Rfp, lot: int = 0) -> str:
    return f"/portal/bids/lots/{rfp.lots[lot].id}"


def filled_in(**changes: str) -> dict[str, str]:
    whole = {
        "solution": "Twelve agents in Dalian.",
        "lines-0-title": "Agents",
        "lines-0-kind": "monthly",
        "lines-0-quantity": "4",
        "lines-0-unit_price": "250.00",
        "lines-1-title": "Transition",
        "lines-1-kind": "one_off",
        "lines-1-quantity": "1",
        "lines-1-unit_price": PRICE,
        "promises-0-value": "96.5",
    }
    return whole | changes


@pytest.fixture
def browser(client: FlaskClient, rfp: Rfp) -> Browser:
    browser = Browser(client, "huayun")
    browser.get(form_path(rfp))
    return browser


def press(browser: Browser, button: str, status: int = 303, **typed: str) -> TestResponse:
    """A button of the form whose address ends with `button`, such as `?step=check`."""
    form = browser.form("/portal/bids/lots/")
    assert not button or f'formaction="{form.action}{button}"' in browser.text
    sent: dict[str, Any] = {**form.fields, **typed}
    answer = browser.client.post(form.action + button, data=sent, headers=browser.headers)
    browser.keep(answer, status)
    return browser.get(answer.location) if status == 303 else answer


def to_the_check(browser: Browser, **changes: str) -> TestResponse:
    return press(browser, "?step=check", **filled_in(**changes))


def submit(browser: Browser, **changes: str) -> TestResponse:
    to_the_check(browser, **changes)
    return browser.submit("/bid")


def saved_draft(client: FlaskClient, rfp: Rfp) -> Any:
    return client.get(lot_path(rfp, "draft"), headers=bearer("huayun")).json


class TestForm:
    def test_a_bid_is_written_checked_and_submitted(
        self, browser: Browser, rfp: Rfp, sessions: Sessions
    ) -> None:
        assert "Draft, not a bid yet" in browser.text
        to_the_check(browser)
        for shown in ("Twelve agents in Dalian.", "Transition", "987,654.32", "999,654.32", "96.5"):
            assert shown in browser.text
        assert rows(sessions, bids) == []
        browser.submit("/bid")
        [bid] = rows(sessions, bids)
        assert "Your bid is sealed" in browser.text and bid.sha256 in browser.text
        assert PRICE not in browser.text and "Dalian" not in browser.text

    def test_a_draft_is_saved_right_or_wrong(
        self, browser: Browser, client: FlaskClient, rfp: Rfp
    ) -> None:
        press(browser, "", 303, **filled_in(**{"lines-0-quantity": "many", "solution": ""}))
        assert 'value="many"' in browser.text and "Draft saved" in browser.text
        assert "No sum yet" in browser.text and "987,654.32" in browser.text
        draft = saved_draft(client, rfp)
        assert [line["title"] for line in draft["lines"]] == ["Agents", "Transition"]

    def test_what_is_missing_is_said_beside_it_and_nothing_is_lost(
        self, browser: Browser, client: FlaskClient, rfp: Rfp
    ) -> None:
        wrong = {"lines-0-unit_price": "0", "lines-1-quantity": "x", "promises-0-value": "89"}
        press(browser, "?step=check", 422, **filled_in(**wrong))
        assert 'href="#lines-0-unit_price"' in browser.text
        assert 'href="#lines-1-quantity"' in browser.text
        assert "Write a number above zero." in browser.text
        mended = filled_in(**{"promises-0-value": "89"})
        press(browser, "?step=check", 422, **mended)
        assert "89 does not meet the minimum of 90" in browser.text
        assert 'href="#promises-0-value"' in browser.text
        assert saved_draft(client, rfp)["solution"] == "Twelve agents in Dalian."

    def test_an_empty_form_names_each_part(self, browser: Browser) -> None:
        press(browser, "?step=check", 422)
        for name in ("solution", "promises-0-value"):
            assert f'href="#{name}"' in browser.text
        press(browser, "?step=check", 422, solution="x", **{"promises-0-value": "95"})
        assert 'href="#lines-0-title"' in browser.text
        assert "Add at least one price line." in browser.text

    def test_rows_are_added_and_removed_and_blank_ones_go(
        self, browser: Browser, client: FlaskClient, rfp: Rfp
    ) -> None:
        press(browser, "?add=lines", **filled_in())
        assert 'name="lines-2-title"' in browser.text and "autofocus" in browser.text
        press(browser, "?remove=lines-0")
        assert 'value="Transition"' in browser.text and 'value="Agents"' not in browser.text
        assert len(saved_draft(client, rfp)["lines"]) == 1
        to_the_check(browser)

    def test_text_that_cannot_be_kept_is_shown_again(self, browser: Browser) -> None:
        press(browser, "", 422, **filled_in(solution="x" * 20_001))
        assert "x" * 20_001 in browser.text and 'value="Transition"' in browser.text
        press(browser, "", 422, **filled_in(**{"lines-0-title": "a\0b"}))

    @pytest.mark.parametrize("htmx", [False, True])
    def test_with_and_without_htmx(self, client: FlaskClient, rfp: Rfp, htmx: bool) -> None:
        browser = Browser(client, "huayun", htmx=htmx)
        browser.get(form_path(rfp))
        assert ("<html" in browser.text) is not htmx
        submit(browser)
        assert "Your bid is sealed" in browser.text
        browser.get("/portal/bids")
        assert "Receipt of version 1" in browser.text
        assert ("<html" in browser.text) is not htmx

    def test_both_languages(
        self, client: FlaskClient, rfp: Rfp, actors: dict[str, Any], browser: Browser
    ) -> None:
        from dataclasses import replace

        actors["huayun"] = replace(actors["huayun"], locale="zh-Hans")
        browser.get(form_path(rfp))
        assert "密封" in browser.text and "Save draft" not in browser.text
        press(browser, "?step=check", 422)
        submit(browser)
        browser.get("/portal/bids")


class TestFile:
    content = os.urandom(300_000)

    def upload(
        self, client: FlaskClient, rfp: Rfp, content: bytes, name: str = "方案.pdf", **fields: str
    ) -> TestResponse:
        browser = Browser(client, "huayun")
        browser.get(form_path(rfp))
        sent: dict[str, Any] = {**browser.form("/lots/").fields, **fields}
        sent["file"] = (io.BytesIO(content), name, "application/pdf")
        return client.post(form_path(rfp), data=sent, headers=bearer("huayun"))

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


class TestSubmission:
    def test_a_bid_is_replaced_from_the_draft(
        self, browser: Browser, rfp: Rfp, sessions: Sessions
    ) -> None:
        submit(browser)
        browser.get(form_path(rfp))
        assert "Version 1 is sealed" in browser.text and f'value="{PRICE}"' in browser.text
        to_the_check(browser, **{"lines-1-unit_price": "1000"})
        assert "Replace sealed bid" in browser.text
        browser.submit("/bid")
        assert {bid.version: bid.state for bid in rows(sessions, bids)} == {
            1: "replaced",
            2: "submitted",
        }

    def test_a_form_sent_twice_is_one_bid(self, browser: Browser, sessions: Sessions) -> None:
        to_the_check(browser)
        form = browser.form("/bid")
        for _ in range(2):
            answer = browser.client.post(form.action, data=form.fields, headers=browser.headers)
            assert answer.status_code == 303
        [bid] = rows(sessions, bids)
        assert answer.location.endswith(str(bid.id))

    def test_what_was_changed_after_the_check_is_not_submitted(
        self, browser: Browser, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        to_the_check(browser)
        client.put(lot_path(rfp, "draft"), json=an_offer(rfp), headers=bearer("huayun"))
        answer = browser.submit("/bid", 409)
        assert "Somebody of your company has changed this draft" in answer.text
        assert rows(sessions, bids) == []

    def test_two_who_edit_one_draft_do_not_overwrite_each_other(
        self, browser: Browser, client: FlaskClient, rfp: Rfp
    ) -> None:
        colleague = Browser(client, "huayun")
        colleague.get(form_path(rfp))
        press(browser, "", 303, solution="mine")
        press(colleague, "", 409, solution="theirs")
        assert saved_draft(client, rfp)["solution"] == "mine"

    def test_an_incomplete_draft_is_not_submitted(
        self, browser: Browser, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        to_the_check(browser)
        sent = browser.form("/bid").fields
        client.put(lot_path(rfp, "draft"), json=an_offer(rfp, lines=[]), headers=bearer("huayun"))
        answer = client.post(f"{form_path(rfp)}/bid", data=sent, headers=bearer("huayun"))
        assert answer.status_code == 422 and "Add at least one price line." in answer.text
        browser.get(f"{form_path(rfp)}/check", 303)
        assert rows(sessions, bids) == []

    def test_after_the_deadline_the_form_is_closed(
        self, browser: Browser, rfp: Rfp, sessions: Sessions, clock: Clock
    ) -> None:
        to_the_check(browser)
        clock(rfp.deadline_at)
        answer = browser.submit("/bid", 409)
        assert "takes no more bids" in answer.text
        assert rows(sessions, bids) == []

    def test_a_closed_lot_shows_no_draft(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        from services.rfp.tenders.persistence import rfps

        client.put(lot_path(rfp, "draft"), json=an_offer(rfp), headers=bearer("huayun"))
        with sessions.begin() as session:
            past = sa.text("clock_timestamp() - interval '1 second'")
            session.execute(sa.update(rfps).values(deadline_at=past))
        browser = Browser(client, "huayun")
        browser.get(form_path(rfp))
        assert "Bids are closed" in browser.text and "Dalian" not in browser.text
        assert "Your company has not submitted a bid" in browser.text
        browser.get(f"{form_path(rfp)}/check", 303)
        browser.get("/portal/bids")
        assert "Was not submitted" in browser.text


class TestWhoMay:
    def paths(self, rfp: Rfp) -> list[tuple[str, str]]:
        form = form_path(rfp)
        return [("GET", form), ("POST", form), ("GET", f"{form}/check"), ("POST", f"{form}/bid"),
                ("GET", "/portal/bids"), ("GET", f"/portal/bids/{uuid7()}")]  # fmt: skip

    def test_staff_and_strangers_are_refused(self, client: FlaskClient, rfp: Rfp) -> None:
        for method, path in self.paths(rfp):
            assert client.open(path, method=method).status_code == 401
            for who in ("buyer", "opener1", "auditor"):
                answer = client.open(path, method=method, headers=bearer(who))
                assert answer.status_code == 403, (who, path)

    def test_an_uninvited_vendor_finds_nothing(self, client: FlaskClient, rfp: Rfp) -> None:
        for method, path in self.paths(rfp)[:4]:
            sent = {"csrf_token": "csrf-stranger", "idempotency_key": str(uuid7()), "seen": ""}
            answer = client.open(path, method=method, data=sent, headers=bearer("stranger"))
            assert answer.status_code == 404, path
            parse(answer)

    def test_a_page_that_is_not_ours_changes_nothing(
        self, browser: Browser, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        press(browser, "", 403, csrf_token="csrf-nordwind", **filled_in())
        browser.get(form_path(rfp))
        to_the_check(browser)
        sent = {**browser.form("/bid").fields, "csrf_token": ""}
        path = f"{form_path(rfp)}/bid"
        assert client.post(path, data=sent, headers=bearer("huayun")).status_code == 403
        assert rows(sessions, bids) == []
        browser.submit("/bid")
        assert len(rows(sessions, bids)) == 1

    def test_receipts_and_lists_show_ones_own_alone(
        self, client: FlaskClient, rfp: Rfp, browser: Browser
    ) -> None:
        receipt = send_bid(client, rfp, "huayun").json
        rival = Browser(client, "nordwind")
        rival.get(f"/portal/bids/{receipt['id']}", 404)
        rival.get("/portal/bids")
        assert "No bids yet" in rival.text
        rival.get(form_path(rfp))
        assert "Dalian" not in rival.text and "is sealed" not in rival.text
        browser.get(f"/portal/bids/{receipt['id']}")
        assert receipt["sha256"] in browser.text and "nordwind" not in browser.text

    def test_a_vendor_that_is_not_admitted_is_told_so(
        self, browser: Browser, rfp: Rfp, sessions: Sessions
    ) -> None:
        own = vendors.c.organisation_id == an_id("huayun-org")
        with sessions.begin() as session:
            session.execute(sa.update(vendors).where(own).values(standing="prospective"))
        browser.get(form_path(rfp))
        assert "not admitted at present" in browser.text
        press(browser, "", 403, **filled_in())


class TestList:
    def test_it_says_what_is_sealed_and_what_is_not_submitted(
        self, client: FlaskClient, rfp: Rfp, browser: Browser
    ) -> None:
        send_bid(client, rfp, "huayun")
        client.put(lot_path(rfp, "draft", 1), json=an_offer(rfp), headers=bearer("huayun"))
        browser.get("/portal/bids")
        for words in ("First level", "Second level", "Sealed", "Not submitted", "No bid"):
            assert words in browser.text
        client.put(
            lot_path(rfp, "draft"), json=an_offer(rfp, solution="new"), headers=bearer("huayun")
        )
        browser.get("/portal/bids")
        assert "Nothing unsent" not in browser.text

    def test_it_goes_on_page_by_page(
        self, client: FlaskClient, sessions: Sessions, plan: Plan
    ) -> None:
        for _ in range(13):
            rfp: Rfp = stored(sessions, an_rfp(stored(sessions, a_plan())))
            for lot in (0, 1):
                send_bid(client, rfp, "huayun", lot=lot)
        browser = Browser(client, "huayun")
        browser.get("/portal/bids")
        assert browser.text.count("Receipt of version 1") == 25
        after = browser.text.split("?after=")[1].split('"')[0]
        browser.get(f"/portal/bids?after={after}")
        assert browser.text.count("Receipt of version 1") == 1


def test_htmx_stays_on_the_page_when_a_rule_says_no(
    client: FlaskClient, rfp: Rfp, clock: Clock
) -> None:
    browser = Browser(client, "huayun", htmx=True)
    browser.get(form_path(rfp))
    clock(rfp.deadline_at)
    answer = press(browser, "", 409, **filled_in())
    assert answer.headers["HX-Retarget"] == "#messages" and HTMX
