"""A restart: the successor serves before the one before it goes, or that one stays."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import psutil
import pytest

from deploy.dev import commands, listening, pids
from deploy.dev.launcher import as_json
from deploy.dev.readiness import answers_http
from deploy.dev.stack import Stack, write_json
from deploy.dev.supervisor import Supervisor
from deploy.dev.units import Unit


class Answer(BaseHTTPRequestHandler):
    """200, with the pid; slowly, where a second has to pass first. The log tells what begins."""

    def do_GET(self) -> None:
        print(self.path, flush=True)
        time.sleep(1 if self.path == "/slow" else 0)
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


class Adopted(HTTPServer):
    def __init__(self) -> None:
        [self.ours] = listening.held.values()
        super().__init__(self.ours.getsockname(), Answer, bind_and_activate=False)
        self.socket.close()
        self.socket = self.ours


def serve() -> None:
    """Until SIGTERM; then what has begun comes to its end."""
    server = Adopted()
    signal.signal(signal.SIGTERM, lambda *_: Thread(target=server.shutdown).start())
    listening.post_worker_init(None)
    server.serve_forever(0.05)


def never_serve() -> None:
    time.sleep(60)


def end_badly() -> None:
    sys.exit(3)


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Unit]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    yield Unit(
        name="web",
        run=serve,
        log=tmp_path / "web.log",
        environ={"TANDEM": "1"},
        port=port,
        listens=(port,),
        ready=answers_http(port),
    )
    listening.release((port,))


@pytest.fixture
def supervisor(web: Unit) -> Iterator[Supervisor]:
    made = Supervisor([web], lambda: None)
    yield made
    made.stop()


def turn_until_settled(supervisor: Supervisor, within_s: float = 10) -> Unit:
    until = time.monotonic() + within_s
    while supervisor.handovers or not supervisor.units["web"].is_ready:
        assert time.monotonic() < until, "not settled in time"
        supervisor.turn()
        time.sleep(0.01)
    return supervisor.units["web"]


def ask(web: Unit, path: str = "/health/ready") -> int:
    connection = HTTPConnection("127.0.0.1", web.port, timeout=10)
    connection.request("GET", path)
    said = int(connection.getresponse().read())
    connection.close()
    return said


def test_the_successor_takes_requests_and_the_one_before_ends_what_it_has_begun(
    supervisor: Supervisor,
) -> None:
    first = turn_until_settled(supervisor)
    before = first.pid
    slow: list[int] = []
    caller = Thread(target=lambda: slow.append(ask(first, "/slow")))
    caller.start()
    while "/slow" not in first.log.read_text():
        time.sleep(0.01)
    supervisor.restart("web")
    second = turn_until_settled(supervisor)
    caller.join()
    assert slow == [before]
    assert second is supervisor.units["web"]
    assert ask(second) == second.pid
    assert not first.pid
    assert second.starts == first.starts + 1


def test_nobody_who_calls_meanwhile_is_turned_away(supervisor: Supervisor) -> None:
    web = turn_until_settled(supervisor)
    answers: list[int] = []
    over = False

    def call() -> None:
        while not over:
            answers.append(ask(web))

    caller = Thread(target=call)
    caller.start()
    pids_seen = {web.pid}
    for _ in range(3):
        supervisor.restart("web")
        pids_seen.add(turn_until_settled(supervisor).pid)
    over = True
    caller.join()
    assert set(answers) <= pids_seen
    assert len(pids_seen) == 4


@pytest.mark.parametrize("renewed", [end_badly, never_serve])
def test_one_that_does_not_serve_is_given_up_and_the_one_before_stays(
    web: Unit, supervisor: Supervisor, renewed: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.dev.handover.READY_WITHIN_S", 1.0)
    first = turn_until_settled(supervisor)
    before = first.pid
    web.renewed = renewed  # type: ignore[assignment]
    supervisor.restart("web")
    assert turn_until_settled(supervisor) is first
    assert first.pid == before == ask(first)


def test_what_a_restart_brought_is_what_comes_back_after_a_crash(
    web: Unit, supervisor: Supervisor
) -> None:
    turn_until_settled(supervisor)
    web.renewed = serve_anew
    supervisor.restart("web")
    second = turn_until_settled(supervisor)
    os.kill(second.pid, signal.SIGKILL)
    os.waitid(os.P_PID, second.pid, os.WEXITED | os.WNOWAIT)
    supervisor.turn()
    assert turn_until_settled(supervisor).run is serve_anew


def serve_anew() -> None:
    serve()


def test_others_end_before_their_successor_begins(tmp_path: Path) -> None:
    unit = Unit(name="web", run=never_serve, log=tmp_path / "log", environ={})
    supervisor = Supervisor([unit], lambda: None)
    turn_until_settled(supervisor)
    supervisor.restart("web")
    while supervisor.handovers:
        assert not (unit.pid and supervisor.units["web"].pid)
        supervisor.turn()
    assert turn_until_settled(supervisor).pid
    supervisor.stop()


def test_a_stop_meanwhile_leaves_nothing_behind(web: Unit, supervisor: Supervisor) -> None:
    first = turn_until_settled(supervisor)
    old = first.pid
    web.renewed = never_serve
    supervisor.restart("web")
    supervisor.turn()
    new = supervisor.units["web"].pid
    supervisor.stop()
    assert not psutil.pid_exists(old)
    assert not psutil.pid_exists(new)


def test_who_leaves_is_written_down_for_the_next_launcher(
    web: Unit, supervisor: Supervisor
) -> None:
    turn_until_settled(supervisor)
    web.renewed = never_serve
    supervisor.restart("web")
    supervisor.turn()
    leaving = [as_json(each) for each in supervisor.leaving.values()]
    assert [each["pid"] for each in leaving] == [web.pid]
    assert pids.alive(leaving[0]["pid"], leaving[0]["created"])


@pytest.mark.parametrize(("name", "says"), [("nobody", "NAME is one of web"), ("web", "run")])
def test_the_command_says_why_it_cannot(
    tmp_path: Path, web: Unit, name: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = Stack(tmp_path, 8400)
    stack.make_folders()
    me = {"pid": os.getpid(), "created": psutil.Process().create_time()}
    state = {"launcher": me, "up": name != "web", "units": [as_json(web)], "leaving": []}
    write_json(stack.state_file, state)
    monkeypatch.setenv("NAME", name)
    with pytest.raises(SystemExit, match=says):
        commands.restart(stack)
    assert not stack.restart_file.exists()
