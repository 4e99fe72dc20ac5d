import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.database import Sessions, make_database
from support.settings import environment

from shared import db, jobs
from shared.config import ServiceSettings, service_settings
from shared.jobs import Context, clocked_job
from shared.worker import COMMON_CRON, Pause, Worker


@pytest.fixture
def context(server: str, tmp_path: Path) -> Iterator[Context]:
    """A database whose commits are real, because the jobs' worker looks from outside."""
    engine = make_database(server, "jobs_tests")
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = service_settings(ServiceSettings, "rfp", environment(tmp_path))
    yield Context(db.sessions(engine), replace(settings, database_url=url))
    engine.dispose()


def run(context: Context, known: jobs.Jobs, cron: jobs.Cron, until: Any) -> None:
    stop = threading.Event()
    app = jobs.make_app(context, known, cron)
    worker = threading.Thread(target=jobs.run_jobs, args=(app, stop))
    worker.start()
    end = time.monotonic() + 20
    while not until() and time.monotonic() < end:
        time.sleep(0.05)
    stop.set()
    worker.join(20)
    assert not worker.is_alive() and until()


def waiting(sessions: Sessions) -> list[tuple[str, Any]]:
    query = sa.text("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'")
    with sessions.begin() as session:
        return [(name, args) for name, args in session.execute(query)]


def test_a_job_runs_after_the_commit_and_never_after_a_rollback(context: Context) -> None:
    ran: list[str] = []
    with context.sessions() as session:
        jobs.defer(session, "greet", who="nobody")
        session.rollback()
    with context.sessions.begin() as session:
        jobs.defer(session, "greet", who="招标")
    run(context, {"greet": lambda given, who: ran.append(who)}, {}, lambda: bool(ran))
    assert ran == ["招标"] and waiting(context.sessions) == []


def test_jobs_that_wait_under_one_lock_are_merged(context: Context) -> None:
    with context.sessions.begin() as session:
        for number in (1, 2):
            jobs.defer(session, "greet", lock="one", who=number)
        assert session.scalar(sa.text("SELECT 1")) == 1, "the transaction is still good"
    assert waiting(context.sessions) == [("greet", {"who": 1})]


def test_a_job_for_later_waits(context: Context) -> None:
    ran: list[int] = []
    with context.sessions.begin() as session:
        jobs.defer(session, "greet", at=datetime.now(UTC) + timedelta(hours=1), who=1)
        jobs.defer(session, "greet", who=2)
    run(context, {"greet": lambda given, who: ran.append(who)}, {}, lambda: bool(ran))
    assert ran == [2] and waiting(context.sessions) == [("greet", {"who": 1})]


def test_a_job_that_fails_is_tried_again(context: Context) -> None:
    tries: list[int] = []

    def fail(given: Context) -> None:
        tries.append(1)
        raise ConnectionError

    with context.sessions.begin() as session:
        jobs.defer(session, "fail")
    run(context, {"fail": fail}, {}, lambda: bool(tries))
    assert [name for name, _ in waiting(context.sessions)] == ["fail"]


def leave(sessions: Sessions, **columns: object) -> None:
    """A job as a worker leaves it that is killed in the middle of it, long ago."""
    values = {"name": "greet", "lock": None, "attempts": 0} | columns
    with sessions.begin() as session:
        worker = session.scalar(sa.text(
            "INSERT INTO procrastinate_workers (last_heartbeat)"
            " VALUES (now() - interval '31 seconds') RETURNING id"
        ))  # fmt: skip
        insert = sa.text(
            "INSERT INTO procrastinate_jobs"
            " (queue_name, task_name, args, status, attempts, queueing_lock, worker_id)"
            " VALUES ('default', :name, '{}', 'doing', :attempts, :lock, :worker)"
        )
        session.execute(insert, values | {"worker": worker})


def statuses(sessions: Sessions) -> list[str]:
    with sessions.begin() as session:
        return list(session.scalars(sa.text("SELECT status::text FROM procrastinate_jobs")))


def test_what_a_killed_worker_has_left_runs_once_more(context: Context) -> None:
    ran: list[int] = []
    leave(context.sessions)
    run(context, {"greet": lambda given: ran.append(1)}, {}, lambda: not statuses(context.sessions))
    assert ran == [1]


def test_what_waits_under_the_same_lock_is_enough(context: Context) -> None:
    ran: list[int] = []
    leave(context.sessions, lock="one")
    with context.sessions.begin() as session:
        jobs.defer(session, "greet", lock="one", at=datetime.now(UTC) + timedelta(hours=1))
    done = ["todo"]
    run(
        context,
        {"greet": lambda given: ran.append(1)},
        {},
        lambda: statuses(context.sessions) == done,
    )
    assert ran == []


def test_what_kills_its_worker_again_and_again_is_for_an_operator(context: Context) -> None:
    ran: list[int] = []
    leave(context.sessions, attempts=8)
    failed = ["failed"]
    run(
        context,
        {"greet": lambda given: ran.append(1)},
        {},
        lambda: statuses(context.sessions) == failed,
    )
    assert ran == [] and len(failed_jobs(context)) == 1


def failed_jobs(context: Context) -> list[jobs.FailedJob]:
    with context.sessions.begin() as session:
        return jobs.failed(session)


def test_a_job_that_runs_is_left_alone(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.abandoned.EVERY_S", 0.1)
    ran: list[int] = []

    def take_long(given: Context) -> None:
        ran.append(1)
        time.sleep(1)

    with context.sessions.begin() as session:
        jobs.defer(session, "greet")
    run(context, {"greet": take_long}, {}, lambda: bool(ran) and not statuses(context.sessions))
    assert ran == [1]


def test_what_runs_on_a_clock_runs_by_itself(context: Context) -> None:
    ran: list[int] = []
    every_second = {"* * * * * *": ["tick"]}
    run(context, {"tick": lambda given: ran.append(1)}, every_second, lambda: bool(ran))


def test_jobs_of_several_subjects_share_a_schedule() -> None:
    first, second = {"* * * * *": ["open"], "5 * * * *": ["tell"]}, {"* * * * *": ["close"]}
    assert jobs.merged(first, second) == {"* * * * *": ["open", "close"], "5 * * * *": ["tell"]}
    assert first == {"* * * * *": ["open"], "5 * * * *": ["tell"]}


def test_a_service_adds_its_clock_to_the_common_one(tmp_path: Path) -> None:
    settings = service_settings(ServiceSettings, "rfp", environment(tmp_path))
    worker = Worker("rfp", settings, {}, {}, {"* * * * *": ["open"]})
    assert worker.cron == {**COMMON_CRON, "* * * * *": ["sign_checkpoint", "open"]}


def test_a_loop_pauses_longer_while_there_is_nothing_to_do() -> None:
    pause = Pause()
    idle = [pause.after(0) for _ in range(6)]
    assert idle == [0.05, 0.1, 0.2, 0.4, 0.5, 0.5]
    assert pause.after(3) == 0
    assert pause.after(0) == 0.05


def test_a_job_of_the_clock_keeps_its_pace() -> None:
    found = clocked_job("sign_checkpoint.cron", [1_000_060, 1_000_000, 999_940])
    assert found.name == "sign_checkpoint" and found.next_at
    assert (found.next_at - found.last_at).total_seconds() == 60
    assert clocked_job("once.cron", [1_000_000]).next_at is None
