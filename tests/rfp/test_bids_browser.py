"""Bids and their opening in a real browser: what the scripts do, and the gates of each page."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy.orm import sessionmaker
from support.actors import bearer
from support.bids import PRICE, close_bids
from support.chromium import chromium, gates, watched
from support.database import Sessions, make_database
from support.rfps import OPENERS, a_plan, an_rfp, rfp_actors, settle, stored
from support.served import served, speaking
from support.settings import environment

from services.rfp.app import create_app
from services.rfp.config import Settings
from services.rfp.metadata import metadata
from services.rfp.tenders.domain import Rfp
from shared.config import service_settings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def committing(server: str) -> Iterator[Sessions]:
    engine = make_database(server, "rfp_browser_tests", metadata)
    made = sessionmaker(engine, expire_on_commit=False)
    settle(made, rfp_actors())
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def address(committing: Sessions, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = service_settings(Settings, "rfp", environment(tmp_path_factory.mktemp("data")))
    known = speaking(rfp_actors())
    with served(create_app(settings, sessions=committing, identify=known.get)) as at:
        yield at


@pytest.fixture
def rfp(committing: Sessions) -> Rfp:
    return stored(committing, an_rfp(stored(committing, a_plan())))  # type: ignore[no-any-return]


def context_of(browser: Browser, who: str, **options: Any) -> BrowserContext:
    return browser.new_context(extra_http_headers=bearer(who), reduced_motion="reduce", **options)


@pytest.fixture
def bidder(browser: Browser) -> Iterator[Page]:
    context = context_of(browser, "huayun")
    page, faults = watched(context)
    yield page
    assert not faults
    context.close()


def type_bid(page: Page) -> None:
    page.fill("#solution", "Twelve agents in Dalian.\nFluent in two languages.")
    page.fill("#lines-0-title", "Agents")
    page.fill("#lines-0-quantity", "4")
    page.fill("#lines-0-unit_price", "250.00")
    page.fill("#promises-0-value", "96.5")


def add_line(page: Page) -> None:
    page.click("text=Add a line")
    page.wait_for_selector("#lines-1-title")
    page.fill("#lines-1-title", "Transition")
    page.select_option("#lines-1-kind", "one_off")
    page.fill("#lines-1-quantity", "1")
    page.fill("#lines-1-unit_price", PRICE)


def test_a_bid_is_written_checked_and_submitted(
    bidder: Page, address: str, rfp: Rfp, tmp_path: Path
) -> None:
    file = tmp_path / "方案.pdf"
    file.write_bytes(os.urandom(3_000_000))
    bidder.goto(f"{address}/portal/bids/lots/{rfp.lots[0].id}")
    type_bid(bidder)
    add_line(bidder)
    assert bidder.evaluate("document.activeElement.id") == "lines-1-unit_price"
    bidder.set_input_files("#file", file)
    bidder.click("text=Upload and save")
    bidder.wait_for_selector("text=方案.pdf")
    assert bidder.input_value("#lines-1-unit_price") == PRICE
    assert gates(bidder, []) == []
    bidder.click("text=Check and submit")
    bidder.wait_for_url("**/check")
    assert "999,654.32" in bidder.inner_text("main")
    assert gates(bidder, []) == []
    bidder.click("text=Submit sealed bid")
    bidder.wait_for_selector("text=Your bid is sealed")
    assert "/portal/bids/" in bidder.url and "lots" not in bidder.url
    assert gates(bidder, []) == []


def test_a_new_line_takes_the_focus_and_a_removed_one_goes(
    bidder: Page, address: str, rfp: Rfp
) -> None:
    bidder.goto(f"{address}/portal/bids/lots/{rfp.lots[0].id}")
    type_bid(bidder)
    bidder.click("text=Add a line")
    bidder.wait_for_selector("#lines-1-title")
    bidder.wait_for_selector("#lines-1-title:focus")
    bidder.fill("#lines-1-title", "Transition")
    bidder.click("button:has-text('Remove') >> nth=0")
    bidder.wait_for_selector("#lines-1-title", state="detached")
    assert bidder.input_value("#lines-0-title") == "Transition"
    assert bidder.input_value("#solution").startswith("Twelve agents")


def test_what_is_wrong_is_read_first_and_the_enter_key_only_saves(
    bidder: Page, address: str, rfp: Rfp
) -> None:
    bidder.goto(f"{address}/portal/bids/lots/{rfp.lots[0].id}")
    bidder.fill("#lines-0-title", "Agents")
    bidder.fill("#lines-0-unit_price", "-1")
    bidder.press("#lines-0-unit_price", "Enter")
    bidder.wait_for_selector("text=Draft saved")
    assert bidder.url.endswith(str(rfp.lots[0].id)) and not bidder.is_visible("#error-summary")
    bidder.click("text=Check and submit")
    bidder.wait_for_selector("#error-summary")
    assert bidder.evaluate("document.activeElement.id") == "error-summary"
    assert bidder.input_value("#lines-0-unit_price") == "-1"
    assert gates(bidder, []) == []
    bidder.click("#error-summary a[href='#lines-0-unit_price']")
    assert bidder.evaluate("document.activeElement.id") == "lines-0-unit_price"


def test_at_the_deadline_the_form_says_so_and_leaves_the_focus_where_it_is(
    bidder: Page, address: str, rfp: Rfp, committing: Sessions
) -> None:
    bidder.clock.install()
    bidder.goto(f"{address}/portal/bids/lots/{rfp.lots[0].id}")
    bidder.click("text=Check and submit")
    bidder.wait_for_selector("#error-summary")
    bidder.fill("#solution", "Half a sentence")
    bidder.clock.fast_forward(31_000)
    bidder.wait_for_timeout(1000)
    assert bidder.evaluate("document.activeElement.id") == "solution"
    close_bids(committing, rfp)
    bidder.clock.fast_forward(31_000)
    bidder.wait_for_selector("text=Bids are closed. Nothing can be saved or submitted any more.")
    assert bidder.input_value("#solution") == "Half a sentence"
    assert bidder.evaluate("document.activeElement.id") == "solution"
    assert not bidder.query_selector("[hx-get$='/deadline']")
    assert gates(bidder, []) == []


def test_without_scripts(browser: Browser, address: str, rfp: Rfp, tmp_path: Path) -> None:
    context = context_of(browser, "huayun", java_script_enabled=False)
    page, faults = watched(context)
    page.goto(f"{address}/portal/bids/lots/{rfp.lots[0].id}")
    type_bid(page)
    add_line(page)
    file = tmp_path / "plain.pdf"
    file.write_bytes(os.urandom(1_000_000))
    page.set_input_files("#file", file)
    page.click("text=Check and submit")
    assert page.url.endswith("/check") and "plain.pdf" in page.inner_text("main")
    page.click("text=Submit sealed bid")
    assert "Your bid is sealed" in page.inner_text("h1")
    page.goto(f"{address}/portal/bids")
    assert "Receipt of version 1" in page.inner_text("main")
    assert not faults
    context.close()


def test_two_openers_open_and_the_first_ones_page_renews_itself(
    browser: Browser, address: str, rfp: Rfp, committing: Sessions, bidder: Page
) -> None:
    bidder.goto(f"{address}/portal/bids/lots/{rfp.lots[0].id}")
    type_bid(bidder)
    bidder.click("text=Check and submit")
    bidder.click("text=Submit sealed bid")
    bidder.wait_for_selector("text=Your bid is sealed")
    rooms = [context_of(browser, who) for who in OPENERS]
    (first, faults), (second, more) = (watched(room) for room in rooms)
    first.goto(f"{address}/admin/rfps/{rfp.id}/opening")
    assert "Sealed. Nobody can open it in Tandem before" in first.inner_text("main")
    assert gates(first, faults) == []
    close_bids(committing, rfp)
    for page in (first, second):
        page.goto(f"{address}/admin/rfps/{rfp.id}/opening")
    assert "huayun" not in first.inner_text("main") and "Bid 1" in first.inner_text("main")
    first.click("text=Confirm opening")
    first.wait_for_selector("text=We wait for the confirmation of opener2")
    assert gates(first, faults) == []
    second.reload()
    second.click("button:has-text('Open the bids')")
    second.wait_for_selector(".t-title :text-is('Bids opened')")
    assert "huayun" in second.inner_text("main")
    first.wait_for_selector(".t-title :text-is('Bids opened')", timeout=15_000)
    assert gates(first, faults) == gates(second, more) == []
    for room in rooms:
        room.close()


def test_every_page_passes_the_gates_in_chinese_and_in_the_dark(
    browser: Browser, address: str, rfp: Rfp, committing: Sessions
) -> None:
    context, room = context_of(browser, "huayun-zh"), context_of(browser, "opener1-zh")
    (page, faults), (opening, more) = watched(context), watched(room)
    form = f"{address}/portal/bids/lots/{rfp.lots[0].id}"
    page.goto(form)
    page.click("form .btn-primary >> visible=true")
    page.wait_for_selector("#error-summary")
    assert gates(page, faults) == []
    type_bid(page)
    page.click("form .btn-primary >> visible=true")
    page.wait_for_url("**/check")
    assert gates(page, faults) == []
    page.click("main form .btn-primary")
    page.wait_for_selector(".t-panel")
    assert gates(page, faults) == []
    page.goto(f"{address}/portal/bids")
    assert gates(page, faults) == []
    for _ in range(2):
        opening.goto(f"{address}/admin/rfps/{rfp.id}/opening")
        assert gates(opening, more) == []
        close_bids(committing, rfp)
    page.goto(form)
    assert gates(page, faults) == []
    for each in (context, room):
        each.close()
