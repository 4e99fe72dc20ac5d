"""Somebody without a mouse: Tab, arrows, Space, Enter and typing."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator

from support.walker import Walker

MOST_KEYS = 150
NO_MOUSE = "addEventListener('pointerdown', () => console.error('a mouse was used'), true)"


class Typist(Walker):
    """Does with keys alone what others do; a mouse would be a fault."""

    def __init__(self, browser: Browser, base_url: str, **options: Any) -> None:
        super().__init__(browser, base_url, **options)
        self.context.add_init_script(NO_MOUSE)

    def type(self, selector: str, text: str) -> None:
        self.reach(self.page.locator(selector))
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def tick(self, selector: str) -> None:
        """Of radio buttons one is in the order of Tab; arrows lead to the others."""
        wanted = self.page.locator(selector)
        group = f'input[name="{wanted.get_attribute("name")}"]'
        self.reach(self.page.locator(group), wanted.get_attribute("type") == "radio")
        while not self.is_focused(wanted):
            self.page.keyboard.press("ArrowDown")
        if not wanted.is_checked():
            self.page.keyboard.press("Space")

    def choose(self, selector: str, value: str) -> None:
        field = self.page.locator(selector)
        self.reach(field)
        for _ in range(field.locator("option").count()):
            if field.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no way to {value} with the arrows")

    def attach(self, selector: str, file: Path) -> None:
        self.reach(self.page.locator(selector))
        with self.page.expect_file_chooser() as asked:
            self.page.keyboard.press("Space")  # Enter opens the chooser with scripts only
        asked.value.set_files(file)

    def hit(self, button: Locator) -> None:
        self.reach(button)
        self.page.keyboard.press("Enter")

    def reach(self, wanted: Locator, any_of_them: bool = False) -> None:
        """Tab on until the focus is there, around the end of the page if need be."""
        wanted.first.wait_for()
        for _ in range(MOST_KEYS):
            if any(map(self.is_focused, wanted.all() if any_of_them else [wanted.first])):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way to {wanted} with the Tab key on {self.page.url}")

    def is_focused(self, field: Locator) -> bool:
        return bool(field.evaluate("each => each === document.activeElement"))
