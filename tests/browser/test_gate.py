"""Every listed page in Chromium, in each state: axe, policy, console, widths, weight and words."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from isolation import stuck
from playwright.sync_api import Browser
from support.chromium import chromium
from support.gallery import gallery, imagined, shots
from support.gate import AXE_RUNS, FIGURES, THEMES, WIDTHS, looked_at
from support.scenes import Shot
from support.screens import LANGUAGES, signed_in, speak
from support.stack import RunningStack
from support.story import Cast, cast
from support.walker import Walker

pytestmark = [pytest.mark.stack, pytest.mark.browser, pytest.mark.xdist_group("chromium")]
LOOKS = [(shot.who, language, shot.name) for shot in shots(imagined()) for language in LANGUAGES]


@dataclass
class Visit:
    """Everything there is to see, and the browser of whoever looks at present."""

    browser: Browser
    who: Cast
    shots: dict[str, Shot]
    now: tuple[str, str] = ("nobody yet", "")
    walker: Walker | None = None

    def as_(self, name: str, language: str) -> Walker:
        if self.walker and self.now == (name, language):
            return self.walker
        if self.walker and name and self.now[0] == name:
            speak(self.walker, language)
        else:
            self.leave()
            self.walker = signed_in(self.browser, self.who, name, language)
        self.now = (name, language)
        return self.walker

    def leave(self) -> None:
        if self.walker:
            self.walker.context.close()


@pytest.fixture(scope="module")
def visit(stack: RunningStack) -> Iterator[Visit]:
    with (
        closing(cast(stack.described())) as who,
        stuck.waiting(stack) as waiting,
        chromium() as browser,
    ):
        of = gallery(who, waiting["letter"])
        who.passwords["newcomer"] = of.endings.newcomer
        made = Visit(browser, who, {shot.name: shot for shot in shots(of)})
        yield made
        made.leave()


@pytest.mark.parametrize(("who", "language", "name"), sorted(LOOKS))
def test_a_page_passes_the_gate(visit: Visit, who: str, language: str, name: str) -> None:
    assert looked_at(visit.as_(who, language), visit.shots[name], language) == []


def test_everything_was_looked_at() -> None:
    """In each theme at each width, and each time with axe where it is asked for."""
    FIGURES.add("pages", len({name for *_, name in LOOKS}))
    counts, visits = FIGURES.counts, len(LOOKS)
    assert (counts["visits"], counts["looks"]) == (visits, visits * len(WIDTHS) * len(THEMES))
    assert counts["axe_runs"] == visits * len(AXE_RUNS["en"])
