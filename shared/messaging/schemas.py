"""JSON Schemas of event data. The owner of a type keeps them in its folder `event_schemas`."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import fastjsonschema

ROOT = Path(__file__).parents[2]
FOLDERS = ("gateway/event_schemas", "services/*/event_schemas", "shared/messaging/event_schemas")


class InvalidData(Exception):
    """The data of an event does not fit its schema."""


@cache
def paths() -> Mapping[str, Path]:
    """Event type → file of its schema."""
    found = (path for folder in FOLDERS for path in ROOT.glob(f"{folder}/*.json"))
    return {path.stem: path for path in sorted(found)}


@cache
def validator(event_type: str) -> Callable[[Any], Any]:
    schema = json.loads(paths()[event_type].read_text())
    compiled: Callable[[Any], Any] = fastjsonschema.compile(schema)
    return compiled


def validate(event_type: str, data: Mapping[str, Any]) -> None:
    try:
        validator(event_type)(dict(data))
    except fastjsonschema.JsonSchemaValueException as fault:
        raise InvalidData(f"{event_type}: {fault.message}") from fault
    except KeyError as fault:
        raise InvalidData(f"{event_type} has no schema") from fault
