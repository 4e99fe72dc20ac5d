"""`python -m deploy.start edge | idp | worker | web`: one process of the deployable in SERVICE.

For containers: the launcher of deploy/dev forks the same applications without this. Where to
listen stands in BIND.
"""

import os
import sys
from importlib import import_module

from deploy import counters
from deploy.packages import PACKAGES
from deploy.wsgi import DRAIN_S, EDGE_OPTIONS, KEEP_ALIVE_S
from shared import logging

PATHS = {each.name: each.path for each in PACKAGES}


def gunicorn(name: str, *options: str) -> list[str]:
    bind = os.environ.get("BIND", "0.0.0.0:8000")  # inside a private network
    target = f'deploy.wsgi:application("{name}")'
    program = [sys.executable, "-m", "gunicorn", "--bind", bind, "--no-control-socket"]
    return [*program, "--graceful-timeout", str(DRAIN_S), *options, target]


def edge() -> list[str]:
    """Its second address is for Prometheus, and published to nobody."""
    own = ("--bind", os.environ["METRICS_BIND"])
    return gunicorn("edge", *own, *EDGE_OPTIONS, "--workers", "2")


def threaded(name: str) -> list[str]:
    keep_alive = ("--keep-alive", str(KEEP_ALIVE_S))
    return gunicorn(
        name, "--worker-class", "gthread", "--workers", "2", "--threads", "6", *keep_alive
    )


def work(service: str) -> None:
    logging.configure(f"{service}-worker", os.environ.get("LOG_LEVEL", "INFO"))
    import_module(f"{PATHS[service]}.worker").main()


def main() -> None:
    role, service = sys.argv[1], os.environ["SERVICE"]
    counters.begin_afresh()
    if role == "worker":
        work(service)
    elif role == "edge":
        command = edge()
        os.execv(command[0], command)  # noqa: S606
    else:
        name = service if role == "web" else role
        command = threaded(name)
        os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
