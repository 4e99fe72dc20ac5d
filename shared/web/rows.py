"""Forms with rows that repeat. Buttons `add` and `remove` post the form and get it back changed.

A row's fields are named as in `forms`: `lines-0-title`; `add=lines` appends a row to `lines`,
`remove=lines-0` takes one out. Rows may hold rows: `targets-0-tiers-2-from`.
"""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from shared.web.forms import NOT_DATA

MOST_ROWS = 200  # a form asks for no more, whatever its names count to


def changed_rows(form: MultiDict[str, str]) -> dict[str, Any]:
    """All that was typed, blank rows too, after the button's change."""
    typed = {
        name: answers if len(answers) > 1 else answers[0]
        for name, answers in form.lists()
        if name not in (*NOT_DATA, "add", "remove")
    }
    if removed := form.get("remove", ""):
        typed = without_row(typed, removed)
    if added := form.get("add", ""):
        typed[f"{added}-{row_count(typed, added, least=0)}"] = ""
    return typed


def without_row(values: Mapping[str, Any], row: str) -> dict[str, Any]:
    """The rows after the removed one move up."""
    prefix, _, number = row.rpartition("-")
    if not prefix or not number.isdigit():
        return dict(values)
    moved = (
        (moved_up(name, prefix, int(number)), value)
        for name, value in values.items()
        if name != row and not name.startswith(f"{row}-")
    )
    return dict(moved)


def moved_up(name: str, prefix: str, removed: int) -> str:
    found = re.match(rf"{re.escape(prefix)}-(\d+)(?=-|$)", name)
    if not found or int(found[1]) < removed:
        return name
    return f"{prefix}-{int(found[1]) - 1}{name[found.end() :]}"


def row_count(values: Mapping[str, Any] | None, prefix: str, least: int = 1) -> int:
    """How many rows of `prefix` a form shows for these values."""
    pattern = re.compile(rf"{re.escape(prefix)}-(\d+)(?:-|$)")
    found = (pattern.match(name) for name in values or {})
    return min(MOST_ROWS, max([least, *(int(match[1]) + 1 for match in found if match)]))
