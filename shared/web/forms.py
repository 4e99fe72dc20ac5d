"""Form fields as nested data, and errors the other way round.

A form names what it nests: `lots-0-title`, `lots-0-description`, `lots-1-title`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from shared.web.texts import readable

NOT_DATA = ("csrf_token", "idempotency_key")
NESTED = re.compile(r"[a-z_]\w*(-\d{1,3}(-[a-z_]\w*)?){1,4}")  # a UUID in a name does not match


def form_fields(form: MultiDict[str, str]) -> dict[str, Any]:
    """Nested data of a form. Empty answers and rows of nothing else are left out."""
    tree: dict[str, Any] = {}
    for name, answers in form.lists():
        given = [answer.strip() for answer in answers if answer.strip()]
        if given and name not in NOT_DATA:
            path = name.split("-") if NESTED.fullmatch(name) else [name]
            plant(tree, path, given if len(given) > 1 else given[0])
    return {name: rows_as_lists(branch) for name, branch in tree.items()}


def plant(tree: dict[str, Any], path: list[str], leaf: Any) -> None:
    for step in path[:-1]:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            return  # `a` and `a-b` in one form: the first stands
    tree[path[-1]] = leaf


def rows_as_lists(branch: Any) -> Any:
    if not isinstance(branch, dict):
        return branch
    if all(step.isdigit() for step in branch):
        return [rows_as_lists(branch[step]) for step in sorted(branch, key=int)]
    return {step: rows_as_lists(inner) for step, inner in branch.items()}


def form_values(form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, under the names that the form gives it when it is shown again.

    Characters that nobody sees are left out, or nobody could take them out.
    """
    return {
        name: readable(value) if isinstance(value, str) else value
        for name, value in flattened(form_fields(form))
    }


def form_errors(messages: Mapping[Any, Any]) -> dict[str, str]:
    """One sentence per field, under the name of its input."""
    leaves: dict[str, str] = {}
    for name, text in flattened(messages):
        leaves.setdefault(name, " ".join(map(str, text)) if isinstance(text, list) else str(text))
    return leaves


def flattened(branch: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """`{"lots": [{"title": "x"}]}` as `("lots-0-title", "x")`."""
    steps = rows(branch)
    if steps is None:
        yield prefix, branch
        return
    for step, inner in steps:
        name = prefix if step == "_schema" else f"{prefix}-{step}" if prefix else str(step)
        yield from flattened(inner, name)


def rows(branch: Any) -> list[tuple[Any, Any]] | None:
    if isinstance(branch, Mapping):
        return list(branch.items())
    if isinstance(branch, list) and branch and isinstance(branch[0], Mapping):
        return list(enumerate(branch))
    return None
