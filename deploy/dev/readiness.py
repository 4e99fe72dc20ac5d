"""How the launcher asks its processes whether they are ready."""

import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException

import psycopg

TIMEOUT_S = 1
LOOPS = """
    SELECT count(*) FROM worker_states
    WHERE loop IN ('relay', 'consumer')
      AND extract(epoch FROM clock_timestamp() - turned_at) < %s
"""
Ready = Callable[[float], bool]


def listens(port: int) -> Ready:
    def ready(_age: float) -> bool:
        with socket.socket() as probe:
            probe.settimeout(TIMEOUT_S)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    return ready


def answers_http(port: int) -> Ready:
    def ready(_age: float) -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    return ready


def accepts_sql(url: str) -> Ready:
    def ready(_age: float) -> bool:
        try:
            psycopg.connect(url, connect_timeout=TIMEOUT_S).close()
        except psycopg.Error:
            return False
        return True

    return ready


def turns(url: str) -> Ready:
    """A worker: its relay and its consumer have turned since it was started, and lately."""

    def ready(age: float) -> bool:
        try:
            with psycopg.connect(url, connect_timeout=TIMEOUT_S) as connection:
                row = connection.execute(LOOPS, [min(age, 30)]).fetchone()
        except psycopg.Error:
            return False
        return row is not None and row[0] == 2

    return ready
