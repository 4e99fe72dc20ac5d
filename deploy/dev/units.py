"""One thing that the launcher runs: a process that must live, or a task that must end well."""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import psutil

FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_AFTER_S = 0.2, 10.0, 30.0


@dataclass(kw_only=True)
class Unit:
    """`run` is called in a new process; `ready` in the launcher, with the seconds since then."""

    name: str
    run: Callable[[], object]
    log: Path
    environ: Mapping[str, str]
    needs: tuple[str, ...] = ()
    ready: Callable[[float], bool] = lambda _age: True
    port: int | None = None
    once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM

    pid: int = 0
    created: float = 0.0  # by the kernel's clock: with it a pid means one process for ever
    began: float = 0.0
    is_ready: bool = False
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

    def start(self) -> None:
        self.pid = fork(self.run, self.log, self.environ)
        self.created = psutil.Process(self.pid).create_time()
        self.began = time.monotonic()
        self.starts += 1
        self.is_ready = False

    def has_died(self) -> None:
        """Begin again soon; later each time, unless it had been steady."""
        self.pause = FIRST_PAUSE_S if self.age > STEADY_AFTER_S else self.pause * 2
        self.not_before = time.monotonic() + min(self.pause, LONGEST_PAUSE_S)
        self.pid, self.is_ready = 0, False


def fork(run: Callable[[], object], log: Path, environ: Mapping[str, str]) -> int:
    """Run it in a process that leads a group of its own; the launcher has a single thread."""
    pid = os.fork()
    return pid or become(run, log, environ)


def become(run: Callable[[], object], log: Path, environ: Mapping[str, str]) -> NoReturn:
    code = 1
    try:
        os.setsid()
        gc.enable()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        redirect(log)
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
