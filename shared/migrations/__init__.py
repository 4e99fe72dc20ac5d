"""Alembic for every database: one environment, and the schema of the job queue by version.

The revisions themselves stand with their packages, in `<package>/migrations/`.
"""

from importlib.resources import files
from typing import Literal

import procrastinate.sql
import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext

JOBS_TABLES = "procrastinate_"


def install_jobs(*, after: str = "", upto: str) -> None:
    """Apply procrastinate's own migrations of the versions `after` < v <= `upto` ("3.10.0").

    They are immutable and are applied in order, so an old and a new database end up the same.
    """
    cursor = op.get_bind().connection.cursor()  # SQLAlchemy would read their % as parameters
    for script in scripts(after=after, upto=upto):
        cursor.execute(script)


def scripts(*, after: str, upto: str) -> list[str]:
    folder = files(procrastinate.sql) / "migrations"
    found = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    first, last = number(after or "0.0.0"), number(upto)
    chosen = [name for name in found if number(name.split("_")[0]) <= last]
    if after:
        chosen = [name for name in chosen if number(name.split("_")[0]) > first]
    return [(folder / name).read_text() for name in chosen]


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """The tables that autogenerate compares: not those of the job queue."""
    return not (kind == "table" and name and name.startswith(JOBS_TABLES))


def as_written(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Types of our own are written as what they are in the database: revisions outlive them."""
    if kind != "type":
        return False
    if isinstance(item, sa.Enum) and not item.native_enum:
        return f"sa.String({item.length})"
    if isinstance(item, sa.types.TypeDecorator):
        return render._repr_type(item.impl_instance, context)
    return False
