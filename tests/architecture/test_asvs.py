"""docs/asvs.csv: each line says whether it holds, and what holds is shown by a test."""

import ast
import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from shared.messaging.schemas import ROOT

HOLDS = ("yes", "partly", "no", "not applicable")
OURS = re.compile(r"\b(?:deploy|docs|gateway|services|shared|tests)/[\w./-]+")


class Line(NamedTuple):
    id: str
    level: str
    words: str
    holds: str
    where: str
    tests: str
    note: str

    def number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.id.split("."))


def lines() -> list[Line]:
    text = (ROOT / "docs/asvs.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    assert tuple(header) == Line._fields
    return [Line(*row) for row in rows]


def faults(line: Line) -> Iterator[str]:
    if not re.fullmatch(r"\d+\.\d+\.\d+", line.id) or line.level not in ("1", "2", "3"):
        yield "has no number and level"
    if not line.words or line.holds not in HOLDS:
        yield "does not say whether it holds"
    if line.holds != "yes" and not line.note:
        yield "does not say why, or what is missing"
    if line.holds in ("yes", "partly") and not line.where:
        yield "does not say where"
    yield from (
        f"names {place}" for place in OURS.findall(line.where) if not (ROOT / place).exists()
    )


def test_every_line_says_whether_it_holds() -> None:
    assert [(line.id, fault) for line in lines() for fault in faults(line)] == []


def test_lines_stand_in_order_and_once() -> None:
    numbers = [line.number() for line in lines()]
    assert numbers == sorted(set(numbers))


@cache
def known_in(file: str) -> frozenset[str]:
    """`test_x` and `TestX::test_x` of a file; none where it does not exist."""
    path = ROOT / file
    return frozenset(named(ast.parse(path.read_text()).body) if path.is_file() else ())


def named(body: list[ast.stmt], within: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from named(node.body, f"{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield within + node.name


def is_there(test: str) -> bool:
    file, _, name = test.partition("::")
    return name in known_in(file)


def test_what_holds_names_tests_that_are_there() -> None:
    unshown = [x.id for x in lines() if x.holds in ("yes", "partly") and not x.tests]
    missing = [test for line in lines() for test in line.tests.split() if not is_there(test)]
    assert unshown + missing == []


def test_the_document_counts_as_the_file_does() -> None:
    counted = Counter((line.level, line.holds) for line in lines())
    rows = [
        f"| {level} | " + " | ".join(str(counted[level, each]) for each in HOLDS) + " |"
        for level in "123"
    ]
    document = (ROOT / "docs/security.md").read_text()
    assert [row for row in rows if row not in document] == []
