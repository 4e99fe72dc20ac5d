"""The sockets of web processes: the launcher holds them, and each process inherits its own.

So a process and its successor take from one queue, and nobody who calls while one of them goes is
turned away. A process says along a pipe when it takes requests; a port alone would not tell which
of the two has answered.
"""

import os
import socket
from collections.abc import Collection
from contextlib import suppress

BACKLOG = 2048
READY_FD = "READY_FD"  # where the process says so
held: dict[int, socket.socket] = {}


def hold(ports: Collection[int]) -> None:
    for port in ports:
        if port not in held:
            held[port] = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)


def release(ports: Collection[int]) -> None:
    for port in ports:
        if port in held:
            held.pop(port).close()


def keep(ports: Collection[int]) -> None:
    """In a process of ours: our own sockets stay, also in the program that it becomes."""
    release(set(held) - set(ports))
    for each in held.values():
        each.set_inheritable(True)


def binds() -> list[str]:
    """What gunicorn calls the sockets of this process."""
    return [f"fd://{each.fileno()}" for each in held.values()]


def pipe() -> tuple[int, int]:
    """To hear on, without waiting, and to speak on, also after becoming another program."""
    hears, speaks = os.pipe()
    os.set_blocking(hears, False)
    os.set_inheritable(speaks, True)
    return hears, speaks


def has_told(hears: int) -> bool:
    try:
        return bool(os.read(hears, 1))
    except BlockingIOError:
        return False


def post_worker_init(_worker: object) -> None:
    """gunicorn calls it by this name once a worker has loaded its application."""
    with suppress(BrokenPipeError):  # the launcher is gone, and this is about to be
        os.write(int(os.environ[READY_FD]), b"1")
