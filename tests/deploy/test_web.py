"""The servers of the services keep a connection for longer than the edge does."""

from deploy import start
from deploy.dev.web import Web
from deploy.wsgi import KEEP_ALIVE_S
from gateway.proxy import IDLE_S


def test_a_service_never_closes_what_the_edge_may_still_use() -> None:
    assert KEEP_ALIVE_S > IDLE_S


def test_launcher_and_containers_keep_connections_equally_long() -> None:
    command = start.threaded("rfp")
    said = command[command.index("--keep-alive") + 1]
    assert Web("rfp", 8402).cfg.keepalive == int(said) == KEEP_ALIVE_S
