"""Events of every release are understood by this one, and the reverse.

`tests/released_events/<version>` holds schemas and samples as they were released. Before the first
release that is what stands on main, and may still be replaced; afterwards only a folder is added.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from support.schema_changes import breaks

from shared.messaging.schemas import ROOT, paths, validate

RELEASED = sorted((ROOT / "tests/released_events").glob("*/*.schema.json"))
SAMPLES = sorted((ROOT / "tests/released_events").glob("*/*.sample.json"))


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", RELEASED, ids=named)
def test_a_schema_has_only_grown_since_its_release(path: Path) -> None:
    event_type = path.name.removesuffix(".schema.json")
    assert event_type in paths(), "an event type that is gone"
    now = json.loads(paths()[event_type].read_text())
    assert list(breaks(json.loads(path.read_text()), now)) == []


@pytest.mark.parametrize("path", SAMPLES, ids=named)
def test_a_released_sample_still_fits(path: Path) -> None:
    validate(path.name.removesuffix(".sample.json"), json.loads(path.read_text()))


def test_every_released_schema_has_its_sample() -> None:
    assert RELEASED
    assert [str(path).replace(".schema.", ".sample.") for path in RELEASED] == list(
        map(str, SAMPLES)
    )


TEXT = {"type": "string"}
OLD = {
    "type": "object",
    "properties": {"id": TEXT, "lots": {"type": "array", "items": {
        "type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "required": ["kind"]}}},
    "required": ["id", "lots"],
}  # fmt: skip


def changed(path: str, value: Any) -> dict[str, Any]:
    """A copy with one place set, or taken away with None."""
    copy = json.loads(json.dumps(OLD))
    *way, last = path.split("/")
    place = copy
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copy


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("properties/id", None, "data.id: gone"),
        ("properties/id", {"type": "integer"}, "data.id: type"),
        ("properties/id", TEXT | {"maxLength": 9}, "data.id: maxLength"),
        ("required", ["id"], "data.lots: no longer required"),
        ("required", ["id", "lots", "more"], "data.more: required"),
        ("additionalProperties", False, "data: additionalProperties"),
        ("properties/lots/items/properties/kind/enum", ["a"], "data.lots[].kind: enum"),
        ("properties/lots/items/required", [], "data.lots[].kind: no longer"),
        ("properties/lots/items", None, "data.lots[]"),
    ],
)
def test_what_breaks_a_reader_is_found(path: str, value: Any, says: str) -> None:
    found = list(breaks(OLD, changed(path, value)))
    assert any(each.startswith(says) for each in found), found


@pytest.mark.parametrize("path", ["properties/more", "properties/lots/items/properties/more"])
def test_optional_additions_and_words_break_nothing(path: str) -> None:
    assert list(breaks(OLD, changed(path, TEXT))) == []
    assert list(breaks(OLD, changed("description", "Better words"))) == []
