"""From the name of an asset to the address under which the edge serves it."""

import json
from functools import cache
from os import stat
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
MANIFEST = DIST / "manifest.json"


def asset(name: str) -> str:
    """`tandem.css` -> `/static/tandem.1f3a….css`. The plain name where nothing is built yet."""
    try:
        built = stat(MANIFEST).st_mtime_ns
    except FileNotFoundError:
        built = 0
    return f"/static/{names(built).get(name, name)}"


@cache
def names(built: int) -> dict[str, str]:
    """The manifest as it was at one time of building."""
    found: dict[str, str] = json.loads(MANIFEST.read_text())["files"] if built else {}
    return found
