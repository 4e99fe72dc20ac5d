"""The launcher's loop, with processes that do nothing but live and die."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.dev import pids
from deploy.dev.launcher import as_json
from deploy.dev.supervisor import BootFailed, Supervisor, levels
from deploy.dev.units import Unit

Make = Callable[..., Unit]


def sleep() -> None:
    time.sleep(60)


def end_badly() -> None:
    sys.exit(3)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Unit] = []

    def unit(name: str, run: Callable[[], object] = sleep, **more: Any) -> Unit:
        log = tmp_path / f"{name}.log"
        more.setdefault("environ", {"NAME": name})
        made.append(Unit(name=name, run=run, log=log, **more))
        return made[-1]

    yield unit
    for each in made:
        if each.pid:
            os.kill(each.pid, signal.SIGKILL)
            os.waitpid(each.pid, 0)


def turn_until(supervisor: Supervisor, reached: Callable[[], object], within_s: float = 10) -> None:
    until = time.monotonic() + within_s
    while not reached():
        assert time.monotonic() < until, "not reached in time"
        supervisor.turn()
        time.sleep(0.01)


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def supervise(*units: Unit) -> Supervisor:
    return Supervisor(units, lambda: None)


def test_what_dies_is_started_again(make: Make) -> None:
    one = make("one")
    supervisor = supervise(one)
    turn_until(supervisor, lambda: supervisor.up)
    first = one.pid
    os.kill(first, signal.SIGKILL)
    turn_until(supervisor, lambda: one.pid not in (0, first) and one.is_ready)
    assert one.starts == 2
    supervisor.stop()
    assert not psutil.pid_exists(first)


def test_what_it_left_behind_is_ended_with_it(make: Make, tmp_path: Path) -> None:
    child = tmp_path / "child"

    def have_a_child() -> None:
        pid = os.fork()
        if pid:
            child.write_text(str(pid))
        time.sleep(60)

    one = make("one", have_a_child)
    supervisor = supervise(one)
    turn_until(supervisor, lambda: child.exists() and child.read_text())
    left = psutil.Process(int(child.read_text()))
    os.kill(one.pid, signal.SIGKILL)
    turn_until(supervisor, lambda: one.starts == 2 and has_ended(left))
    supervisor.stop()


def test_pauses_grow_while_it_keeps_dying(make: Make) -> None:
    one = make("one", end_badly, ready=lambda age: False)
    supervisor = supervise(one)
    supervisor.up = True
    pauses = []
    for starts in (1, 2, 3):
        turn_until(supervisor, lambda: one.starts == starts and not one.pid)  # noqa: B023
        pauses.append(one.pause)
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]


def test_a_unit_waits_for_what_it_needs(make: Make) -> None:
    ready: list[bool] = []
    database = make("database", ready=lambda age: bool(ready))
    web = make("web", needs=("database",))
    supervisor = supervise(database, web)
    for _ in range(5):
        supervisor.turn()
    assert database.pid
    assert not web.pid
    ready.append(True)
    turn_until(supervisor, lambda: web.pid)
    supervisor.stop()


def test_a_task_runs_once_and_must_end_well(make: Make) -> None:
    good = make("good", lambda: None, once=True)
    supervisor = supervise(good)
    turn_until(supervisor, lambda: supervisor.up)
    assert good.starts == 1
    assert good.ended
    with pytest.raises(BootFailed, match="bad"):
        turn_until(supervise(make("bad", end_badly, once=True)), lambda: False)


def test_a_process_that_never_comes_up_fails_the_start(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.dev.units.FIRST_PAUSE_S", 0.0)
    one = make("one", end_badly, ready=lambda age: False, pause=0.0)
    with pytest.raises(BootFailed, match=r"one does not start: see .*one\.log"):
        turn_until(supervise(one), lambda: False)


def test_who_asks_stops_before_who_answers(make: Make) -> None:
    database = make("database")
    tables = make("tables", once=True, needs=("database",))
    web = make("web", needs=("tables",))
    edge = make("edge", needs=("web",))
    order = [[unit.name for unit in level] for level in levels([edge, web, tables, database])]
    assert order == [["database"], ["tables"], ["web"], ["edge"]]


def test_a_process_sees_its_own_settings_only(make: Make, tmp_path: Path) -> None:
    def write() -> None:
        (tmp_path / "seen").write_text(repr(dict(os.environ)))

    turn_until(
        supervisor := supervise(make("task", write, once=True, environ={"ONLY": "this"})),
        lambda: supervisor.up,
    )
    assert (tmp_path / "seen").read_text() == "{'ONLY': 'this'}"


def test_an_error_reaches_the_log_and_not_the_launcher(make: Make) -> None:
    def fail() -> None:
        raise RuntimeError("no such thing")

    task = make("task", fail, once=True)
    with pytest.raises(BootFailed):
        turn_until(supervise(task), lambda: False)
    assert "no such thing" in task.log.read_text()


def test_orphans_are_ended_and_strangers_are_not(make: Make) -> None:
    ours, stranger = make("ours"), make("stranger")
    ours.start()
    stranger.start()
    state = {"units": [as_json(ours), as_json(stranger) | {"created": stranger.created - 60}]}
    assert pids.end_orphans(state) == ["ours"]
    assert psutil.Process(stranger.pid).is_running()
    ours.pid = 0
