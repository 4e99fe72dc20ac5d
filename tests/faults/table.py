"""The table of faults: what was done, how often, and what came of it."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from faults.checker import Verdict

ROWS: list["Row"] = []
COLUMNS = ("fault", "rounds", "lost", "doubled", "late", "seconds to recover")


@dataclass(frozen=True)
class Row:
    """`seconds`: the longest it took until everything was ready again; None where nothing died."""

    fault: str
    rounds: int
    lost: int
    doubled: int
    late: int
    seconds: float | None = None


def rounds(few: int, full: int) -> int:
    """ROUNDS is 0 for a few, as in every test run; otherwise how often all of them."""
    times = int(os.environ.get("FAULT_ROUNDS", "0"))
    return full * times if times else few


def is_full() -> bool:
    return os.environ.get("FAULT_ROUNDS", "0") != "0"


def note(fault: str, number: int, verdict: Verdict, seconds: float | None = None) -> None:
    counts = (len(verdict.lost), len(verdict.doubled), len(verdict.late))
    ROWS.append(Row(fault, number, *counts, None if seconds is None else round(seconds, 1)))


def as_text() -> str:
    lines = [[str("-" if cell is None else cell) for cell in asdict(row).values()] for row in ROWS]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in [list(COLUMNS), *lines]
    )


def write(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    rows = [asdict(row) for row in ROWS]
    (folder / "faults.json").write_text(json.dumps(rows, indent=2) + "\n")
