"""The worker of a package inside a fork of the launcher."""

import os
from importlib import import_module

from deploy import counters
from deploy.packages import Package
from shared import logging


def work(package: Package) -> None:
    counters.begin_afresh()
    logging.configure(f"{package.name}-worker", os.environ["LOG_LEVEL"])
    import_module(f"{package.path}.worker").main()
