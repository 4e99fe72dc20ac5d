"""A bid, scores and an approval by keys alone, without scripts, and with answers swapped in."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator
from support import journey
from support.chromium import chromium
from support.keyboard import Typist
from support.scenes import made_rfp
from support.stack import RunningStack
from support.story import Cast, a_wish, an_offer, cast
from support.walker import Walker

from deploy.demo import chain
from deploy.demo.chain import EVALUATORS

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.xdist_group("chromium")]
HUAYUN = "huayun.vendor_admin"
IS_SWAPPED = "each => each.matches('[hx-post], form[hx-post] *')"


class Swapper(Walker):
    """Whoever presses in a form for htmx stays in the same document: only its content changes."""

    def press(self, button: Locator) -> None:
        swapped = button.evaluate(IS_SWAPPED)
        self.page.evaluate("window.stayed = true")
        super().press(button)
        assert bool(self.page.evaluate("window.stayed")) is swapped, self.page.url


class Plain(Walker):
    """Without scripts each answer is a document of its own."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        super().__init__(browser, base_url, java_script_enabled=False)

    def press(self, button: Locator) -> None:
        with self.page.expect_navigation():
            super().press(button)


WAYS: dict[str, Callable[[Browser, str], Walker]] = {
    "keyboard": Typist,
    "without-scripts": Plain,
    "swapped": Swapper,
}
EACH_WAY = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def who(stack: RunningStack) -> Iterator[Cast]:
    with closing(cast(stack.described())) as made:
        yield made


@pytest.fixture(scope="module")
def opened(who: Cast) -> dict[str, Any]:
    """Two bids that nobody has scored."""
    rfp = made_rfp(who, seconds=8)
    for vendor in ("huayun", "nordwind"):
        chain.bid(who.apis, rfp, an_offer(vendor, 3))
    chain.open_bids(who.apis, rfp)
    return rfp


def person(browser: Browser, who: Cast, way: str, name: str) -> Walker:
    made = WAYS[way](browser, who.base_url)
    made.sign_in(*who.passwords[name])
    return made


@EACH_WAY
def test_a_bid_is_submitted(browser: Browser, who: Cast, way: str, tmp_path: Path) -> None:
    rfp = made_rfp(who, seconds=900_000)
    bidder = person(browser, who, way, HUAYUN)
    file = tmp_path / "solution.pdf"
    file.write_bytes(secrets.token_bytes(50_000))
    bidder.take_up(rfp["title"])
    journey.draft_bid(bidder, an_offer("huayun", 4), file)
    assert "SHA-256" in journey.submit_bid(bidder)
    assert bidder.faults == []
    bidder.context.close()


@pytest.mark.parametrize(("way", "name"), [*zip(WAYS, EVALUATORS, strict=True)])
def test_bids_are_scored(
    browser: Browser, who: Cast, opened: dict[str, Any], way: str, name: str
) -> None:
    evaluator = person(browser, who, way, name)
    evaluator.take_up(opened["title"])
    evaluator.pick("conflict", "none")
    evaluator.send("/declaration")
    journey.score(evaluator, {"Huayun": 4, "Nordwind": 3})
    assert not evaluator.page.locator('button[value="submit"]').count()
    assert evaluator.faults == []
    evaluator.context.close()


@EACH_WAY
def test_a_plan_is_approved(browser: Browser, who: Cast, way: str) -> None:
    plan = chain.write_plan(who.apis, a_wish())
    who.apis["requester"].post(f"/plans/{plan['id']}/submission")
    approver = person(browser, who, way, "approver")
    approver.take_up(plan["title"])
    approver.pick("decision", "approve")
    approver.send("/decision")
    assert who.apis["requester"].get(f"/plans/{plan['id']}")["state"] == "approved"
    assert approver.faults == []
    approver.context.close()
