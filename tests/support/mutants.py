"""`make mutants`: changes the rules a little, thousands of times, and counts what tests notice."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).parents[2]
COPY = ROOT / "mutants"
FIGURES = ROOT / "build" / "mutants.json"
LEAST = 85  # per cent that tests have to notice
NOTICED = ("killed", "timeout")


def main(only: list[str]) -> int:
    """All of them afresh; or those whose names fit, which mutmut then lists by itself."""
    if only:
        return mutate(only)
    shutil.rmtree(COPY, ignore_errors=True)
    return mutate(only) or report()


def mutate(only: list[str]) -> int:
    command = ["nice", sys.executable, "-m", "mutmut", "run", "--max-children", "2", *only]
    environment = os.environ.copy()
    environment.pop("PYTHONPATH", None)  # the copies are to be imported, not what they are of
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def report() -> int:
    """A line per module, all of it into build/mutants.json; 1 where too little was noticed."""
    found = {path.relative_to(COPY): counted(path) for path in sorted(COPY.rglob("*.meta"))}
    modules = {str(path.with_suffix("")): count for path, count in found.items() if count}
    modules["all"] = sum(modules.values(), Counter())
    for name, count in modules.items():
        others = ", ".join(f"{n} {status}" for status, n in count.items() if status not in NOTICED)
        print(f"{name:55} {count.total():5} {score(count):6.1f} %  {others}")
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(modules, indent=1))
    return score(modules["all"]) < LEAST


def counted(path: Path) -> Counter[str]:
    codes = json.loads(path.read_text())["exit_code_by_key"].values()
    return Counter(status_by_exit_code[code] for code in codes)


def score(count: Counter[str]) -> float:
    return 100 * sum(count[status] for status in NOTICED) / count.total()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
