"""`floor/app.py` under gunicorn, on the same PostgreSQL, with as many workers as ours."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
from support.stack import free_port

FOLDER = Path(__file__).parent / "floor"
DATABASE = "bench_floor"


@dataclass(frozen=True)
class Floor:
    url: str
    dsn: str
    pid: int

    def bids(self) -> int:
        with psycopg.connect(self.dsn) as connection:
            found = connection.execute("select count(*) from bids").fetchone()
        return int(found[0]) if found else 0


def fresh_database(superuser: str) -> str:
    """The DSN of a new database with the floor's tables."""
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute(f"drop database if exists {DATABASE} with (force)")
        admin.execute(f"create database {DATABASE}")
    dsn = psycopg.conninfo.make_conninfo(superuser, dbname=DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute((FOLDER / "schema.sql").read_text())
    return dsn


@contextmanager
def floor(superuser: str, workers: int) -> Iterator[Floor]:
    dsn, port = fresh_database(superuser), free_port()
    command = [sys.executable, "-m", "gunicorn", "-w", str(workers), "-k", "sync"]
    command += [
        "-b",
        f"127.0.0.1:{port}",
        "--no-control-socket",
        "--log-level",
        "warning",
        "app:app",
    ]
    process = subprocess.Popen(command, cwd=FOLDER, env={**os.environ, "FLOOR_DSN": dsn})
    try:
        url = f"http://127.0.0.1:{port}"
        await_answer(f"{url}/rfps")
        yield Floor(url, dsn, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def await_answer(url: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            httpx.get(url, timeout=5).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError(url)
