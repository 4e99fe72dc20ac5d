"""The connections behind the reads of the idp: shared by threads, replaced when they die."""

import socket
from collections import deque
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from support.gateway import url_of

from gateway import lone_reads
from gateway.lone_reads import LoneReads
from gateway.statements import Statement

ONE = Statement(sa.select(sa.literal_column("1").label("one")))


@pytest.fixture
def reads(shared_engine: Engine) -> Iterator[LoneReads]:
    made = LoneReads(url_of(shared_engine))
    yield made
    made.close()


class Taken(deque[psycopg.Connection]):
    """There was one, until another thread took it."""

    def __len__(self) -> int:
        return 1


def test_a_connection_that_another_thread_took_is_none(reads: LoneReads) -> None:
    reads.idle = Taken()
    reads.close()
    assert reads.one(ONE).one == 1
    reads.idle = deque(reads.idle.copy())


def test_connections_that_died_are_replaced(reads: LoneReads) -> None:
    for connection in [reads.connect() for _ in range(3)]:
        connection.close()
        reads.idle.append(connection)
    assert reads.one(ONE).one == 1
    assert [kept.closed for kept in reads.idle] == [False]


def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lone_reads, "CONNECT_S", 2)  # libpq takes no less
    with socket.create_server(("127.0.0.1", 0)) as silent:
        reads = LoneReads(f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/none")
        with pytest.raises(psycopg.OperationalError):
            reads.one(ONE)
