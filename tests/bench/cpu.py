"""CPU seconds and memory of process groups, by the kernel's own accounts."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

Groups = Mapping[str, int]


@dataclass
class Spent:
    """CPU seconds by name of the process, children included."""

    seconds: dict[str, float] = field(default_factory=dict)

    def ms_per(self, operations: int, *names: str) -> float:
        return sum(self.seconds[name] for name in names or self.seconds) * 1000 / operations


def family(pid: int) -> list[psutil.Process]:
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]


def used(pid: int) -> float:
    """Seconds of a process and its children, those that ended included."""
    total = 0.0
    for process in family(pid):
        times = process.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def spent(groups: Groups) -> Iterator[Spent]:
    """`with spent({"edge": pid}) as cost:` — read `cost` afterwards."""
    before = {name: used(pid) for name, pid in groups.items()}
    cost = Spent()
    yield cost
    cost.seconds = {name: used(pid) - before[name] for name, pid in groups.items()}
