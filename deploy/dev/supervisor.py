"""Starts units when what they need is there, starts again what dies, stops all in order."""

import os
import signal
import time
from collections.abc import Callable, Iterable

from deploy.dev import listening
from deploy.dev.handover import Handover
from deploy.dev.units import Unit, kill_group

LOOK_AGAIN_S = 5.0  # at units that were ready when last looked at
GIVE_UP_AFTER = 6  # starts of a unit that was never ready, while the stack comes up
STOP_WITHIN_S = 12.0


class BootFailed(Exception):
    """A unit does not come up; says which and where to read."""


class Supervisor:
    def __init__(self, units: Iterable[Unit], changed: Callable[[], None]) -> None:
        """Units stand in the order of their start. `changed` is called when any state has."""
        self.units = {unit.name: unit for unit in units}
        self.changed = changed
        self.handovers: list[Handover] = []
        self.looked: dict[str, float] = {}
        self.up = False  # has everything been ready once?

    def start_first(self, names: Iterable[str]) -> None:
        """What takes long and shares no memory with us."""
        for name in names:
            if name in self.units:
                self.units[name].start()
        self.changed()

    def turn(self) -> None:
        """Look after everything once; a few milliseconds where nothing has happened."""
        for unit in self.units.values():
            if unit.pid:
                self.reap(unit)
                self.look(unit)
            elif not unit.ended and self.may_start(unit):
                unit.start()
                self.changed()
        for handover in list(self.handovers):
            self.go_on(handover)
        if not self.up and all(unit.done for unit in self.units.values()):
            self.up = True
            self.changed()

    def restart(self, name: str) -> None:
        """Have a new process take its place; unless it is doing so already."""
        old = self.units.get(name)
        if old is None or old.once or name in self.leaving:
            return
        self.units[name] = new = old.successor()
        self.looked.pop(name, None)
        if old.pid:
            self.handovers.append(Handover(old, new))
        self.changed()

    @property
    def leaving(self) -> dict[str, Unit]:
        """Processes whose place a successor takes."""
        return {each.old.name: each.old for each in self.handovers}

    def go_on(self, handover: Handover) -> None:
        if handover.has_failed:
            old = self.units[handover.old.name] = handover.undo()
            print(f"{old.name} was not renewed, and pid {old.pid} goes on: see {old.log}")
        elif not handover.turn():
            return
        self.handovers.remove(handover)
        self.changed()

    def may_start(self, unit: Unit) -> bool:
        """Needs count for the first start: a service waits out a restart of its database."""
        if not all(each.may_start for each in self.handovers if each.new is unit):
            return False
        if unit.starts:
            return time.monotonic() >= unit.not_before
        return all(self.units[name].done for name in unit.needs)

    def reap(self, unit: Unit) -> None:
        pid, status = os.waitpid(unit.pid, os.WNOHANG)
        if not pid:
            return
        kill_group(unit.pid, signal.SIGKILL)  # what the dead one has left behind
        code = os.waitstatus_to_exitcode(status)
        if unit.once and code == 0:
            unit.pid, unit.ended = 0, True
        else:
            print(f"{unit.name} (pid {unit.pid}) has ended with {code}", flush=True)
            unit.has_died()
            self.give_up_on(unit)
        self.changed()

    def give_up_on(self, unit: Unit) -> None:
        if not self.up and (unit.once or unit.starts >= GIVE_UP_AFTER):
            raise BootFailed(f"{unit.name} does not start: see {unit.log}")

    def look(self, unit: Unit) -> None:
        """Ask whether it is ready: often while it is not, else now and then."""
        now = time.monotonic()
        due = self.looked.get(unit.name, 0) + (LOOK_AGAIN_S if unit.is_ready else 0)
        if not unit.pid or unit.once or now < due or not unit.serves:
            return
        self.looked[unit.name] = now
        ready = unit.ready(unit.age)
        if ready != unit.is_ready:
            unit.is_ready = ready
            self.changed()

    def stop(self) -> None:
        """In the opposite order of the needs: first who asks, then who answers."""
        for handover in self.handovers:
            kill_group(handover.old.pid, signal.SIGKILL)
            os.waitpid(handover.old.pid, 0)
        self.handovers.clear()
        for level in reversed(levels(self.units.values())):
            for unit in level:
                if unit.pid:
                    os.kill(unit.pid, unit.stop_signal)
            until = time.monotonic() + STOP_WITHIN_S
            for unit in level:
                self.await_end(unit, until)
            self.changed()
        for unit in self.units.values():
            unit.close_pipe()
            listening.release(unit.listens)

    def await_end(self, unit: Unit, until: float) -> None:
        while unit.pid and time.monotonic() < until:
            if os.waitpid(unit.pid, os.WNOHANG)[0]:
                kill_group(unit.pid, signal.SIGKILL)
                unit.pid, unit.is_ready = 0, False
                return
            time.sleep(0.02)
        if unit.pid:
            print(f"{unit.name} (pid {unit.pid}) does not stop and is killed", flush=True)
            kill_group(unit.pid, signal.SIGKILL)
            os.waitpid(unit.pid, 0)
            unit.pid, unit.is_ready = 0, False


def levels(units: Iterable[Unit]) -> list[list[Unit]]:
    """Units that need the same number of others before them can stop together."""
    known = {unit.name: unit for unit in units}

    def depth(unit: Unit) -> int:
        return 1 + max((depth(known[name]) for name in unit.needs), default=-1)

    found: dict[int, list[Unit]] = {}
    for unit in known.values():
        found.setdefault(depth(unit), []).append(unit)
    return [found[number] for number in sorted(found)]
