"""The house rules that a machine can check."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from support.catalogues import translated
from support.settings import SERVICES

from shared.kernel import Labelled
from shared.messaging.schemas import ROOT

CODE = ("gateway", "services", "shared", "deploy", "tests")
SUBJECT_FILES = {
    "__init__",
    "domain",
    "usecases",
    "queries",
    "persistence",
    "events",
    "jobs",
    "schemas",
    "api",
    "vendor_pages",
    "staff_pages",
}
EMPTY_WORDS = "manager helper helpers util utils common base data info process handle"
FORBIDDEN = re.compile(rf"(^|_)({EMPTY_WORDS.replace(' ', '|')})(_|$)")


def modules(*folders: str) -> Iterator[Path]:
    for folder in folders or CODE:
        yield from (p for p in (ROOT / folder).rglob("*.py") if "versions" not in p.parts)


def test_modules_are_short() -> None:
    long = {str(path): n for path in modules() if (n := path.read_text().count("\n")) > 400}
    assert long == {}


def test_functions_are_short() -> None:
    """About ten lines; the test draws the line where nobody would call it short."""
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in modules("gateway", "services", "shared")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and length(node) > 40
    ]
    assert long == []


def length(node: ast.FunctionDef) -> int:
    return (node.end_lineno or 0) - node.body[0].lineno + 1


def test_subjects_hold_the_same_files() -> None:
    odd = []
    for subject in (ROOT / "services").glob("*/*/__init__.py"):
        if subject.parent.name in ("migrations", "event_schemas", "translations"):
            continue
        names = {p.stem for p in subject.parent.glob("*.py")}
        names |= {p.parent.name for p in subject.parent.glob("*/__init__.py")}
        odd += [f"{subject.parent.relative_to(ROOT)}/{name}" for name in names - SUBJECT_FILES]
    assert sorted(odd) == ODD


# A subject that outgrew a file says so here, with its reason.
ODD = [
    "services/monitoring/slas/pages",  # the same pages for both faces
    "services/notifications/inbox/pages",  # the same inbox for both faces
]


def test_names_say_what_things_are() -> None:
    bad = [str(p) for p in modules("gateway", "services", "shared") if FORBIDDEN.search(p.stem)]
    assert bad == []


@pytest.mark.parametrize("package", ["shared", "gateway", *(f"services.{s}" for s in SERVICES)])
def test_every_member_of_an_enumeration_has_words_in_both_languages(package: str) -> None:
    import_all(package)
    chinese = translated()
    missing = [
        f"{kind.__module__}.{kind.__name__}.{member.name}: {member.label}"
        for kind in Labelled.__subclasses__()
        if kind.__module__.startswith(package + ".")
        for member in kind
        if not chinese.get(member.label)
    ]
    assert missing == []


def import_all(package: str) -> None:
    for path in modules(package.replace(".", "/")):
        if "migrations" not in path.parts and path.stem != "__main__":
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError|[Ll]orem ipsum|[Cc]oming soon)\b")
    found = [str(p) for p in modules() if marks.search(p.read_text()) and p != Path(__file__)]
    assert found == []


def test_import_rules_hold() -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, env={"PYTHONPATH": ".", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
