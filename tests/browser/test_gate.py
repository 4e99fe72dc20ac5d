"""Every listed page in Chromium, in each state: axe, policy, console, widths, weight and words."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import pytest
from isolation import stuck
from support.chromium import chromium
from support.gallery import gallery, imagined, shots
from support.gate import AXE_RUNS, FIGURES, THEMES, WIDTHS, looked_at
from support.scenes import Shot
from support.screens import LANGUAGES, signed_in
from support.stack import RunningStack
from support.story import Cast, cast

BROWSERS = min(2, os.cpu_count() or 1)
pytestmark = [
    *(pytest.mark.stack, pytest.mark.browser, pytest.mark.xdist_group("chromium")),
    pytest.mark.timeout(1800),  # the first test waits until all pages were looked at
]
LISTED = {shot.name: shot for shot in shots(imagined())}
LOOKS = [(name, language) for name in LISTED for language in LANGUAGES]
Found = dict[tuple[str, str], list[str]]


@pytest.fixture(scope="module")
def found(stack: RunningStack, request: pytest.FixtureRequest) -> Found:
    """What is wrong, by page and language, of the pages that this run asks for."""
    asked = {each.callspec.params["name"] for each in request.session.items if is_look(each)}
    with closing(cast(stack.described())) as who, stuck.waiting(stack) as waiting:
        of = gallery(who, waiting["letter"])
        who.passwords["newcomer"] = of.endings.newcomer
        wanted = [shot for shot in shots(of) if shot.name in asked]
        with ThreadPoolExecutor(BROWSERS) as pool:
            parts = list(pool.map(partial(looks, who), shares(wanted)))
    return {place: faults for part in parts for place, faults in part.items()}


def is_look(item: pytest.Item) -> bool:
    return item.name.startswith("test_a_page_passes_the_gate[")


def shares(wanted: Iterable[Shot]) -> list[list[Shot]]:
    """One for each browser. A person is in one only, for an account has one language."""
    people: dict[str, list[Shot]] = {}
    for shot in wanted:
        people.setdefault(shot.who, []).append(shot)
    made: list[list[Shot]] = [[] for _ in range(BROWSERS)]
    for theirs in sorted(people.values(), key=len, reverse=True):
        min(made, key=len).extend(theirs)
    return made


def looks(who: Cast, share: list[Shot]) -> Found:
    found: Found = {}
    with chromium() as browser:
        for name in {shot.who: 0 for shot in share}:
            theirs = [shot for shot in share if shot.who == name]
            for language in LANGUAGES:
                person = signed_in(browser, who, name, language)
                found |= {(s.name, language): looked_at(person, s, language) for s in theirs}
                person.context.close()
    return found


@pytest.mark.parametrize(("name", "language"), LOOKS)
def test_a_page_passes_the_gate(found: Found, name: str, language: str) -> None:
    assert found[name, language] == []


def test_everything_was_looked_at(found: Found) -> None:
    """In each theme at each width, and with axe where it is asked for."""
    FIGURES.add("pages", len({name for name, _ in found}))
    counts, visits = FIGURES.counts, len(found)
    assert (counts["visits"], counts["looks"]) == (visits, visits * len(WIDTHS) * len(THEMES))
    assert counts["axe_runs"] == visits * len(AXE_RUNS["en"])
