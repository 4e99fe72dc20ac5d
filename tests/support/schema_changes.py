"""What may change in the schema of an event between two releases: optional additions.

Readers of the last release have to understand the events of this one, and the reverse.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]
WORDS = {"$schema", "$id", "title", "description", "examples", "$comment"}
PARTS = {"properties", "required", "items"}


def breaks(old: Schema, new: Schema, where: str = "data") -> Iterator[str]:
    """Each change that a reader of the other release may stumble over."""
    for rule in sorted((set(old) | set(new)) - WORDS - PARTS):
        if old.get(rule) != new.get(rule):
            yield f"{where}: {rule} was {old.get(rule)} and is {new.get(rule)}"
    yield from requirements(old, new, where)
    before, now = old.get("properties", {}), new.get("properties", {})
    for name in sorted(before):
        if name not in now:
            yield f"{where}.{name}: gone"
        else:
            yield from breaks(before[name], now[name], f"{where}.{name}")
    if "items" in old or "items" in new:
        yield from breaks(old.get("items", {}), new.get("items", {}), f"{where}[]")


def requirements(old: Schema, new: Schema, where: str) -> Iterator[str]:
    before, now = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(now - before):
        yield f"{where}.{name}: required, but older events lack it"
    for name in sorted(before - now):
        yield f"{where}.{name}: no longer required, but older readers count on it"
