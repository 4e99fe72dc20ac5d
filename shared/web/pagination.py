"""Pages of a long list by the last row seen: stable while rows are added, fast at any depth."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import Session

T = TypeVar("T")
R = TypeVar("R")
SIZES = (25, 50, 100)
READ: dict[str, Callable[[str], Any]] = {
    "int": int,
    "str": str,
    "UUID": UUID,
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


@dataclass(frozen=True)
class Part(Generic[T]):
    """Some rows, and the cursor of those that follow; empty where none do."""

    rows: Sequence[T]
    after: str = ""


def paginate(
    session: Session,
    statement: sa.Select[Any],
    keys: Sequence[sa.ColumnElement[Any]],
    make: Callable[..., T],
    *,
    after: str = "",
    limit: int = 25,
    descending: bool = True,
) -> Part[T]:
    """Rows of `statement` in the order of `keys`, which name each row once, after a cursor.

    `make` gets the columns of a row. The keys must not be null.
    """
    if after:
        position = sa.tuple_(*keys)
        last = sa.tuple_(
            *(sa.literal(v, k.type) for v, k in zip(decoded(after, keys), keys, strict=True))
        )
        statement = statement.where(position < last if descending else position > last)
    ordered = statement.order_by(*(key.desc() if descending else key.asc() for key in keys))
    marks = [key.label(f"key_{n}") for n, key in enumerate(keys)]
    rows = session.execute(ordered.add_columns(*marks).limit(limit + 1)).all()
    shown = rows[:limit]
    more = encoded(shown[-1][-len(keys) :]) if len(rows) > limit else ""
    return Part([make(*row[: -len(keys)]) for row in shown], more)


def page_size(text: str | None) -> int:
    """One of the sizes on offer."""
    return next((size for size in SIZES if str(size) == text), SIZES[0])


def encoded(values: Sequence[Any]) -> str:
    """An opaque cursor."""
    spelled = [(type(value).__name__, spell(value)) for value in values]
    return base64.urlsafe_b64encode(json.dumps(spelled).encode()).decode().rstrip("=")


def spell(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def decoded(cursor: str, keys: Sequence[Any]) -> list[Any]:
    try:
        spelled = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        values = [READ[kind](text) for kind, text in spelled]
    except (ValueError, KeyError, TypeError, ArithmeticError, binascii.Error):
        abort(400)
    kinds = [key.type.python_type for key in keys]
    if [type(value) for value in values] != kinds:
        abort(400)
    return values
