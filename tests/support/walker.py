"""A person at a browser on a running stack: signed in, in one language, watched for faults."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from support.chromium import watched

WITHIN_MS = 30_000
EVENTS_WITHIN_S = 60
PRIMARY = "main .btn-primary"
MARK = "document.querySelector('#content').firstElementChild.setAttribute('data-before', '')"


class Walker:
    """One context with one page; `faults` is what scripts, console and policy complained of."""

    def __init__(self, browser: Browser, base_url: str, **options: Any) -> None:
        self.base_url = base_url
        self.context = browser.new_context(reduced_motion="reduce", **options)
        self.page: Page
        self.page, self.faults = watched(self.context)
        self.page.set_default_timeout(WITHIN_MS)
        self.page.on("response", self.notice)

    def notice(self, answer: Any) -> None:
        if answer.status >= 500:
            self.faults.append(f"{answer.status}: {answer.url}")

    def sign_in(self, email: str, password: str) -> None:
        self.go("/login")
        self.fill(email=email, password=password)
        self.hit(self.page.locator(PRIMARY))
        self.page.wait_for_url("**/work")

    def go(self, path: str) -> None:
        self.page.goto(self.base_url + path)
        self.look()

    def look(self) -> None:
        """Each page in the reader's language and without what the policy forbids."""
        refused = self.page.evaluate("window.refused || []")
        self.faults += [f"{self.page.url}: {each}" for each in refused]

    def type(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)

    def tick(self, selector: str) -> None:
        self.page.check(selector)

    def choose(self, selector: str, value: str) -> None:
        self.page.select_option(selector, value)

    def attach(self, selector: str, file: Path) -> None:
        self.page.set_input_files(selector, file)

    def hit(self, button: Locator) -> None:
        button.click()

    def fill(self, **answers: str) -> None:
        """By id; a hyphen is written as two underscores."""
        for name, value in answers.items():
            self.type(f'[id="{name.replace("__", "-")}"]', value)

    def pick(self, name: str, *values: str) -> None:
        """Radio buttons and checkboxes, by their value."""
        for value in values:
            self.tick(f'input[name="{name}"][value="{value}"]')

    def send(self, action: str, button: str = "button.btn-primary") -> None:
        """Press the button of the form whose action ends like this; wait for what it leads to."""
        form = self.page.locator(f'main form[action$="{action}"]').first
        with self.page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            self.press(form.locator(button).first)
        answer = sent.value
        assert answer.status in (302, 303), f"{answer.status} {answer.url}: {self.text()}"

    def press(self, button: Locator) -> None:
        """Wait until the content has made way for other, by a new page or in its place."""
        self.page.evaluate(MARK)
        self.hit(button)
        self.page.locator("[data-before]").wait_for(state="detached")
        self.page.locator("#content h1").first.wait_for()
        self.look()

    def text(self) -> str:
        return self.page.inner_text("main")

    def sees(self, words: str) -> None:
        self.page.locator("main", has_text=words).wait_for()

    def tasks(self, about: str) -> Locator:
        return self.page.locator("li.t-work", has_text=about)

    def take_up(self, about: str) -> str:
        """Find the next step on My work and go there by its button. Answers its words."""

        def listed() -> bool:
            self.go("/work")
            return bool(self.tasks(about).locator("a.btn").count())

        eventually(listed, f"a task about {about}")
        task = self.tasks(about).first
        words = task.inner_text()
        self.press(task.locator("a.btn"))
        return words

    def renewed(self, ready: Callable[[], bool], what: str) -> None:
        """Load the page again until an event has arrived."""

        def again() -> bool:
            self.page.reload()
            return ready()

        eventually(again, what)


def eventually(look: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + EVENTS_WITHIN_S
    while not look():
        assert time.monotonic() < until, f"{what} did not come"
        time.sleep(0.5)
