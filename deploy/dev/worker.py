"""The worker of a package. The launcher forks it; alone: `python -m deploy.dev.worker NAME`."""

import os
import sys
from importlib import import_module

from deploy import counters
from deploy.packages import PACKAGES, Package
from shared import logging


def work(package: Package) -> None:
    counters.begin_afresh()
    logging.configure(f"{package.name}-worker", os.environ["LOG_LEVEL"])
    import_module(f"{package.path}.worker").main()


if __name__ == "__main__":
    work(next(each for each in PACKAGES if each.name == sys.argv[1]))
