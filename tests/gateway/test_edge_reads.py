"""The connections behind the reads of the edge: few, replaced when they die, never waited for."""

import asyncio
import socket
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from support.asgi import run
from support.gateway import url_of

from gateway import edge_reads
from gateway.edge_reads import DatabaseAway, EdgeReads
from gateway.statements import MOST_CONNECTIONS, Statement

ONE = Statement(sa.select(sa.literal_column("1").label("one")))
SLEEP = Statement(sa.select(sa.literal_column("pg_sleep(0.1)::text").label("one")))


@pytest.fixture
def reads(shared_engine: Engine) -> Iterator[EdgeReads]:
    made = EdgeReads(url_of(shared_engine))
    yield made
    made.close()


def test_connections_that_died_are_replaced(reads: EdgeReads) -> None:
    async def killed() -> None:
        for connection in [await reads.connect() for _ in range(3)]:
            connection.terminate()
            reads.idle.append(connection)
        assert (await reads.one(ONE)).one == 1

    run(killed())
    assert [kept.is_closed() for kept in reads.idle] == [False]


def test_there_are_never_more_than_the_database_has_for_us(reads: EdgeReads) -> None:
    async def at_once() -> None:
        await asyncio.gather(*(reads.one(SLEEP) for _ in range(3 * MOST_CONNECTIONS)))

    run(at_once())
    assert len(reads.idle) == MOST_CONNECTIONS


def test_who_leaves_in_the_middle_costs_a_connection(reads: EdgeReads) -> None:
    async def leave() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await reads.one(SLEEP)
        assert not reads.idle
        assert (await reads.one(ONE)).one == 1

    run(leave())


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_reads, "CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reads = EdgeReads(f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/none")
        with pytest.raises(DatabaseAway):
            run(reads.one(ONE))
