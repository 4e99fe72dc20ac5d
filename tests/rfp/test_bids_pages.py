"""The vendor's pages of a bid: form, receipts, list; who may see them."""

from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.bid_pages import filled_in, form_path, press, saved_draft, submit, to_the_check
from support.bids import PRICE, an_offer, lot_path, send_bid
from support.database import Sessions, rows
from support.pages import HTMX, Browser, parse
from support.rfps import a_plan, an_rfp, stored

from services.rfp.bids.persistence import bids
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.vendors.persistence import vendors
from shared.kernel import uuid7


@pytest.fixture
def browser(client: FlaskClient, rfp: Rfp) -> Browser:
    browser = Browser(client, "huayun")
    browser.get(form_path(rfp))
    return browser


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

    def test_it_shows_the_tiers_that_credits_follow(self, browser: Browser) -> None:
        text = browser.text.partition('id="part-promises"')[2].partition('id="part-files"')[0]
        assert "follows the tiers of the RFP" in text and "Below 90 %" in text
        assert "10 % of the monthly charge credited" in text and "no credit" in text

    def test_its_buttons_come_behind_its_fields(self, browser: Browser) -> None:
        form = browser.text.partition('class="t-cols"')[2]
        assert form.index('id="solution"') < form.index('id="file"') < form.index("t-next")
        assert form.index("<button hidden></button>") == form.index("<button")

    def test_a_draft_is_saved_right_or_wrong(
        self, browser: Browser, client: FlaskClient, rfp: Rfp
    ) -> None:
        press(browser, "", 303, **filled_in(**{"lines-0-quantity": "many", "solution": ""}))
        assert 'value="many"' in browser.text and "Draft saved" in browser.text
        assert "No sum yet" in browser.text and "987,654.32" in browser.text
        draft = saved_draft(client, rfp)
        assert [line["title"] for line in draft["lines"]] == ["Agents", "Transition"]

    def test_sums_that_are_not_known_are_no_zeros(self, browser: Browser) -> None:
        text = browser.text.partition('id="lines-total"')[2]
        assert "Total –" in text and "0.00" not in text and "when you save" in text
        text = press(browser, "", **filled_in()).text.partition('id="lines-total"')[2]
        assert "999,654.32" in text and "Total –" not in text

    def test_a_monthly_line_says_what_its_quantity_and_sum_are_for(self, browser: Browser) -> None:
        press(browser, "", 303, **filled_in())
        assert "per month" in browser.text and "12,000.00" in browser.text
        assert "for 12 months, " in browser.text
        to_the_check(browser)
        assert "per month" in browser.text and "for 12 months, " in browser.text

    def test_what_is_missing_is_said_beside_it_and_nothing_is_lost(
        self, browser: Browser, client: FlaskClient, rfp: Rfp
    ) -> None:
        wrong = {"lines-0-unit_price": "0", "lines-1-quantity": "x", "promises-0-value": "89"}
        press(browser, "?step=check", 422, **filled_in(**wrong))
        assert 'href="#lines-0-unit_price"' in browser.text
        assert 'href="#lines-1-quantity"' in browser.text
        assert "Write a number above zero." in browser.text
        assert 'href="#promises-0-value"' in browser.text, "what can be said is said at once"
        mended = filled_in(**{"promises-0-value": "89"})
        press(browser, "?step=check", 422, **mended)
        assert "89 is worse than 90" in browser.text
        assert 'href="#promises-0-value"' in browser.text
        assert saved_draft(client, rfp)["solution"] == "Twelve agents in Dalian."

    def test_an_empty_form_names_each_part(self, browser: Browser) -> None:
        press(browser, "?step=check", 422)
        names = ("solution", "lines-0-title", "promises-0-value")
        found = [browser.text.index(f'href="#{name}"') for name in names]
        assert found == sorted(found)
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
        actors["huayun"] = replace(actors["huayun"], locale="zh-Hans")
        browser.get(form_path(rfp))
        assert "密封" in browser.text and "Save draft" not in browser.text
        press(browser, "?step=check", 422)
        submit(browser)
        browser.get("/portal/bids")


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


def test_htmx_stays_on_the_page_when_a_rule_says_no(client: FlaskClient, rfp: Rfp) -> None:
    browser = Browser(client, "huayun", htmx=True)
    browser.get(form_path(rfp))
    sent, url = browser.form("/lots/").fields, f"{form_path(rfp)}?remove={uuid7()}"
    answer = browser.keep(client.post(url, data=sent, headers=browser.headers), 409)
    assert answer.headers["HX-Retarget"] == "#messages" and HTMX
