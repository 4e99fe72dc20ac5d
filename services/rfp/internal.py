"""What only the gateway asks: the work that waits for somebody here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shared.kernel import Actor
from shared.web import requires, transaction

internal = Blueprint("rfp_internal", __name__, url_prefix="/internal")


@dataclass(frozen=True)
class Item:
    """One thing to do, or to wait for, in the words of whoever asks."""

    verb: str
    object: str
    href: str
    why: str
    due_at: datetime | None = None
    kind: str = "todo"  # or "waiting": somebody else has to act


Source = Callable[[Session, Actor], Iterable[Item]]
# Each subject's work: a function that asks its queries and finds the words.
SOURCES: list[Source] = []


@internal.get("/work")
@requires(Actor)
def work(actor: Actor) -> ResponseReturnValue:
    with transaction() as session:
        items = [item for source in SOURCES for item in source(session, actor)]
    return {"items": [as_json(item) for item in items]}


def as_json(item: Item) -> dict[str, Any]:
    return vars(item) | {"due_at": item.due_at and item.due_at.isoformat()}
