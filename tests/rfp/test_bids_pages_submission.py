"""Submission and receipt on the vendor's pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.bid_pages import filled_in, form_path, inside, press, saved_draft, submit, to_the_check
from support.bids import PRICE, an_offer, close_bids, lot_path, send_bid, send_file
from support.database import Sessions, rows
from support.openings import open_all
from support.pages import Browser

from services.rfp.bids.persistence import bid_drafts, bid_files, bids
from services.rfp.config import Settings
from services.rfp.tenders.domain import Rfp

Clock = Callable[[datetime], None]


@pytest.fixture
def browser(client: FlaskClient, rfp: Rfp) -> Browser:
    browser = Browser(client, "huayun")
    browser.get(form_path(rfp))
    return browser


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

    def test_the_way_back_from_the_receipt_leads_to_no_check(
        self, browser: Browser, rfp: Rfp, sessions: Sessions
    ) -> None:
        submit(browser)
        [bid] = rows(sessions, bids)
        answer = browser.get(f"{form_path(rfp)}/check", 303)
        assert answer.location == f"/portal/bids/{bid.id}"
        assert answer.headers["Cache-Control"] == "private, no-store"

    def test_what_was_changed_after_the_check_is_not_submitted(
        self, browser: Browser, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        to_the_check(browser)
        client.put(lot_path(rfp, "draft"), json=an_offer(rfp), headers=bearer("huayun"))
        answer = browser.submit("/bid", 409)
        assert "Somebody of your company has changed this draft" in answer.text
        assert rows(sessions, bids) == [] and "fluent in two languages" in answer.text
        browser.submit("/bid")
        assert len(rows(sessions, bids)) == 1

    def test_two_who_edit_one_draft_see_each_others_words(
        self, browser: Browser, client: FlaskClient, rfp: Rfp
    ) -> None:
        colleague = Browser(client, "huayun")
        colleague.get(form_path(rfp))
        press(browser, "", 303, **filled_in(solution="mine"))
        press(colleague, "", 409, **filled_in(**{"solution": "theirs", "lines-0-quantity": "5"}))
        assert saved_draft(client, rfp)["solution"] == "mine"
        told = inside(colleague.text).split("Nothing of yours was saved")[1].split("</dl>")[0]
        assert "mine" in told and "Agents: 4 × 250.00 CNY" in told and "Service levels" not in told
        assert "theirs</textarea>" in colleague.text
        press(colleague, "", 303)
        assert saved_draft(client, rfp)["solution"] == "theirs"

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
        assert "Bids are closed" in answer.text and "Closed at" in answer.text
        assert "Submit sealed bid" not in answer.text and "<form" not in inside(answer.text)
        assert rows(sessions, bids) == []

    def test_the_countdown_says_that_bids_are_closed_and_ends(
        self, browser: Browser, rfp: Rfp, sessions: Sessions
    ) -> None:
        url = f"{form_path(rfp)}/deadline"
        assert f'hx-get="{url}"' in browser.text and "data-announce" in browser.text
        to_the_check(browser)
        assert f'hx-get="{url}"' in browser.text
        answer = browser.get(url)
        assert "HX-Reswap" not in answer.headers and 'role="alert"' not in answer.text
        close_bids(sessions, rfp)
        answer = browser.get(url)
        assert answer.headers["HX-Reswap"] == "outerHTML"
        assert "Bids are closed. Nothing can be saved" in answer.text

    @pytest.mark.parametrize("htmx", [False, True])
    @pytest.mark.parametrize("button", ["", "?step=check", "?add=lines"])
    @pytest.mark.parametrize("solution", ["Too late", "Too late\u0000"])
    def test_what_is_typed_too_late_can_still_be_read(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, htmx: bool, button: str,
        solution: str,
    ) -> None:  # fmt: skip
        """No button is left and no fault is named: neither helps any more."""
        browser = Browser(client, "huayun", htmx=htmx)
        browser.get(form_path(rfp))
        close_bids(sessions, rfp)
        typed = filled_in(solution=solution)
        answer = press(browser, button, 409, **typed)
        text = inside(answer.text)
        assert "Too late" in text and "Agents: 4 × 250.00 CNY" in text and "96.5" in text
        assert "<form" not in text and "needs your attention" not in text
        assert "has not submitted a bid" in text and rows(sessions, bid_drafts) == []

    def test_a_bid_that_was_in_time_is_named_when_its_change_is_late(
        self, browser: Browser, rfp: Rfp, sessions: Sessions
    ) -> None:
        submit(browser)
        browser.get(form_path(rfp))
        close_bids(sessions, rfp)
        answer = press(browser, "", 409, solution="Better")
        assert "Version 1 of your bid arrived in time and counts." in answer.text
        [bid] = rows(sessions, bids)
        assert f'href="/portal/bids/{bid.id}"' in answer.text

    def test_a_closed_lot_shows_no_draft(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        client.put(lot_path(rfp, "draft"), json=an_offer(rfp), headers=bearer("huayun"))
        close_bids(sessions, rfp)
        browser = Browser(client, "huayun")
        browser.get(form_path(rfp))
        assert "Bids are closed" in browser.text and "Dalian" not in browser.text
        assert "Your company has not submitted a bid" in browser.text
        browser.get(f"{form_path(rfp)}/check", 303)
        browser.get("/portal/bids")
        assert "Was not submitted" in browser.text


class TestReceipt:
    def test_it_proves_each_file(
        self, client: FlaskClient, rfp: Rfp, settings: Settings, sessions: Sessions
    ) -> None:
        """Two versions, each with the files that it had; on disk their names stand nowhere."""
        first: Any = send_file(client, rfp, "huayun", b"one", name="方案.pdf").json
        receipts: list[Any] = [send_bid(client, rfp, "huayun", files=[first["id"]]).json]
        second: Any = send_file(client, rfp, "huayun", b"two two", name="team.pdf").json
        both = [first["id"], second["id"]]
        receipts.append(send_bid(client, rfp, "huayun", method="PUT", files=both).json)
        browser = Browser(client, "huayun")
        for receipt, shown in zip(receipts, [(first,), (first, second)], strict=True):
            browser.get(f"/portal/bids/{receipt['id']}")
            for file in (first, second):
                assert (file["name"] in browser.text) is (file in shown)
                assert (file["sha256"] in browser.text) is (file in shown)
            assert "7 B" in browser.text or second not in shown
        stored = [path.read_bytes() for path in settings.data.rglob("*") if path.is_file()]
        tables = str([rows(sessions, table) for table in (bids, bid_drafts, bid_files)])
        assert not any("方案".encode() in each for each in stored) and "方案" not in tables
        close_bids(sessions, rfp)
        assert "方案.pdf" in browser.get(f"/portal/bids/{receipts[1]['id']}").text
        open_all(client, sessions, rfp)
        assert "方案.pdf" in browser.get(f"/portal/bids/{receipts[1]['id']}").text

    def test_after_the_opening_it_shows_its_own_line_of_the_minutes(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        bid_id = send_bid(client, rfp, "huayun").json["id"]
        vendor = Browser(client, "huayun")
        vendor.get(f"/portal/bids/{bid_id}")
        assert "in the minutes of the opening" not in vendor.text
        open_all(client, sessions, rfp)
        vendor.get(f"/portal/bids/{bid_id}")
        assert "The same as you sealed" in vendor.text and "2 bid openers" in vendor.text
        [bid] = rows(sessions, bids)
        assert vendor.text.count(bid.sha256) == 2
        with sessions.begin() as session:
            session.execute(bids.update().values(envelope=b"another"))
        vendor.get(f"/portal/bids/{bid_id}")
        assert "Not what you sealed" in vendor.text

    def test_without_files_it_says_so(self, client: FlaskClient, rfp: Rfp) -> None:
        receipt: Any = send_bid(client, rfp, "huayun").json
        text = Browser(client, "huayun").get(f"/portal/bids/{receipt['id']}").text
        assert "No files" in text and "filled up so that it says nothing" in text
