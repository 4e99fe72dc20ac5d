"""A whole bid with the keys alone and without scripts: Tab, Enter, Space and typing."""

from pathlib import Path

from playwright.sync_api import Page

from deploy.demo.chain import Offer
from support.journey import ADD_LINE, Journey, typed
from support.walker import Walker

MOST_TABS = 120


def bid_by_keyboard(trip: Journey, offer: Offer) -> str:
    """Answers the text of the receipt."""
    name = f"{offer.vendor}.vendor_admin"
    bidder = Walker(trip.browser, trip.who.base_url, java_script_enabled=False)
    trip.walkers[name] = bidder
    page = bidder.page
    bidder.go("/login")
    email, password = trip.who.passwords[name]
    type_into(page, "#email", email)
    type_into(page, "#password", password)
    press_enter(page)
    follow(page, f'li.t-work:has-text("{trip.wanted.title}") a.btn')
    follow(page, ".t-next a.btn-primary")
    follow(page, ADD_LINE)
    for field, value in typed(offer).items():
        type_into(page, f'[id="{field}"]', value)
    reach(page, '[id="lines-1-kind"]')
    page.keyboard.press("ArrowDown")
    attach(page, trip.file(f"{offer.vendor}.pdf", offer.file * 100))
    follow(page, 'button[value="check"]')
    assert page.url.endswith("/check"), page.inner_text("main")
    assert f"{offer.vendor}.pdf" in page.inner_text("main")
    follow(page, ".t-next form .btn-primary")
    return page.inner_text("main")


def reach(page: Page, selector: str) -> None:
    """Tab on until the focus is there, around the end of the page if need be."""
    wanted = page.locator(selector).first
    wanted.wait_for()
    for _ in range(MOST_TABS):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector} with the Tab key on {page.url}")


def type_into(page: Page, selector: str, text: str) -> None:
    reach(page, selector)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def follow(page: Page, selector: str) -> None:
    reach(page, selector)
    press_enter(page)


def press_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def attach(page: Page, file: Path) -> None:
    reach(page, "#file")
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")  # Enter opens the chooser with scripts only
    asked.value.set_files(file)
