"""Debian's Chromium, and the gates that every page passes: axe, CSP, console, sideways scroll."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (1280, 390, 320)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]
LISTEN = (
    "window.refused = []; document.addEventListener('securitypolicyviolation',"
    " (e) => window.refused.push(e.violatedDirective + ' ' + e.blockedURI))"
)
RUN_AXE = (
    "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags},"
    " resultTypes: ['violations']})"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's browser. Without one the test is skipped, or fails where CI demands it."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        absent()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def absent() -> None:
    words = "Chromium is not installed: apt-get install chromium fonts-noto-cjk"
    if "chromium" in os.environ.get("TANDEM_REQUIRE", ""):
        pytest.fail(words)
    pytest.skip(words)


def watched(context: BrowserContext) -> tuple[Page, list[str]]:
    """A page and the list of what goes wrong on it. Answers that refuse are no fault."""
    faults: list[str] = []
    context.add_init_script(LISTEN)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: (
            faults.append(f"console: {message.text[:300]}")
            if message.type in ("error", "warning") and "status of 4" not in message.text
            else None
        ),
    )
    return page, faults


def gates(page: Page, faults: list[str]) -> list[str]:
    """What the page as it is now breaks, at three widths, besides what was seen so far."""
    found = list(faults)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{width}: scrolls sideways to {wide}"] if wide > width else []
        page.evaluate(AXE.read_text())
        for each in page.evaluate(RUN_AXE, TAGS)["violations"]:
            found.append(f"{width}: axe {each['id']} {each['nodes'][0]['html'][:200]}")
    return found + [f"CSP: {each}" for each in page.evaluate("window.refused")]
