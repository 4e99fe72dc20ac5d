"""A web process inside a fork of the launcher: gunicorn with threads, around what is imported."""

from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn.app.base import BaseApplication

Load = Callable[[], Any]


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, load: Load, port: int) -> None:
        self.port, self.load = port, load
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"127.0.0.1:{self.port}",
            "worker_class": "gthread",
            "threads": 6,
            "graceful_timeout": 5,
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)


def web(load: Load, port: int) -> Callable[[], None]:
    return partial(serve, load, port)


def serve(load: Load, port: int) -> None:
    Web(load, port).run()
