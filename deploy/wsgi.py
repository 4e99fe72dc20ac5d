"""The web application of a process: `gunicorn 'deploy.wsgi:application("rfp")'`."""

from importlib import import_module
from typing import Any

from deploy.packages import PACKAGES
from shared import logging

PATHS = {each.name: each.path for each in PACKAGES}


def application(name: str) -> Any:
    """`edge`, `idp`, or the name of a service. Its settings come from the environment."""
    path = PATHS.get(name, "gateway")
    settings = import_module(f"{path}.config").settings_from_environment()
    logging.configure(name, settings.log_level)
    if name == "edge":
        return import_module("gateway.edge").create_edge(settings)
    return import_module(f"{path}.app").create_app(settings)
