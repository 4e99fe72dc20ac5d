"""Blueprints of the JSON API: how their bodies are read, and what every operation documents."""

from typing import Any

import flask_smorest

from shared.web.reading import Parser

KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "A UUID of your own making. The same key and body get the same answer again, "
    "for 30 days.",
    "schema": {"type": "string", "format": "uuid"},
}


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # untyped there
    ARGUMENTS_PARSER = Parser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(with_key)


def with_key(doc: dict[str, Any], told: dict[str, Any], **about: Any) -> dict[str, Any]:
    """What `idempotent` marks takes a key. Parameters written by hand replace the others."""
    if told.get("idempotent"):
        by_hand = told.get("manual_doc", {})
        place = by_hand if "parameters" in by_hand else doc
        place["parameters"] = [*place.get("parameters", []), KEY]
    return doc
