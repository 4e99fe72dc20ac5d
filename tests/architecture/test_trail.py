"""Every action that anything records has words in the audit trail of its service."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from support.settings import SERVICES

from shared.messaging.schemas import ROOT
from shared.web.trail import COMMON

PACKAGES = {"gateway": "gateway", **{name: f"services.{name}" for name in SERVICES}}
RECORDERS = ("record", "note")
ACTION = re.compile(r"[a-z]+(_[a-z]+)+_?")


def recorded(folder: Path) -> set[str]:
    """The names of all actions; of one that is put together, what it begins with."""
    sources = (path.read_text() for path in sorted(folder.rglob("*.py")))
    return {name for source in sources for name in actions_in(ast.parse(source))}


def actions_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node.func).startswith(RECORDERS):
            keywords = [each.value for each in node.keywords if each.arg == "action"]
            yield from names_in([*node.args, *keywords])


def called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def names_in(arguments: list[ast.expr]) -> Iterator[str]:
    for each in arguments:
        first = each.values[0] if isinstance(each, ast.JoinedStr) else each
        said = first.value if isinstance(first, ast.Constant) else ""
        if isinstance(said, str) and ACTION.fullmatch(said):
            yield said


def nameless(names: set[str], words: set[str]) -> list[str]:
    """A beginning needs a word that goes on from it."""
    return sorted(
        name
        for name in names
        if name not in words and not any(each.startswith(name) for each in words if name[-1] == "_")
    )


@pytest.mark.parametrize("name", PACKAGES)
def test_every_action_has_words(name: str) -> None:
    package = PACKAGES[name]
    found = recorded(ROOT / package.replace(".", "/"))
    assert len(found) > 2
    trail = import_module(f"{package}.trail").TRAIL
    assert nameless(found, {*trail.actions}) == []


def test_so_has_what_every_service_records() -> None:
    found = recorded(ROOT / "shared")
    assert {"events_replayed", "dead_letter_replayed", "job_retried"} <= found
    assert nameless(found, {*COMMON}) == []
