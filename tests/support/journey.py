"""The chain as people walk it on their pages: what each types and presses, step by step."""

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser

from deploy.demo.chain import EVALUATORS, OPENERS, TIERS, ZONE, Offer, Wanted
from support.stack import RunningStack
from support.story import Cast, a_wish, an_offer, cast
from support.walker import Walker

BIDDING_S = 100
ADD_LINE = 'section:has(#part-lines) button:has(use[href$="#plus"])'


@dataclass
class Journey:
    """What is told, by whom, and the browsers of those who have come in so far."""

    browser: Browser
    stack: RunningStack
    who: Cast
    folder: Path
    wanted: Wanted = field(default_factory=a_wish)
    question: str = field(default_factory=lambda: f"Question {secrets.token_hex(6)}?")
    answer: str = field(default_factory=lambda: f"答复 {secrets.token_hex(6)}")
    milestone: str = field(default_factory=lambda: f"Milestone {secrets.token_hex(4)} 里程碑")
    walkers: dict[str, Walker] = field(default_factory=dict)
    closes_at: datetime = datetime.min  # noqa: DTZ901  # set when the RFP is written

    def as_(self, name: str) -> Walker:
        """The browser of this person, who signs in the first time."""
        if name not in self.walkers:
            self.walkers[name] = Walker(self.browser, self.who.base_url)
            self.walkers[name].sign_in(*self.who.passwords[name])
        return self.walkers[name]

    def faults(self) -> list[str]:
        return [f"{name}: {each}" for name, w in self.walkers.items() for each in w.faults]

    def languages(self) -> set[str]:
        return {str(each.page.get_attribute("html", "lang")) for each in self.walkers.values()}

    def file(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def close(self) -> None:
        for each in self.walkers.values():
            each.context.close()
        with suppress(AttributeError):
            self.who.close()


def journey(browser: Browser, stack: RunningStack, folder: Path) -> Journey:
    return Journey(browser, stack, cast(stack.described()), folder)


def write_plan(trip: Journey) -> None:
    requester, wanted = trip.as_("requester"), trip.wanted
    requester.go("/admin/plans/new")
    requester.fill(
        title=wanted.title,
        objectives="Answer every call within 20 seconds.",
        scope_in=wanted.scope,
        starts_on=wanted.starts_on.isoformat(),
        ends_on=wanted.ends_on.isoformat(),
        cost_ceiling=f"{wanted.ceiling:.2f}",
    )
    requester.fill(**{"lines-0-title": "Agents", "lines-0-amount": "1900000.00"})
    requester.page.select_option('[id="lines-0-category"]', "labour")
    requester.press(requester.page.locator('button[name="add"][value="lines"]'))
    requester.fill(**{"lines-1-title": "Licences 许可", "lines-1-amount": "240000.50"})
    requester.page.select_option('[id="lines-1-category"]', "licences")
    requester.send("/admin/plans")
    assert wanted.title in requester.page.inner_text("h1")


def write_rfp(trip: Journey) -> None:
    """From the plan's own page: lot, default criteria, one service level, one milestone, people."""
    buyer, wanted = trip.as_("buyer"), trip.wanted
    buyer.press(buyer.page.locator(".t-next a.btn-primary"))
    buyer.fill(
        title=wanted.title,
        description=wanted.scope,
        starts_on=wanted.starts_on.isoformat(),
        ends_on=wanted.ends_on.isoformat(),
    )
    buyer.page.select_option("#time_zone", ZONE)
    buyer.fill(**{"lots-0-title": wanted.lot, "lots-0-description": wanted.scope})
    buyer.pick("price_formula", "linear_above_min")
    promise(buyer, wanted.sla)
    due_on = (wanted.starts_on + timedelta(days=30)).isoformat()
    buyer.fill(
        **{
            "milestones-0-title": trip.milestone,
            "milestones-0-due_on": due_on,
            "milestones-0-percent": "100",
            "milestones-0-acceptance_criteria": "Runbook handed over.",
        }
    )
    buyer.pick("invitees", trip.who.ids["huayun"], trip.who.ids["nordwind"])
    buyer.pick("openers", *(trip.who.ids[name] for name in OPENERS))
    buyer.pick("evaluators", *(trip.who.ids[name] for name in EVALUATORS))
    trip.closes_at = datetime.now(ZoneInfo(ZONE)) + timedelta(seconds=BIDDING_S)
    buyer.fill(deadline_at=f"{trip.closes_at:%Y-%m-%dT%H:%M:%S}")
    buyer.send("/admin/rfps")
    assert wanted.title in buyer.page.inner_text("h1")


def promise(buyer: Walker, title: str) -> None:
    """The service level that is asked for, with a third tier."""
    row = "sla_targets-0"
    buyer.press(buyer.page.locator(f'button[name="add"][value="{row}-tiers"]'))
    buyer.page.select_option(f'[id="{row}-formula"]', "ratio")
    buyer.page.select_option(f'[id="{row}-direction"]', "higher")
    buyer.page.select_option(f'[id="{row}-unit"]', "%")
    answers = {"title": title, "target": "95", "minimum": "90"}
    buyer.fill(**{f"{row}-{name}": value for name, value in answers.items()})
    for n, tier in enumerate(TIERS):
        buyer.fill(**{f"{row}-tiers-{n}-to": tier["to"] or ""})
        buyer.fill(**{f"{row}-tiers-{n}-percent": str(tier["percent"])})


def draft_bid(bidder: Walker, offer: Offer, file: Path) -> None:
    """From the invitation to the form; two price lines, a promise and a file, saved as a draft."""
    bidder.press(bidder.page.locator(".t-next a.btn-primary"))
    bidder.press(bidder.page.locator(ADD_LINE))
    bidder.fill(**typed(offer))
    bidder.choose('[id="lines-1-kind"]', "one_off")
    bidder.attach("#file", file)
    bidder.press(bidder.page.locator("section:has(#part-files) button.btn-secondary").last)
    bidder.sees(file.name)


def typed(offer: Offer) -> dict[str, str]:
    return {
        "solution": offer.solution,
        "lines-0-title": "Agents",
        "lines-0-quantity": "1",
        "lines-0-unit_price": f"{offer.monthly:.2f}",
        "lines-1-title": "Transition",
        "lines-1-quantity": "1",
        "lines-1-unit_price": f"{offer.one_off:.2f}",
        "promises-0-value": str(offer.answered),
    }


def submit_bid(bidder: Walker) -> str:
    """By way of the page that shows the whole bid once more. Answers the text of the receipt."""
    bidder.press(bidder.page.locator('button[value="check"]'))
    bidder.page.wait_for_url("**/check")
    bidder.press(bidder.page.locator(".t-next form .btn-primary"))
    assert "/check" not in bidder.page.url
    return bidder.text()


def score(evaluator: Walker, grades: dict[str, int]) -> None:
    """`grades` by a part of the bidder's name. Saved once as a draft, then submitted."""
    for part, grade in grades.items():
        card = evaluator.page.locator(
            "section.t-card", has=evaluator.page.locator("h2", has_text=part)
        )
        for each in card.locator('input[id$="-grade"]').all():
            evaluator.fill(**{str(each.get_attribute("id")): str(grade)})
        for each in card.locator('textarea[id$="-comment"]').all():
            said = f"Comment {secrets.token_hex(3)} 评语"
            evaluator.fill(**{str(each.get_attribute("id")): said})
    evaluator.send("/scores", 'button[value="save"]')
    evaluator.send("/scores", 'button[value="submit"]')


def two_offers() -> tuple[Offer, Offer]:
    return an_offer("huayun", 5), an_offer("nordwind", 3)
