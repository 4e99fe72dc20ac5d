"""The shell in a real browser: languages, schemes, widths, scripts, and no scripts at all."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect
from support.actors import bearer, staff
from support.chromium import chromium, gates, watched
from support.served import served
from support.web_app import make_app

from shared import db
from shared.idempotency import idempotency_keys

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]
MB = 1024**2
LOOKS = {
    f"{locale}-{theme}": replace(staff("buyer"), locale=locale, theme=theme)
    for locale in ("en", "zh-Hans")
    for theme in ("light", "dark")
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The tiny application on a port; the bearer token says which look."""
    app = make_app(db.sessions(engine), tmp_path_factory.mktemp("data"), LOOKS)
    with served(app) as base:
        yield base
    with engine.begin() as connection:
        connection.execute(sa.delete(idempotency_keys))


def a_context(browser: Browser, look: str = "en-light", **options: bool) -> BrowserContext:
    return browser.new_context(extra_http_headers=bearer(look), reduced_motion="reduce", **options)  # type: ignore[arg-type]  # switches only


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = a_context(browser)
    page, faults = watched(context)
    page.goto(f"{address}/admin/plans")
    yield page
    assert not faults
    context.close()


@pytest.mark.parametrize("look", LOOKS)
def test_the_shell_passes_the_gates(browser: Browser, address: str, look: str) -> None:
    context = a_context(browser, look)
    page, faults = watched(context)
    for path in ("/admin/plans", "/nothing"):
        page.goto(address + path)
        assert gates(page, faults) == []
    context.close()


def test_errors_are_read_and_what_was_typed_stays(page: Page) -> None:
    page.fill("#price", "1.234")
    page.click("text=Save the plan")
    page.wait_for_selector("#error-summary")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert page.input_value("#price") == "1.234"
    page.click("#error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") in ("title", "price")
    assert gates(page, []) == []


def test_a_good_form_leads_on_without_loading_the_page(page: Page) -> None:
    page.evaluate("window.stayed = true")
    page.fill("#title", "Call centre")
    with page.expect_response(lambda answer: answer.request.method == "GET"):
        page.click("text=Save the plan")
    expect(page.locator("#content")).to_be_focused()
    assert page.evaluate("window.stayed") and page.input_value("#title") == ""
    assert page.title() == "A plan – Tandem 协行"


def test_the_content_shows_no_frame_when_it_takes_the_focus(page: Page) -> None:
    page.fill("#title", "Call centre")
    page.press("button:has-text('Save the plan')", "Enter")
    page.wait_for_selector("#content:focus-visible")
    style = "getComputedStyle(document.activeElement)"
    assert page.evaluate(f"[{style}.outlineStyle, {style}.boxShadow]") == ["none", "none"]


def test_quotes_are_as_wide_as_their_language_has_them(browser: Browser, address: str) -> None:
    """One face may serve both languages; in it the quotes of a Han text fill a whole square."""
    for look, wanted in (("en-light", "proportional-width"), ("zh-Hans-light", "normal")):
        context = a_context(browser, look)
        shown = context.new_page()
        shown.goto(f"{address}/admin/plans")
        assert shown.evaluate("getComputedStyle(document.body).fontVariantEastAsian") == wanted
        context.close()


def test_an_upload_shows_how_far_it_is(page: Page, tmp_path: Path) -> None:
    (tmp_path / "report.bin").write_bytes(b"x" * 20 * MB)
    slow = page.context.new_cdp_session(page)
    slow.send("Network.enable")
    speed = {"downloadThroughput": -1, "uploadThroughput": 20 * MB, "latency": 1}
    slow.send("Network.emulateNetworkConditions", {"offline": False, **speed})
    page.evaluate(
        "window.seen = []; setInterval(() => window.seen.push("
        "document.querySelector('#file-progress')?.value ?? -1), 20)"
    )
    page.set_input_files("#file", tmp_path / "report.bin")
    page.click("text=Send the file")
    page.wait_for_selector("text=20971520")
    assert any(0 < value < 100 for value in page.evaluate("window.seen"))


def test_without_a_file_no_progress_is_shown(page: Page) -> None:
    page.evaluate(
        "window.seen = []; new MutationObserver(() => window.seen.push(1)).observe("
        "document.querySelector('#file-progress'), {attributes: true})"
    )
    with page.expect_response("**/admin/files"):
        page.click("text=Send the file")
    assert page.evaluate("window.seen.length") == 0


def test_a_final_refusal_clears_old_errors_and_ends_the_form(page: Page) -> None:
    page.fill("#price", "x")
    page.click("text=Save the plan")
    page.wait_for_selector("#error-summary")
    page.fill("#price", "1")
    page.select_option("#currency", "CNY")
    page.fill("#title", "late")
    page.click("text=Save the plan")
    page.wait_for_selector("#messages [data-final]")
    assert not page.query_selector("#error-summary, .t-error, [aria-invalid], [data-bad]")
    assert page.input_value("#title") == "late"
    expect(page.locator('form[action="/admin/plans"] button').first).to_be_disabled()
    assert page.is_enabled("text=Send the file")
    assert page.get_attribute("#messages a", "href") == "/admin/plans"


def test_leaving_with_unsaved_answers_asks_first(page: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    page.fill("#title", "Call centre")
    page.click(".t-side a[href='/work']")
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"] and page.input_value("#title") == "Call centre"
    page.click("text=Send the file")  # of another form: the answer would replace this one
    page.wait_for_timeout(200)
    assert asked == ["beforeunload", "confirm"] and page.input_value("#title") == "Call centre"
    page.click("text=Add a lot")  # of the same form
    page.wait_for_selector("#lots-1-title")
    assert len(asked) == 2
    page.click(".t-side a[href='/work']")
    page.wait_for_timeout(200)
    assert asked[2:] == ["beforeunload"]
    page.fill("#title", "Call centre")
    page.click("text=Save the plan")
    page.wait_for_selector("#lots-1-title", state="detached")
    page.click(".t-side a[href='/work']")
    page.wait_for_url("**/work")
    assert len(asked) == 3


def test_a_new_row_gets_the_focus(page: Page) -> None:
    page.click("text=Add a lot")
    page.wait_for_selector("#lots-1-title:focus")
    page.fill("#lots-1-title", "Night")
    page.click("text=Add a lot")
    page.wait_for_selector("#lots-2-title:focus")
    page.click("button[value=lots-2]")
    page.wait_for_selector("button[value=lots-1]:focus")
    assert page.input_value("#lots-1-title") == "Night"


def test_the_theme_changes_at_once(page: Page) -> None:
    page.route("**/account/theme", lambda route: route.fulfill(status=204))
    with page.expect_request("**/account/theme") as sent:
        page.click(".t-wide-only [data-theme-form] button")
    assert "csrf_token=csrf-buyer" in (sent.value.post_data or "")
    assert "theme=dark" in (sent.value.post_data or "")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_menus_obey_the_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.focus("[data-menu-toggle]")
    page.keyboard.press("Space")
    assert page.is_visible("#menu")
    page.keyboard.press("Escape")
    assert not page.is_visible("#menu")
    assert page.evaluate("document.activeElement.hasAttribute('data-menu-toggle')")


def test_everything_works_without_scripts(browser: Browser, address: str) -> None:
    context = a_context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/admin/plans")
    page.click("text=Save the plan")
    assert page.is_visible("#error-summary")
    page.fill("#title", "Call centre")
    page.click("text=Save the plan")
    assert page.input_value("#title") == "" and not page.is_visible("#error-summary")
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("a[href='#menu']")
    assert page.is_visible("#menu")
    context.close()
