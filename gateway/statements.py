"""Statements that stand alone, rendered once for each of the two drivers that run them."""

from collections import namedtuple
from collections.abc import Generator
from functools import cached_property
from typing import Any, Protocol, TypeVar

from sqlalchemy import ClauseElement, Select
from sqlalchemy.dialects.postgresql import asyncpg, psycopg

THREADED = psycopg.dialect()  # type: ignore[no-untyped-call]  # as SQLAlchemy ships it
AWAITED = asyncpg.dialect()  # type: ignore[no-untyped-call]  # too
MOST_CONNECTIONS = 13
PATIENCE_S = 30.0  # for a connection, where all are in use
CONNECT_S = 5  # to a server that takes the connection and says nothing


class Statement:
    """What a driver takes of a statement of SQLAlchemy, and the names of its columns."""

    def __init__(self, source: ClauseElement) -> None:
        self.source = source
        names = source.selected_columns.keys() if isinstance(source, Select) else ()
        self.row: Any = namedtuple("Row", names)  # type: ignore[misc]  # known when it is rendered

    @cached_property
    def named(self) -> tuple[str, dict[str, Any]]:
        """For psycopg: with names where values go, and the values that never change."""
        compiled = self.source.compile(dialect=THREADED)
        return str(compiled), dict(compiled.params)

    @cached_property
    def numbered(self) -> tuple[str, list[str], dict[str, Any]]:
        """For asyncpg: with numbers where values go, the names in that order, the same values."""
        compiled: Any = self.source.compile(dialect=AWAITED)
        return str(compiled), compiled.positiontup, dict(compiled.params)


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
# What is asked, step by step; what the answers mean is decided once, for both drivers.
Asking = Generator[tuple[Statement, dict[str, Any]], Any, T]


class Reads(Protocol[T_co]):
    """Who runs the statements: `T_co` is the outcome, or what brings it when it is awaited."""

    def follow(self, asking: Asking[Any]) -> T_co: ...
