"""A web process: gunicorn with threads, on sockets that the launcher holds.

The launcher forks it, around what is imported; alone it is `python -m deploy.dev.web NAME SOCKET`.
"""

import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from deploy import counters
from deploy.dev import listening
from deploy.wsgi import DRAIN_S, KEEP_ALIVE_S, application


class Web(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, name: str, *binds: str) -> None:
        self.name, self.binds = name, list(binds)
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": self.binds,
            "worker_class": "gthread",
            "threads": 6,
            "keepalive": KEEP_ALIVE_S,
            "graceful_timeout": DRAIN_S,
            "control_socket_disable": True,
            "post_worker_init": listening.post_worker_init,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application(self.name)


def serve(name: str) -> None:
    """In a fork of the launcher, which has the sockets open."""
    counters.begin_afresh()
    Web(name, *listening.binds()).run()


if __name__ == "__main__":
    Web(*sys.argv[1:]).run()
