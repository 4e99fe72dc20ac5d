"""A PostgreSQL for one purpose, in a temporary folder, gone afterwards."""

import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from deploy.postgres.cluster import Cluster

STARTS_WITHIN_S = 30


class Throwaway(Cluster):
    def new_database(self, name: str) -> str:
        """The superuser's URL of a new, empty database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return f"{self.url.rpartition('/')[0]}/{name}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def throwaway() -> Iterator[Throwaway]:
    with tempfile.TemporaryDirectory(prefix="tandem-") as folder:
        cluster = Throwaway(Path(folder), free_port(), secrets.token_urlsafe(16))
        command = [*cluster.prepare(), "-c", "fsync=off"]
        with (Path(folder) / "log").open("w") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(cluster, server)
            yield cluster
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(STARTS_WITHIN_S)


def wait_for(cluster: Cluster, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while not answers(cluster.url):
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL does not start; see {cluster.folder / 'log'}")
        time.sleep(0.05)
