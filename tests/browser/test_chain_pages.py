"""The chain from plan to approved service credit, each step by its person, on their pages.

Titles, prices and names are drawn while it runs. Each person finds their step on My work before
they do it. Some read Chinese, some English; the steps press what has no words of its own.
The tests are one story: each goes on where the one before it stopped.
"""

import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from support import journey
from support.chromium import chromium
from support.journey import Journey
from support.keyboard import Typist
from support.stack import RunningStack

from deploy.demo.__main__ import past_months
from deploy.demo.chain import EVALUATORS, OPENERS, calls

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.xdist_group("chromium")]
WATCH_PROGRESS = """() => {
  window.seen = [];
  const bar = document.querySelector('progress');
  new MutationObserver(() => window.seen.push(bar.value)).observe(bar, {attributes: true});
}"""
HUAYUN, NORDWIND = "huayun.vendor_admin", "nordwind.vendor_admin"
FIRST, SECOND = journey.two_offers()


@pytest.fixture(scope="module")
def trip(stack: RunningStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    with chromium() as browser:
        made = journey.journey(browser, stack, tmp_path_factory.mktemp("files"))
        yield made
        made.close()


@pytest.fixture(autouse=True)
def nothing_goes_wrong(trip: Journey) -> Iterator[None]:
    """No error in a script or on the console, nothing that the policy forbids, no 500."""
    yield
    assert trip.faults() == []


def test_a_plan_is_written_submitted_and_approved(trip: Journey) -> None:
    journey.write_plan(trip)
    requester, approver = trip.as_("requester"), trip.as_("approver")
    requester.take_up(trip.wanted.title)
    requester.send("/submission")
    approver.take_up(trip.wanted.title)
    approver.pick("decision", "approve")
    approver.send("/decision")


def test_an_rfp_is_made_from_it_and_published(trip: Journey) -> None:
    buyer = trip.as_("buyer")
    buyer.take_up(trip.wanted.title)
    journey.write_rfp(trip)
    buyer.take_up(trip.wanted.title)
    for words in (trip.wanted.lot, trip.wanted.sla, trip.milestone, "Huayun", "Nordwind"):
        assert words in buyer.text()
    buyer.send("/publication")


def test_a_bidder_asks_and_all_read_the_answer(trip: Journey) -> None:
    bidder, buyer = trip.as_(HUAYUN), trip.as_("buyer")
    bidder.go("/portal/opportunities")
    bidder.press(bidder.page.locator("main table a", has_text=trip.wanted.title))
    bidder.press(bidder.page.locator('a.t-tab[href*="questions"]'))
    bidder.fill(text=trip.question)
    bidder.send("/questions", "button.btn-secondary")
    buyer.take_up(trip.wanted.title)
    assert trip.question in buyer.text() and "Huayun" not in buyer.text()
    answers = buyer.page.locator('main a[href*="answer="]')
    if not buyer.page.locator('form[action$="/answer"]').count():
        buyer.press(answers.first)
    buyer.fill(text=trip.answer)
    buyer.send("/answer")
    bidder.page.reload()
    assert trip.answer in bidder.text()


def test_both_bid_one_with_the_keyboard_and_without_scripts(trip: Journey) -> None:
    bidder = trip.as_(HUAYUN)
    bidder.take_up(trip.wanted.title)
    journey.draft_bid(bidder, FIRST, trip.file("huayun-方案.pdf", FIRST.file * 8_000))
    bidder.take_up(trip.wanted.lot)  # now it is a draft to finish
    first = journey.submit_bid(bidder)
    other = trip.walkers[NORDWIND] = Typist(
        trip.browser, trip.who.base_url, java_script_enabled=False
    )
    other.sign_in(*trip.who.passwords[NORDWIND])
    other.take_up(trip.wanted.title)
    journey.draft_bid(other, SECOND, trip.file("nordwind.pdf", SECOND.file * 100))
    receipt = journey.submit_bid(other)
    for text in (first, receipt):
        assert hexes(text)
    assert hexes(first) != hexes(receipt)


def hexes(text: str) -> str:
    """The fingerprint of a receipt, whatever spaces make it easier to read."""
    found = re.search(r"(?:[0-9a-f]{4,}\s*){1,16}", text[text.index("SHA-256") :])
    digits = re.sub(r"\s", "", found.group() if found else "")
    assert len(digits) == 64, text
    return digits


def test_a_bid_is_replaced_before_the_deadline(trip: Journey) -> None:
    bidder = trip.as_(HUAYUN)
    before = hexes(bidder.text())
    bidder.press(bidder.page.locator('main footer a[href*="/portal/bids/lots/"]'))
    assert bidder.page.input_value("#solution") == FIRST.solution
    bidder.fill(solution=FIRST.solution + " 第二版")
    after = hexes(journey.submit_bid(bidder))
    assert after != before
    number = trip.stack.rows("rfp", "SELECT state, version FROM bids WHERE sha256 = %s", after)
    assert number == [("submitted", 2)]


def test_two_openers_open_after_the_deadline(trip: Journey) -> None:
    opener = trip.as_(OPENERS[0])
    left = trip.closes_at - datetime.now(ZoneInfo("UTC"))
    opener.go("/work")
    assert left.total_seconds() < 0 or not opener.tasks(trip.wanted.title).count()
    time.sleep(max(0.0, left.total_seconds() + 1))
    for name in OPENERS:
        trip.as_(name).take_up(trip.wanted.title)
        trip.as_(name).send("/opening")
    assert "Huayun" in trip.as_(OPENERS[1]).text() and "Nordwind" in trip.as_(OPENERS[1]).text()
    assert hexes(trip.as_(HUAYUN).text()) in trip.as_(OPENERS[1]).page.content()


@pytest.mark.parametrize("name", EVALUATORS)
def test_three_evaluators_declare_and_score_alone(trip: Journey, name: str) -> None:
    evaluator = trip.as_(name)
    evaluator.take_up(trip.wanted.title)
    evaluator.pick("conflict", "none")
    evaluator.send("/declaration")
    assert FIRST.solution in evaluator.text()
    evaluator.take_up(trip.wanted.title)
    journey.score(evaluator, {"Huayun": 5, "Nordwind": 3})


def test_the_buyer_sees_the_ranking_and_awards(trip: Journey) -> None:
    buyer = trip.as_("buyer")
    buyer.take_up(trip.wanted.title)
    price = f"{FIRST.monthly * 12 + FIRST.one_off:,.2f}"
    assert price in buyer.text()
    buyer.press(buyer.page.locator('main a.btn-primary[href*="/admin/awards/lots/"]'))
    buyer.page.locator("label.t-choice", has_text="Huayun").locator("input").check()
    buyer.fill(reason=f"Highest total; references convinced us. {secrets.token_hex(3)}")
    buyer.press(buyer.page.locator('main form[action*="/awards/lots/"] .btn-primary'))
    assert "Huayun" in buyer.text()


def test_both_sides_accept_the_contract(trip: Journey) -> None:
    for name in (HUAYUN, "contract_manager"):
        person = trip.as_(name)
        person.take_up(trip.wanted.title)
        assert f"{FIRST.monthly:,.2f}" in person.text()
        person.send("/acceptance")
    row = "SELECT state FROM contracts WHERE title LIKE '%%' || %s || '%%'"
    assert trip.stack.rows("contracts", row, trip.wanted.title) == [("active",)]


def test_the_vendor_delivers_and_two_levels_review(trip: Journey) -> None:
    vendor = trip.as_(HUAYUN)
    deliver(trip, "runbook-1.pdf")
    decide(trip, "quality1", "rework", f"The list is missing. {secrets.token_hex(3)}")
    deliver(trip, "runbook-2.pdf")
    decide(trip, "quality1", "approve", "")
    decide(trip, "quality2", "approve", "")
    vendor.page.reload()
    assert vendor.page.locator('.t-title [data-tone="good"]').count() == 1


def deliver(trip: Journey, name: str) -> None:
    """A file of some size, so that its progress is seen."""
    vendor = trip.as_(HUAYUN)
    vendor.take_up(trip.milestone)
    vendor.page.evaluate(WATCH_PROGRESS)
    vendor.page.set_input_files("#file", trip.file(name, secrets.token_bytes(6_000_000)))
    vendor.send("/deliverables")
    assert vendor.page.evaluate("Math.max(...window.seen)") == 100
    assert name in vendor.text() and len(hexes(vendor.text())) == 64


def decide(trip: Journey, name: str, decision: str, reason: str) -> None:
    reviewer = trip.as_(name)
    reviewer.take_up(trip.milestone)
    reviewer.pick("decision", decision)
    reviewer.fill(reason=reason)
    reviewer.send("/review")


def test_measurements_are_imported_and_the_month_is_evaluated(trip: Journey) -> None:
    manager = trip.as_("contract_manager")
    manager.go("/admin/performance")
    link = manager.page.locator("main a", has_text=trip.wanted.sla)
    manager.renewed(lambda: bool(link.count()), "the metric")
    manager.press(link.first)
    metric = manager.page.url
    manager.press(manager.page.locator('main a[href$="/measurements/new"]').first)
    poor = calls(past_months()[0], count=200, answered=181, source=secrets.token_hex(4))
    lines = [f"{c['taken_at']},{c['value']},{c['external_id']},{c['source']}" for c in poor]
    text = "\n".join(["taken_at,value,external_id,source", *lines])
    manager.page.set_input_files("#file", trip.file("calls.csv", text.encode()))
    manager.send("/imports")
    assert "200" in manager.text()
    manager.page.goto(metric)
    if manager.page.locator('form[action$="/evaluation"]').count():
        manager.send("/evaluation")
    manager.renewed(lambda: "90.5" in manager.text(), "the attained value")
    assert manager.page.locator("main svg").count()


def test_finance_approves_the_credit(trip: Journey) -> None:
    finance = trip.as_("finance")
    finance.take_up(trip.wanted.sla)
    assert f"{FIRST.monthly:,.2f}" in finance.text() and "90.5" in finance.text()
    finance.pick("decision", "approve")
    finance.send("/decision")


def test_the_vendor_reads_of_each_step_once(trip: Journey) -> None:
    vendor = trip.as_(HUAYUN)
    vendor.go("/portal/messages")
    rows = vendor.page.locator("main ul.t-rows > li", has_text=trip.wanted.title)
    vendor.renewed(lambda: rows.count() >= 5, "the messages")
    heads = Counter(" ".join(each.inner_text().split()) for each in rows.all())
    assert max(heads.values()) == 1, heads
    assert not any("Nordwind" in head for head in heads)
    twice = "GROUP BY person_id, dedupe_key HAVING count(*) > 1"
    assert trip.stack.rows("notifications", f"SELECT person_id FROM notices {twice}") == []


def test_some_read_chinese_and_some_english(trip: Journey) -> None:
    assert trip.languages() == {"en", "zh-Hans"}
