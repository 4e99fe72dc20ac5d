"""The process that all others are forked from. It imports once, keeps everything running, and
says in `run/state.json` how things stand. It has a single thread, because it forks."""

import fcntl
import gc
import os
import signal
import sys
import time
from typing import IO, Any

import psutil

from deploy import counters
from deploy.dev import pids, stackfile
from deploy.dev.ports import check_ports
from deploy.dev.servers import Servers, servers
from deploy.dev.stack import Stack, read_json, write_json
from deploy.dev.supervisor import BootFailed, Supervisor
from deploy.dev.table import Table, warm_up
from deploy.dev.units import Unit

TURN_S = 0.1


class Launcher:
    def __init__(self, stack: Stack, used: Servers) -> None:
        self.stack, self.servers = stack, used
        self.supervisor: Supervisor | None = None
        self.stopping = False
        self.error = ""

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask_to_stop)
        self.say()
        try:
            self.boot()
            while not self.stopping:
                self.turn()
        except (BootFailed, OSError) as fault:
            self.error = str(fault)
            print(self.error, flush=True)
        finally:
            if self.supervisor:
                self.supervisor.stop()
            self.say()

    def ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def boot(self) -> None:
        """Database and broker come up while the applications are imported."""
        self.stack.restart_file.unlink(missing_ok=True)  # what nobody waits for any more
        units = Table(self.stack, self.servers).units()
        check_ports(units)
        self.supervisor = Supervisor(units, self.say)
        self.supervisor.start_first(("postgres", "kafka"))
        os.environ[counters.FOLDER] = ""  # that it is set on import makes the forks count in files
        gc.disable()  # a collection would leave holes that the forks then fill and unshare
        warm_up()
        gc.freeze()

    def turn(self) -> None:
        assert self.supervisor
        if asked := read_json(self.stack.restart_file):
            self.supervisor.restart(asked["name"])
            self.stack.restart_file.unlink()
        self.supervisor.turn()
        time.sleep(TURN_S)

    def say(self) -> None:
        """Write down how things stand, for the commands and for the next launcher."""
        units = self.supervisor.units.values() if self.supervisor else ()
        leaving = self.supervisor.leaving.values() if self.supervisor else ()
        state = {
            "base_url": self.stack.url_of("edge"),
            "launcher": {"pid": os.getpid(), "created": psutil.Process().create_time()},
            "up": bool(self.supervisor and self.supervisor.up and not self.stopping),
            "error": self.error,
            "units": [as_json(unit) for unit in units],
            "leaving": [as_json(unit) for unit in leaving],
        }
        write_json(self.stack.state_file, state)
        stackfile.write(self.stack, self.servers)


def as_json(unit: Unit) -> dict[str, Any]:
    names = ("name", "pid", "created", "port", "once", "ended", "starts", "stop_signal")
    return {name: getattr(unit, name) for name in names} | {"ready": unit.done}


def lock(stack: Stack) -> IO[str]:
    """Held while the launcher lives. A lock of this kind is not passed on to forks."""
    file = (stack.data / "run" / "lock").open("w")
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(f"Another launcher runs on {stack.data}")
    return file


def main(stack: Stack) -> None:
    os.umask(0o077)
    stack.make_folders()
    held = lock(stack)
    for name in pids.end_orphans(read_json(stack.state_file)):
        print(f"Ended what an earlier launcher has left: {name}", flush=True)
    Launcher(stack, servers(stack, os.environ)).run()
    held.close()
