"""The web application of a process: `gunicorn 'deploy.wsgi:application("rfp")'`."""

from importlib import import_module
from typing import Any

from shared import logging

# The edge keeps a connection for gateway.proxy.IDLE_S. A service that closed it sooner would now
# and then do so just as the next request comes along it.
KEEP_ALIVE_S = 75
# No lifespan: the edge opens what it needs when it needs it. The timeout is longer than that of
# gateway.body.PATIENCE_S, so that the edge itself tells a client that it is too slow.
EDGE_OPTIONS = (
    *("--worker-class", "deploy.edge_worker.EdgeWorker", "--asgi-loop", "uvloop"),
    *("--asgi-lifespan", "off", "--timeout", "60"),
    *("--keep-alive", str(KEEP_ALIVE_S)),  # proxies in front of it keep theirs for 60
)
DRAIN_S = 60  # what a server that stops may still need for the requests that it has taken


def application(name: str) -> Any:
    """`edge`, `idp`, or the name of a service. Its settings come from the environment."""
    return gateway(name) if name in ("edge", "idp") else service(name)


def gateway(name: str) -> Any:
    from gateway.config import settings_from_environment

    settings = settings_from_environment()
    logging.configure(name, settings.log_level)
    if name == "edge":
        return edge(settings)
    return import_module("gateway.app").create_app(settings)


def edge(settings: Any) -> Any:
    """It is open to everybody; its figures have a port of their own."""
    from shared import private

    figures = {"/metrics": lambda: private.figures("edge")}
    made = import_module("gateway.edge").create_edge(settings)
    return private.beside(made, figures, settings.metrics_bind)


def service(name: str) -> Any:
    settings = import_module(f"services.{name}.config").settings()
    logging.configure(name, settings.log_level)
    return import_module(f"services.{name}.app").create_app(settings)
