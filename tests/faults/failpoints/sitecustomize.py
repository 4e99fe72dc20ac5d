"""Kills a process at a named place, once. Python loads this first where a test put it on the path.

`FAILPOINTS` is a folder. A file in it named `point@process` arms that point: who comes there next
renames the file, writes its pid into it, and dies as by `kill -9`.

Where libfaketime moves the clock, a sleep goes another way: the library fails on the call that
Python makes for it.
"""

import functools
import inspect
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = os.environ.get("FAILPOINTS", "")
# module → the function, and the points before and after it
PLACES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "shared.messaging.outbox": {"write": ("changed", "recorded")},
    "shared.web.idempotency": {"answered_once": ("", "committed")},
    "gateway.proxy": {"Upstream.send": ("", "answered")},
    "shared.messaging.relay": {"pending": ("", "read"), "mark": ("acknowledged", "marked")},
    "shared.messaging.kafka": {"acknowledged": ("sent", ""), "commit": ("kept", "")},
    "shared.messaging.consumer": {"handle_all": ("polled", ""), "handle_each": ("", "handled")},
    "shared.messaging.inbox": {"first_time": ("", "noted")},
    "services.notifications.channels.jobs": {"post": ("unsent", "mailed")},
    "services.notifications.channels.usecases": {"close": ("", "closed")},
}


def process() -> str:
    """The launcher gives each process a folder of its own to count in."""
    return Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or "none").name


def come_to(point: str) -> None:
    armed = os.path.join(FOLDER, f"{point}@{process()}")
    if not point or not os.path.exists(armed):
        return
    fired = f"{armed}.fired"
    try:
        os.rename(armed, fired)
    except FileNotFoundError:  # another thread was faster
        return
    Path(fired).write_text(str(os.getpid()))
    os.kill(os.getpid(), signal.SIGKILL)


def guarded(function: Callable[..., Any], before: str, after: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        come_to(before)
        result = function(*args, **kwargs)
        come_to(after)
        return result

    @functools.wraps(function)
    async def wait(*args: Any, **kwargs: Any) -> Any:
        come_to(before)
        result = await function(*args, **kwargs)
        come_to(after)
        return result

    return wait if inspect.iscoroutinefunction(function) else run


def plant(module: ModuleType, places: Mapping[str, tuple[str, str]]) -> None:
    for path, points in places.items():
        *owners, name = path.split(".")
        owner = functools.reduce(getattr, owners, module)
        setattr(owner, name, guarded(getattr(owner, name), *points))


class Planting(Loader):
    """Loads a module as it would be loaded, and puts its points into it."""

    def __init__(self, loader: Loader) -> None:
        self.loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.loader.exec_module(module)
        plant(module, PLACES[module.__name__])


class Finder(MetaPathFinder):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path, target) if name in PLACES else None
        if spec and spec.loader:
            spec.loader = Planting(spec.loader)
        return spec


if FOLDER:
    sys.meta_path.insert(0, Finder())
if "FAKETIME_TIMESTAMP_FILE" in os.environ:
    time.sleep = lambda seconds: select.select((), (), (), seconds) and None
