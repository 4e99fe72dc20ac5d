"""Where the processes of one server count together: files that Prometheus' library maps."""

import os
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def begin_afresh() -> None:
    """Before a server starts: what its forerunner has counted is over."""
    folder = Path(os.environ[FOLDER])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        file.unlink()
