"""`make bench`: the product with its production servers beside the floor, five rounds in turn."""

import json
import os
import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from support.stack import RunningStack, free_port, last_words, launcher

from bench.bare import floor
from bench.figures import Figures
from bench.flows import Ingest, Relay, notify_p99_ms
from bench.requests import Requests
from bench.scene import Scene

ROUNDS, WORKERS, REST_S = 5, 2, 20


def main() -> None:
    figures = Figures()
    with TemporaryDirectory(prefix="tandem-bench-") as folder:
        data = Path(folder)
        try:
            idle(data, figures)
            load(start(data, WEB_CONCURRENCY=str(WORKERS)), figures)
        finally:
            launcher(data, "down")
    figures.show()
    figures.write()


def start(data: Path, **settings: str) -> RunningStack:
    up = launcher(data, "up", **settings)
    assert up.returncode == 0, up.stdout + up.stderr + last_words(data)
    return RunningStack(data / "stack.json")


def idle(data: Path, figures: Figures) -> None:
    """As on a developer's machine: the second start with demo data, and its memory at rest."""
    start(data, PORT=str(free_port()))
    launcher(data, "down")
    began = time.monotonic()
    start(data)
    figures.note("warm_start_s", time.monotonic() - began)
    time.sleep(REST_S)
    said = launcher(data, "status").stdout
    found = re.search(r"together\s+(\d+) MB", said)
    assert found, said
    figures.note("idle_mb", float(found.group(1)))
    launcher(data, "down")


def load(stack: RunningStack, figures: Figures) -> None:
    scene = Scene(stack)
    with floor(scene.described["databases"]["superuser"], WORKERS) as bare:
        requests = Requests(scene, bare, figures)
        relay, ingest = Relay(scene, figures), Ingest(scene, figures)
        for number in range(ROUNDS):
            requests.round()
            relay.round()
            ingest.round()
            print(f"round {number + 1} of {ROUNDS}: {json.dumps(latest(figures))}", flush=True)
    notify_p99_ms(scene, figures)


def latest(figures: Figures) -> dict[str, float]:
    return {name: round(values[-1], 3) for name, values in figures.rounds.items()}


if __name__ == "__main__":
    os.environ.pop("TANDEM_STACK", None)
    main()
