"""Processes by pid and time of creation, so that a number given anew is never taken for ours."""

from collections.abc import Mapping
from typing import Any

import psutil

STOP_WITHIN_S = 10


def alive(pid: int, created: float) -> psutil.Process | None:
    """The process, when it is still the one that was written down."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - created) < 0.5
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def launcher_of(state: Mapping[str, Any]) -> psutil.Process | None:
    launcher = state.get("launcher")
    return alive(launcher["pid"], launcher["created"]) if launcher else None


def end_orphans(state: Mapping[str, Any]) -> list[str]:
    """End what a crashed launcher has left running; the names of what was found."""
    found, family = [], []
    for unit in reversed([*state.get("units", []), *state.get("leaving", [])]):
        process = alive(unit["pid"], unit["created"]) if unit["pid"] else None
        if process:
            found.append(unit["name"])
            family += [process, *process.children(recursive=True)]
            process.send_signal(unit["stop_signal"])
    _, stubborn = psutil.wait_procs(family, timeout=STOP_WITHIN_S)
    for process in stubborn:
        process.kill()
    psutil.wait_procs(stubborn, timeout=STOP_WITHIN_S)
    return found


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and its descendants: shared pages are shared out."""
    try:
        process = psutil.Process(pid)
        return sum(pss_kb(each.pid) for each in [process, *process.children(recursive=True)]) / 1024
    except psutil.NoSuchProcess:
        return 0.0


def pss_kb(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as rollup:
            line = next(line for line in rollup if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0
    return int(line.split()[1])
