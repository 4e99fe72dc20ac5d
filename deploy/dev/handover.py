"""One process gives its place to its successor, and nobody who calls meanwhile is turned away."""

import os
import signal
import time
from dataclasses import dataclass, field

from deploy.dev.units import Unit, kill_group, send

READY_WITHIN_S = 60.0
GONE_WITHIN_S = 70.0  # a web process takes `deploy.wsgi.DRAIN_S` for what it has begun


@dataclass
class Handover:
    """Web processes share their sockets, so the new one serves before the old one stops.

    Others would be in each other's way: there the old one ends first.
    """

    old: Unit
    new: Unit
    began: float = field(default_factory=time.monotonic)
    asked_at: float = 0.0  # when the old one was told to go

    @property
    def beside(self) -> bool:
        return bool(self.old.listens)

    @property
    def may_start(self) -> bool:
        return self.beside or not self.old.pid

    def turn(self) -> bool:
        """Go on with it; True when it is over."""
        if not self.asked_at and (self.new.is_ready or not self.beside):
            self.asked_at = time.monotonic()
            send(self.old, self.old.stop_signal)
        if self.asked_at and time.monotonic() - self.asked_at > GONE_WITHIN_S:
            kill_group(self.old.pid, signal.SIGKILL)
        if os.waitpid(self.old.pid, os.WNOHANG)[0]:
            kill_group(self.old.pid, signal.SIGKILL)
            self.old.pid = 0
            self.old.close_pipe()
        return not self.old.pid

    @property
    def has_failed(self) -> bool:
        """The new one died or never served while the old one still does."""
        if self.asked_at:
            return False
        died = bool(self.new.starts > self.old.starts and not self.new.pid)
        return died or time.monotonic() - self.began > READY_WITHIN_S

    def undo(self) -> Unit:
        """The old one stays, as if nothing had been."""
        if self.new.pid:
            kill_group(self.new.pid, signal.SIGKILL)
            os.waitpid(self.new.pid, 0)
            self.new.pid = 0
        self.new.close_pipe()
        return self.old
