"""What every page has to hold in both languages, light and dark, at three widths.

One load for each language; the rest is tried on the page as it stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from threading import Lock
from typing import Any

from playwright.sync_api import Error, Page, Response

from support import wording
from support.chromium import AXE, TAGS
from support.scenes import Shot
from support.screens import prepare
from support.walker import Walker

WIDTHS, THEMES = (1280, 390, 320), ("light", "dark")
# Where axe looks: of any two of language, theme and width, every combination.
AXE_RUNS = {
    "en": {("light", 1280), ("dark", 390)},
    "zh-Hans": {("dark", 1280), ("light", 390)},
}
KB = 1024
MOST_KB, MOST_KB_WITH_CHART = 200, 600  # compressed, with all that a first visit loads
LOADED = """() => document.readyState === 'complete'
  && [...document.querySelectorAll('[data-chart]')].every((each) => each.querySelector('svg'))"""
FACTS = """() => {
  const loads = performance.getEntries().filter((each) => 'encodedBodySize' in each);
  return {
    lang: document.documentElement.lang,
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    chart: Boolean(document.querySelector('[data-chart]')),
    bytes: loads.reduce((sum, each) => sum + each.encodedBodySize, 0),
    foreign: loads.map((each) => each.name).filter((name) => !name.startsWith(location.origin)),
  };
}"""
TEXTS = """() => {
  const found = new Set(), root = document.documentElement;
  const foreign = (node) => node.closest('[lang]')?.lang !== root.lang;
  const silent = (node) => node.closest('script, style, textarea');
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    const parent = nodes.currentNode.parentElement;
    if (!silent(parent) && !foreign(parent)) found.add(nodes.currentNode.data);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-leave']) {
    for (const each of document.querySelectorAll(`[${name}]`)) {
      if (!foreign(each)) found.add(each.getAttribute(name));
    }
  }
  return [...found];
}"""
TURN = """(theme) => {
  document.documentElement.dataset.bsTheme = theme;
  document.dispatchEvent(new Event('tandem:theme'));
}"""
SIDEWAYS = "document.scrollingElement.scrollWidth - innerWidth"
RUN_AXE = """(tags) => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false,
}).then((told) => told.violations.map((each) => [each.id, each.nodes[0].html.slice(0, 200)]))"""


@dataclass
class Figures:
    """For the last line of a test run."""

    counts: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def add(self, name: str, number: int = 1) -> None:
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + number

    def highest(self, name: str, number: int) -> None:
        with self.lock:
            self.counts[name] = max(number, self.counts.get(name, 0))


FIGURES = Figures()


def looked_at(person: Walker, shot: Shot, language: str) -> list[str]:
    """What is wrong with one page in one language."""
    FIGURES.add("visits")
    page, failed = person.page, []

    def notice(answer: Response) -> None:
        asked = answer.request
        if answer.status >= 400 and asked.method == "GET" and not asked.is_navigation_request():
            failed.append(f"{answer.status} {answer.url}")

    page.on("response", notice)
    try:
        found = list(faults(person, shot, language))
    except Error as error:
        found = [f"cannot be shown: {error.message[:300]}"]
    page.remove_listener("response", notice)
    found += failed + person.faults
    person.faults.clear()
    FIGURES.add("findings", len(found))
    return [f"{shot.name} {language}: {each}" for each in found]


def faults(person: Walker, shot: Shot, language: str) -> Iterator[str]:
    page = person.page
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    answer = page.goto(person.base_url + shot.path)
    if not answer or answer.status != shot.status:
        yield f"answered {answer and answer.status}"
    prepare(page, shot)
    page.wait_for_function(LOADED)
    yield from in_facts(page.evaluate(FACTS), language)  # before it renews parts of itself
    yield from in_words(page, language)
    yield from in_looks(page, language)
    yield from (f"forbidden: {each}" for each in page.evaluate("window.refused"))


def in_words(page: Page, language: str) -> Iterator[str]:
    texts = page.evaluate(TEXTS)
    yield from (f"not filled in: {each}" for each in wording.raw(texts))
    if language != "en":
        yield from (f"English: {each}" for each in wording.english(texts))


def in_looks(page: Page, language: str) -> Iterator[str]:
    """At each width in each theme."""
    page.evaluate(AXE.read_text())
    for width, theme in product(WIDTHS, THEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(TURN, theme)
        FIGURES.add("looks")
        if (wider := page.evaluate(SIDEWAYS)) > 0:
            yield f"{width} {theme}: scrolls sideways by {wider} px"
        if (theme, width) in AXE_RUNS[language]:
            FIGURES.add("axe_runs")
            yield from (f"{width} {theme}: axe {each}" for each in page.evaluate(RUN_AXE, TAGS))


def in_facts(facts: dict[str, Any], language: str) -> Iterator[str]:
    if facts["lang"] != language:
        yield f"lang is {facts['lang']}"
    if facts["headings"] != 1:
        yield f"{facts['headings']} headings of the first level"
    if not facts["title"].partition("–")[0].strip():
        yield f"titled {facts['title']!r}"
    yield from (f"from elsewhere: {each}" for each in facts["foreign"])
    weight = facts["bytes"] // KB
    FIGURES.highest(f"heaviest_kb{'_with_chart' if facts['chart'] else ''}", weight)
    if weight > (MOST_KB_WITH_CHART if facts["chart"] else MOST_KB):
        yield f"{weight} KB on a first visit"
