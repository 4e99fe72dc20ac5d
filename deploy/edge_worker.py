"""gunicorn's own ASGI worker, with two bounds that it lacks.

It limits the wait for every head of a request but the first of a connection: whoever connects and
says nothing, or half a head, would hold the connection for ever, and with it the end of a worker.
It knows of `--worker-connections`, and takes more.
"""

import asyncio

from gunicorn.workers import gasgi


class Bounded(gasgi.ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._arm_keepalive_timer()  # for the first head, as for all that follow
        if self.worker.nr_conns > self.worker.worker_connections:
            self._keepalive_timeout()  # at once


gasgi.ASGIProtocol = Bounded  # the worker makes one for each connection, by this name


class EdgeWorker(gasgi.ASGIWorker):  # type: ignore[misc]  # gunicorn has no types
    """What `--worker-class` names."""
