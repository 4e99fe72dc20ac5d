"""One thing that the launcher runs: a process that must live, or a task that must end well."""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

import psutil

from deploy.dev import listening

FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_AFTER_S = 0.2, 10.0, 30.0


@dataclass(kw_only=True)
class Unit:
    """`run` is called in a new process; `ready` in the launcher, with the seconds since then.

    `renewed` is what a restart runs from then on: the same in a new interpreter, with new code.
    """

    name: str
    run: Callable[[], object]
    log: Path
    environ: Mapping[str, str]
    needs: tuple[str, ...] = ()
    ready: Callable[[float], bool] = lambda _age: True
    port: int | None = None
    listens: tuple[int, ...] = ()  # ports whose sockets the launcher holds for it
    renewed: Callable[[], object] | None = None
    once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM

    pid: int = 0
    created: float = 0.0  # by the kernel's clock: with it a pid means one process for ever
    began: float = 0.0
    is_ready: bool = False
    hears: int = field(default=-1, repr=False)  # the end of a pipe on which it tells that it serves
    has_told: bool = False
    ended: bool = False  # a task only
    starts: int = 0
    pause: float = FIRST_PAUSE_S
    not_before: float = field(default=0.0, repr=False)

    @property
    def done(self) -> bool:
        """Whether those that need it may start."""
        return self.ended if self.once else self.is_ready

    @property
    def age(self) -> float:
        return time.monotonic() - self.began

    @property
    def serves(self) -> bool:
        """It has said that it takes requests; only a web process has to."""
        if self.listens and not self.has_told:
            self.has_told = listening.has_told(self.hears)
        return self.has_told or not self.listens

    def start(self) -> None:
        environ = dict(self.environ)
        if self.listens:
            listening.hold(self.listens)
            self.close_pipe()
            self.hears, speaks = listening.pipe()
            environ[listening.READY_FD] = str(speaks)
        self.pid = fork(self.run, self.log, environ, self.listens)
        if self.listens:
            os.close(speaks)
        self.created = psutil.Process(self.pid).create_time()
        self.began = time.monotonic()
        self.starts += 1
        self.is_ready = self.has_told = False

    def close_pipe(self) -> None:
        if self.hears >= 0:
            os.close(self.hears)
        self.hears = -1

    def successor(self) -> "Unit":
        """What takes its place: not yet started, and counted on."""
        run = self.renewed or self.run
        new = replace(self, run=run, pid=0, hears=-1, pause=FIRST_PAUSE_S, not_before=0.0)
        new.is_ready = new.has_told = False
        return new

    def has_died(self) -> None:
        """Begin again soon; later each time, unless it had been steady."""
        self.pause = FIRST_PAUSE_S if self.age > STEADY_AFTER_S else self.pause * 2
        self.not_before = time.monotonic() + min(self.pause, LONGEST_PAUSE_S)
        self.pid, self.is_ready = 0, False


def kill_group(leader: int, number: signal.Signals) -> None:
    """Only the group of a process that we started. Its id is not given anew while one lives."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def send(unit: Unit, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(unit.pid, number)


def fork(
    run: Callable[[], object], log: Path, environ: Mapping[str, str], listens: Collection[int]
) -> int:
    """Run it in a process that leads a group of its own; the launcher has a single thread."""
    pid = os.fork()
    return pid or become(run, log, environ, listens)


def become(
    run: Callable[[], object], log: Path, environ: Mapping[str, str], listens: Collection[int]
) -> NoReturn:
    code = 1
    try:
        os.setsid()
        gc.enable()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        redirect(log)
        listening.keep(listens)
        os.environ.clear()
        os.environ.update(environ)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001  # a fork must never return into the launcher
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def redirect(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def execute(command: list[str]) -> None:
    """Become another program; its environment is ours."""
    os.execvp(command[0], command)  # noqa: S606  # of our own table
