"""Errors are listed above a form, away from their fields: there each begins with its label."""

import re
from collections.abc import Iterable

SUMMARY = re.compile(r'<div class="t-errors".*?</ul>', re.DOTALL)
LINK = re.compile(r'<a href="#([^"]+)">([^<]*)</a>')
# What names the control with this id: its label, its own attribute, its legend or heading.
NAMES = (
    r'<label[^>]* for="{0}"[^>]*>\s*([^<]+)',
    r'<[^>]* id="{0}"[^>]*?aria-label="([^"]+)"',
    r'<(?:fieldset|div)[^>]* id="{0}"[^>]*>\s*<(?:legend|h3|div)[^>]*>\s*([^<]+)',
    r'<h[23] id="{0}">\s*([^<]+)',
)


ROW = re.compile(r"(.+-\d+)-[a-z_]\w*")
BETWEEN = " – "
QUESTION_MARKS = "?？"


def with_labels(html: str, colon: str) -> str:
    """The page with “Title: This is needed.” in place of “This is needed.” in its summary."""

    def named(link: re.Match[str]) -> str:
        field, text = link.groups()
        label = full_label(field, html)
        says_itself = not label or label[-1] in QUESTION_MARKS or colon in text
        return link.group() if says_itself else f'<a href="#{field}">{label}{colon}{text}</a>'

    return SUMMARY.sub(lambda found: LINK.sub(named, found.group()), html, count=1)


def full_label(field: str, html: str) -> str:
    """“Service level 2 – Unit”: rows of one kind have fields of one name."""
    label, row = label_of(field, html), ROW.fullmatch(field)
    of_row = full_label(row[1], html) if row else ""
    return BETWEEN.join(part for part in (of_row, label) if part)


def label_of(field: str, html: str) -> str:
    tried: Iterable[re.Match[str] | None] = (
        re.search(name.format(re.escape(field)), html) for name in NAMES
    )
    found = next((each for each in tried if each), None)
    return found.group(1).strip() if found else ""
