"""A web process inside a fork of the launcher: gunicorn with threads, around what is imported."""

from typing import Any

from gunicorn.app.base import BaseApplication

from deploy import counters
from deploy.wsgi import KEEP_ALIVE_S, application


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, name: str, port: int) -> None:
        self.name, self.port = name, port
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": f"127.0.0.1:{self.port}",
            "worker_class": "gthread",
            "threads": 6,
            "keepalive": KEEP_ALIVE_S,
            "graceful_timeout": 5,
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application(self.name)


def serve(name: str, port: int) -> None:
    counters.begin_afresh()
    Web(name, port).run()
