"""gunicorn's own ASGI worker, with three bounds that it lacks.

It limits the wait for every head of a request but the first of a connection: whoever connects and
says nothing, or half a head, would hold the connection for ever. It knows `--worker-connections`,
and takes more. Told to go, it waits as long as ever for the next request of a kept connection.
"""

import asyncio
from weakref import WeakSet

from gunicorn.workers import gasgi

HEAD_S = 8.0  # most programs use a connection again within five, if they do at all


class Bounded(gasgi.ASGIProtocol):  # type: ignore[misc]  # gunicorn has no types
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.worker.connections.add(self)
        self.close_in(HEAD_S)
        if self.worker.nr_conns > self.worker.worker_connections:
            self._keepalive_timeout()  # at once

    def close_in(self, seconds: float) -> None:
        """Unless the head of a request is whole before."""
        self._cancel_keepalive_timer()
        self._keepalive_handle = self.worker.loop.call_later(seconds, self._keepalive_timeout)


gasgi.ASGIProtocol = Bounded  # the worker makes one for each connection, by this name


class EdgeWorker(gasgi.ASGIWorker):  # type: ignore[misc]  # gunicorn has no types
    """What `--worker-class` names."""

    def init_process(self) -> None:
        self.connections: WeakSet[Bounded] = WeakSet()
        super().init_process()

    async def _shutdown(self) -> None:
        for waiting in [each for each in self.connections if each._awaiting_request]:
            waiting.close_in(HEAD_S)
        await super()._shutdown()
