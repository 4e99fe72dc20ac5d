"""Screenshots of the pages that matter, in both languages and at two widths.

`PYTHONPATH=.:tests python -m support.screens FOLDER STACK_JSON [NAME …]` on a running stack with
its demo data. What a page needs to show (a receipt, a room before its opening) is made by API.
"""

import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

from isolation import stuck
from playwright.sync_api import Browser, Page

from support.chromium import chromium
from support.gallery import gallery, kept, shots
from support.scenes import Shot
from support.stack import RunningStack
from support.story import Cast, cast
from support.walker import Walker

LANGUAGES = ("en", "zh-Hans")
WIDTHS = (1280, 390)
FORGE = "chosen => { chosen.selectedOptions[0].value = 'nothing' }"


def take(person: Walker, shot: Shot, language: str, folder: Path) -> None:
    for width in WIDTHS:
        person.page.set_viewport_size({"width": width, "height": 900})
        person.go(shot.path)
        prepare(person.page, shot)
        person.page.wait_for_load_state("networkidle")
        person.page.wait_for_timeout(300)
        wide = person.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            print(f"  {shot.name} {language}: {wide} px wide at {width}")
        person.page.screenshot(path=folder / f"{shot.name}-{language}-{width}.png", full_page=True)


def prepare(page: Page, shot: Shot) -> None:
    """Fill in and press what the shot is to show."""
    if shot.unfold:
        page.locator("main details > summary").last.click()
    for name, value in shot.fill:
        page.fill(f'[id="{name}"]', value)
    for choice in shot.wrong:
        page.locator(choice).evaluate(FORGE)
    if shot.attach:
        sent = {"name": "calls.csv", "mimeType": "text/csv", "buffer": shot.attach.encode()}
        page.set_input_files("#file", sent)  # type: ignore[arg-type]  # as Playwright describes it
    if shot.press:
        page.click(shot.press)
        page.wait_for_url(shot.leads) if shot.leads else page.wait_for_selector("#error-summary")


def speak(person: Walker, language: str) -> None:
    person.go("/account")
    person.page.select_option("#locale", language)
    person.page.click('form[action$="/account/language"] button.btn-primary')
    person.page.wait_for_selector(f'html[lang="{language}"]')


def signed_in(browser: Browser, who: Cast, name: str, language: str) -> Walker:
    """Or not, without a name; then the browser asks for the language."""
    person = Walker(browser, who.base_url, locale=language)
    if name:
        person.sign_in(*who.passwords[name])
        speak(person, language)
    return person


def main(stack: RunningStack, folder: Path, only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    who = cast(stack.described())
    with stuck.waiting(stack) as waiting, chromium() as browser:
        of = kept(folder / "gallery.pickle", lambda: gallery(who, waiting["letter"]))
        of = replace(of, corners=replace(of.corners, letter=waiting["letter"]))
        who.passwords["newcomer"] = of.endings.newcomer
        wanted = [each for each in shots(of) if not only or each.name in only]
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
    main(RunningStack(Path(sys.argv[2])), Path(sys.argv[1]), sys.argv[3:])
