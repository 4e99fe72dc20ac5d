"""A whole stack, started for the tests beside any other; or the one that TANDEM_STACK names."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.dev.ports import free
from deploy.dev.stack import OFFSETS, ROOT

UP_WITHIN_S = 240
READY_WITHIN_S = 120


class RunningStack:
    """What `stack.json` says, and what tests do to a stack."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.data = file.parent

    def described(self) -> dict[str, Any]:
        """Read anew each time: pids change when something is started again."""
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    @property
    def base_url(self) -> str:
        return str(self.described()["base_url"])

    def account(self, role: str) -> dict[str, Any]:
        """The first account with the role."""
        accounts = self.described()["accounts"]
        return next(each for each in accounts if role in each["roles"])

    def units(self) -> dict[str, dict[str, Any]]:
        """The launcher's own view: name -> pid, ready, starts …"""
        state = json.loads((self.data / "run" / "state.json").read_text())
        return {unit["name"]: unit for unit in state["units"]}

    def process(self, name: str) -> dict[str, Any]:
        processes = self.described()["processes"]
        return next(each for each in processes if each["name"] == name)

    def kill(self, name: str) -> int:
        """kill -9 to the process and its children. Returns the pid that was."""
        pid = int(self.process(name)["pid"])
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        until = time.monotonic() + READY_WITHIN_S
        while self.units()[name]["pid"] == pid and time.monotonic() < until:
            time.sleep(0.05)
        return pid

    def kill_launcher(self) -> None:
        state = json.loads((self.data / "run" / "state.json").read_text())
        os.kill(state["launcher"]["pid"], signal.SIGKILL)

    def wait_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN_S
        while waiting := [name for name, unit in self.units().items() if not unit["ready"]]:
            assert time.monotonic() < until, f"not ready again: {waiting}"
            time.sleep(0.1)

    def mail_files(self) -> list[tuple[Path, Any]]:
        """Every mail that was sent, oldest first, with its file."""
        files = sorted((self.data / "mail").glob("*.eml"))
        return [(file, message_from_bytes(file.read_bytes())) for file in files]

    def has_checkpoint_for(self, aggregate_id: str) -> bool:
        """Whether the gateway keeps a signed head of a chain of this aggregate, at its end."""
        for name in ("rfp", "contracts", "monitoring"):
            query = "SELECT chain, length FROM audit_heads WHERE chain LIKE '%%:' || %s"
            for chain, length in self.rows(name, query, aggregate_id):
                opaque = sha256(chain.encode()).hexdigest()
                kept = "SELECT 1 FROM checkpoint_heads WHERE chain = %s AND length = %s"
                if self.rows("gateway", kept, opaque, length):
                    return True
        return False

    def rows(self, database: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.described()["databases"][database]) as connection:
            return connection.execute(query, values).fetchall()

    def command(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the product, with all settings of this stack."""
        return self.launcher("run", "-m", module, *arguments)

    def launcher(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return launcher(self.data, *arguments)


def launcher(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m deploy.dev …` on the data in this folder."""
    clean = {name: value for name, value in os.environ.items() if name not in ("DATA", "PORT")}
    return subprocess.run(
        [sys.executable, "-m", "deploy.dev", *arguments],
        cwd=ROOT,
        env=clean | {"DATA": str(data)} | settings,
        capture_output=True,
        text=True,
        timeout=UP_WITHIN_S + 60,
        check=False,
    )


def free_port() -> int:
    """The first of as many free ports as a stack needs."""
    candidates = list(range(20_000, 32_000, 20))
    random.shuffle(candidates)
    return next(
        first for first in candidates if all(free(first + offset) for offset in OFFSETS.values())
    )


@contextmanager
def started(**settings: str) -> Iterator[RunningStack]:
    """A stack of its own in a temporary folder, stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="tandem-stack-") as folder:
        data = Path(folder)
        try:
            up = launcher(data, "up", PORT=str(free_port()), **settings)
            assert up.returncode == 0, up.stdout + up.stderr + last_words(data)
            yield RunningStack(data / "stack.json")
        finally:
            launcher(data, "down")


def last_words(data: Path) -> str:
    """The ends of all logs, for a stack that did not come up."""
    logs = sorted((data / "logs").glob("*.log"))
    ends = [f"--- {log.name}\n" + "\n".join(tail(log)) for log in logs if log.stat().st_size]
    return "\n".join(ends)


def tail(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()[-8:]


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """One stack with demo data for all tests that need one."""
    if named := os.environ.get("TANDEM_STACK"):
        yield RunningStack(Path(named))
        return
    with started() as made:
        yield made
