"""Screenshots of the pages that matter, in both languages and at two widths.

`PYTHONPATH=.:tests python -m support.screens FOLDER STACK_JSON [NAME …]` on a running stack with
its demo data. What a page needs to show (a receipt, a room before its opening) is made by API.
"""

import json
import pickle
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Browser

from support import endings, scenes
from support.chromium import chromium
from support.scenes import Shot
from support.story import Cast, cast
from support.walker import Walker

LANGUAGES = ("en", "zh-Hans")
WIDTHS = (1280, 390)
T = TypeVar("T")
FORGE = "chosen => { chosen.selectedOptions[0].value = 'nothing' }"


def take(person: Walker, shot: Shot, language: str, folder: Path) -> None:
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        person.go(shot.path)
        prepare(person, shot)
        if shot.press:
            person.page.click(shot.press)
        person.page.wait_for_load_state("networkidle")
        person.page.wait_for_timeout(300)
        if shot.press and not person.page.locator("#error-summary").count():
            print(f"  {shot.name} {language}: nothing above the form says what is wrong")
        wide = person.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            print(f"  {shot.name} {language}: {wide} px wide at {width}")
        person.page.screenshot(path=folder / f"{shot.name}-{language}-{width}.png", full_page=True)


def prepare(person: Walker, shot: Shot) -> None:
    if shot.unfold:
        person.page.locator("main details > summary").last.click()
    for name, value in shot.fill:
        person.page.fill(f'[id="{name}"]', value)
    for choice in shot.wrong:
        person.page.locator(choice).evaluate(FORGE)


def speak(person: Walker, language: str) -> None:
    person.go("/account")
    person.page.select_option("#locale", language)
    person.page.click('form[action$="/account/language"] button.btn-primary')
    person.page.wait_for_load_state("networkidle")


def signed_in(browser: Browser, who: Cast, name: str, language: str) -> Walker:
    person = Walker(browser, who.base_url, locale="zh-CN" if language != "en" else "en-GB")
    if name:
        person.sign_in(*who.passwords[name])
        speak(person, language)
    return person


def everything(who: Cast, folder: Path) -> Iterator[Shot]:
    """Objects are made once for a folder, so that a page can be shown before and after."""
    yield from scenes.shots(kept(folder / "scenes.pickle", lambda: scenes.places(who)))
    told = kept(folder / "endings.pickle", lambda: endings.endings(who))
    who.passwords["newcomer"] = told.newcomer
    yield from endings.shots(told)


def kept(file: Path, make: Callable[[], T]) -> T:
    if not file.exists():
        file.write_bytes(pickle.dumps(make()))
    found: T = pickle.loads(file.read_bytes())
    return found


def main(folder: Path, described: dict[str, Any], only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    who = cast(described)
    wanted = [each for each in everything(who, folder) if not only or each.name in only]
    with chromium() as browser:
        for name, language in product({each.who: 0 for each in wanted}, LANGUAGES):
            person = signed_in(browser, who, name, language)
            for shot in (each for each in wanted if each.who == name):
                attempt(person, shot, language, folder)
            person.context.close()
            for fault in person.faults:
                print(f"  {name} {language}: {fault}")


def attempt(person: Walker, shot: Shot, language: str, folder: Path) -> None:
    """One page that cannot be shown does not keep the others from being looked at."""
    try:
        take(person, shot, language, folder)
    except Exception as error:  # noqa: BLE001  # said, and the next page is taken
        print(f"  {shot.name} {language}: {str(error)[:300]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), sys.argv[3:])
