"""Which processes there are, what each needs, and how it is started."""

import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from deploy.dev import environment, mail, readiness
from deploy.dev.passwords import passwords
from deploy.dev.servers import Servers
from deploy.dev.stack import Stack
from deploy.dev.units import Unit, execute
from deploy.dev.web import web
from deploy.packages import PACKAGES, SERVICES, Package

GATEWAY = PACKAGES[0]


def warm_up() -> None:
    """Import once what every fork needs. The edge is another program and stays out of here."""
    for package in PACKAGES:
        for module in ("app", "worker"):
            import_module(f"{package.path}.{module}")


class Table:
    """The units of a stack, in the order of their start."""

    def __init__(self, stack: Stack, servers: Servers) -> None:
        self.stack, self.servers = stack, servers

    def units(self) -> list[Unit]:
        tasks = [self.migrations(), self.topics()]
        webs = [self.web("idp", GATEWAY), *(self.web(each.name, each) for each in SERVICES)]
        workers = [self.worker(package) for package in PACKAGES]
        return [*self.embedded(), *tasks, *webs, *workers, self.edge()]

    def unit(self, name: str, run: Callable[[], object], **more: Any) -> Unit:
        more.setdefault("environ", environment.everywhere(self.stack, self.servers))
        return Unit(name=name, run=run, log=self.stack.logs / f"{name}.log", **more)

    def embedded(self) -> Iterator[Unit]:
        stack, servers = self.stack, self.servers
        if servers.cluster:
            run = partial(execute, servers.cluster.prepare())
            ready = readiness.accepts_sql(servers.cluster.url)
            port, fast = servers.cluster.port, signal.SIGINT
            yield self.unit("postgres", run, ready=ready, port=port, stop_signal=fast)
        if servers.broker:
            run, port = partial(execute, servers.broker.prepare()), servers.broker.port
            yield self.unit("kafka", run, ready=readiness.listens(port), port=port)
        if servers.mail_port:
            run, port = (
                partial(mail.serve, stack.data / "mail", servers.mail_port),
                servers.mail_port,
            )
            yield self.unit("mail", run, ready=readiness.listens(port), port=port)

    def migrations(self) -> Unit:
        needs = ("postgres",) if self.servers.cluster else ()
        environ = environment.of_tools(self.stack, self.servers)
        return self.unit("migrations", self.migrate, once=True, needs=needs, environ=environ)

    def migrate(self) -> None:
        from deploy.migrate import migrate_all  # Alembic is of no use to the other processes
        from deploy.postgres.roles import ensure_databases

        if self.servers.cluster:
            ensure_databases(self.servers.cluster.url, PACKAGES, passwords(self.stack))
        migrate_all(PACKAGES, self.servers.databases)

    def topics(self) -> Unit:
        from deploy.kafka import topics

        needs = ("kafka",) if self.servers.broker else ()
        return self.unit("topics", topics.main, once=True, needs=needs)

    def web(self, name: str, package: Package) -> Unit:
        from deploy.wsgi import application

        port = self.stack.port_of(name)
        environ = environment.of_package(self.stack, self.servers, package)
        ready = readiness.answers_http(port)
        run = web(partial(application, name), port)
        return self.unit(name, run, needs=("migrations",), ready=ready, port=port, environ=environ)

    def worker(self, package: Package) -> Unit:
        def run() -> None:
            import_module(f"{package.path}.worker").main()

        return self.unit(
            f"{package.name}-worker",
            run,
            needs=("migrations", "topics"),
            ready=readiness.turns(self.servers.databases[package.url_setting]),
            environ=environment.of_package(self.stack, self.servers, package),
        )

    def edge(self) -> Unit:
        """A program of its own: gevent replaces the sockets of everything it runs with."""
        port = self.stack.port_of("edge")
        options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gevent", "--workers", "1"]
        quiet = ["--graceful-timeout", "5", "--no-control-socket"]
        target = 'deploy.wsgi:application("edge")'
        command = [sys.executable, "-m", "gunicorn", *options, *quiet, target]
        return self.unit(
            "edge",
            partial(execute, command),
            needs=("idp",),
            ready=readiness.answers_http(port),
            port=port,
            environ=environment.of_package(self.stack, self.servers, GATEWAY),
        )
