"""Whether the ports of a stack are free."""

import socket
from collections.abc import Iterable

from deploy.dev.units import Unit


def check_ports(units: Iterable[Unit]) -> None:
    """Every port that somebody else holds is named at once."""
    ports = {port for unit in units for port in (unit.port, *unit.listens) if port}
    taken = [str(port) for port in sorted(ports) if not free(port)]
    if taken:
        raise OSError(f"Taken by another program: port {', '.join(taken)}. Choose another PORT.")


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
