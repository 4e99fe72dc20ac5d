"""From the name of an asset to the hashed name under which the edge serves it."""

import json
from collections.abc import Mapping
from functools import cache
from os import stat
from pathlib import Path

STATIC = Path(__file__).parent / "static"
DIST = STATIC / "dist"
MANIFEST = DIST / "manifest.json"


def built() -> Mapping[str, str]:
    """`tandem.css` -> `tandem.1f3a….css`, as of now: assets may be built again at any time."""
    try:
        return names(stat(MANIFEST).st_mtime_ns)
    except FileNotFoundError:
        return {}


@cache
def names(at: int) -> Mapping[str, str]:
    """The manifest as it was at one time of building."""
    found: Mapping[str, str] = json.loads(MANIFEST.read_text())["files"]
    return found
