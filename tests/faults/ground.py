"""The stack that is hurt: how its processes are watched, and how one of them is made to die."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
from support.stack import RunningStack, launcher

from deploy.dev.stack import OFFSETS
from deploy.packages import PACKAGES, SERVICES
from faults.table import is_full

HERE = Path(__file__).parent
# In a full run the machine is ours; in other test runs much else is going on.
RECOVERS_WITHIN_S = 30.0 if is_full() else 60.0
WEBS = ("edge", "idp", *(each.name for each in SERVICES))
WORKERS = tuple(f"{each.name}-worker" for each in PACKAGES)


@dataclass
class Ground:
    stack: RunningStack
    points: Path  # the folder of failpoints

    @property
    def failpoints(self) -> dict[str, str]:
        """What a stack has to be started with."""
        return {"PYTHONPATH": str(HERE / "failpoints"), "FAILPOINTS": str(self.points)}

    def restart(self, **settings: str) -> None:
        """All of it, with these settings in its environment."""
        self.stack.launcher("down")
        up = launcher(self.stack.data, "up", **self.failpoints, **settings)
        assert up.returncode == 0, up.stdout + up.stderr

    def write(self, database: str, statement: str, *values: object) -> None:
        url = self.stack.described()["databases"][database]
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement, values)

    def pid(self, name: str) -> int:
        return int(self.stack.process(name)["pid"])

    def kill(self, name: str) -> int:
        """kill -9 of one process, not of its children; what it leaves is not our business."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def arm(self, point: str, process: str) -> Path:
        """Whoever comes there next dies. Answers the file that appears then."""
        self.points.mkdir(exist_ok=True)
        armed = self.points / f"{point}@{process}"
        fired = armed.with_name(f"{armed.name}.fired")
        fired.unlink(missing_ok=True)
        armed.touch()
        return fired

    def recovered(self, dead: int = 0, within: float = 120.0) -> float:
        """Seconds until the dead one has gone and everybody is ready, without a hand of ours."""
        began, struck_at = time.monotonic(), time.time()
        while (dead and lives(dead, struck_at)) or not self.is_ready(dead):
            assert time.monotonic() - began < within, f"not ready: {list(self.unready())}"
            time.sleep(0.1)
        return time.monotonic() - began

    def is_ready(self, dead: int = 0) -> bool:
        units = self.stack.units().values()
        if not all(unit["ready"] and (not dead or unit["pid"] != dead) for unit in units):
            return False
        return not any(self.unready())

    def url(self, name: str) -> str:
        """Where it says how it is: a web process at its own port, a worker at a private one."""
        first = self.stack.process("idp")["port"] - OFFSETS["idp"]
        return f"http://127.0.0.1:{first + OFFSETS[name]}"

    def webs(self) -> Iterator[str]:
        yield from map(self.url, WEBS)

    def unready(self) -> Iterator[str]:
        """Asked by ourselves: the launcher looks at those that were ready only now and then."""
        for name in (*WEBS, *WORKERS):
            try:
                status = httpx.get(f"{self.url(name)}/health/ready", timeout=5).status_code
            except httpx.HTTPError:
                status = 0
            if status != 200:
                yield name


def lives(pid: int, struck_at: float) -> bool:
    """A process that began later was only given the same number."""
    with suppress(psutil.NoSuchProcess):
        found = psutil.Process(pid)
        return found.status() != psutil.STATUS_ZOMBIE and found.create_time() < struck_at
    return False
