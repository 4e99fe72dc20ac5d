"""Which processes there are, what each needs, and how it is started."""

import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from deploy import counters
from deploy.dev import environment, listening, readiness
from deploy.dev.servers import Servers
from deploy.dev.stack import Stack
from deploy.dev.units import Unit, execute
from deploy.packages import PACKAGES, SERVICES, Package
from deploy.wsgi import DRAIN_S, EDGE_OPTIONS

GATEWAY = PACKAGES[0]
OF_THE_LAUNCHER = ("deploy.dev.mail", "deploy.dev.web", "deploy.dev.worker")


def warm_up() -> None:
    """Import once what the forks need. The edge is another program and stays out of here."""
    modules = [f"{each.path}.{module}" for each in PACKAGES for module in ("app", "worker")]
    for name in (*OF_THE_LAUNCHER, *modules):
        import_module(name)


def call(module: str, function: str, *arguments: object) -> None:
    """In the fork, so that the launcher begins before anything large is imported."""
    getattr(import_module(module), function)(*arguments)


def run_prepared(prepare: Callable[[], list[str]]) -> None:
    """Make what is missing, then become the server."""
    execute(prepare())


def run_web(command: list[str]) -> None:
    """A server as a program of its own, on the sockets that the launcher holds for it."""
    counters.begin_afresh()
    execute([*command, *listening.binds()])


def run_edge() -> None:
    counters.begin_afresh()
    options = [part for bind in listening.binds() for part in ("--bind", bind)]
    options += ["--config", "python:deploy.dev.listening", "--graceful-timeout", str(DRAIN_S)]
    target = 'deploy.wsgi:application("edge")'
    server = [sys.executable, "-m", "gunicorn", "--no-control-socket", *EDGE_OPTIONS]
    execute([*server, *options, target])


class Table:
    """The units of a stack, in the order of their start."""

    def __init__(self, stack: Stack, servers: Servers) -> None:
        self.stack, self.servers = stack, servers
        self.database = ("postgres",) if servers.cluster else ()
        self.broker = ("kafka",) if servers.broker else ()

    def units(self) -> list[Unit]:
        webs = [self.web("idp", GATEWAY), *(self.web(each.name, each) for each in SERVICES)]
        workers = [self.worker(package) for package in PACKAGES]
        return [*self.embedded(), *self.tasks(), *webs, *workers, self.edge()]

    def unit(self, name: str, run: Callable[[], object], **more: Any) -> Unit:
        more.setdefault("environ", environment.everywhere(self.stack, self.servers))
        return Unit(name=name, run=run, log=self.stack.logs / f"{name}.log", **more)

    def embedded(self) -> Iterator[Unit]:
        stack, servers = self.stack, self.servers
        if servers.cluster:
            run = partial(run_prepared, servers.cluster.prepare)
            ready = readiness.accepts_sql(servers.cluster.url)
            port, fast = servers.cluster.port, signal.SIGINT
            yield self.unit("postgres", run, ready=ready, port=port, stop_signal=fast)
        if servers.broker:
            run, port = partial(run_prepared, servers.broker.prepare), servers.broker.port
            yield self.unit("kafka", run, ready=readiness.listens(port), port=port)
        if port := servers.mail_port or 0:
            run = partial(call, "deploy.dev.mail", "serve", stack.data / "mail", port)
            yield self.unit("mail", run, ready=readiness.listens(port), port=port)

    def tasks(self) -> Iterator[Unit]:
        every = environment.of_tools(self.stack, self.servers)
        run = partial(call, "deploy.dev.migrations", "migrate", self.stack, self.servers)
        yield self.unit("migrations", run, once=True, needs=self.database, environ=every)
        run = partial(call, "deploy.kafka.topics", "main")
        yield self.unit("topics", run, once=True, needs=self.broker)

    def web(self, name: str, package: Package) -> Unit:
        port = self.stack.port_of(name)
        return self.unit(
            name,
            partial(call, "deploy.dev.web", "serve", name),
            renewed=partial(run_web, [sys.executable, "-m", "deploy.dev.web", name]),
            needs=("migrations",),
            ready=readiness.answers_http(port),
            port=port,
            listens=(port,),
            environ=environment.of_server(self.stack, self.servers, package, name),
        )

    def worker(self, package: Package) -> Unit:
        name = f"{package.name}-worker"
        command = [sys.executable, "-m", "deploy.dev.worker", package.name]
        return self.unit(
            name,
            partial(call, "deploy.dev.worker", "work", package),
            renewed=partial(execute, command),
            needs=("migrations", "topics"),
            ready=readiness.turns(self.servers.databases[package.url_setting]),
            port=self.stack.port_of(name),
            environ=environment.of_server(self.stack, self.servers, package, name, name),
        )

    def edge(self) -> Unit:
        """A program of its own, which loads none of what the others share."""
        port, private = self.stack.port_of("edge"), "edge-metrics"
        return self.unit(
            "edge",
            run_edge,
            needs=("idp",),
            ready=readiness.answers_http(port),
            port=port,
            listens=(port, self.stack.port_of(private)),
            environ=environment.of_server(self.stack, self.servers, GATEWAY, "edge", private),
        )
