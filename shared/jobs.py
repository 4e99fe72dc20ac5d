"""Work for later: procrastinate jobs in the service's own database, deferred in our transaction."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

import procrastinate
import sqlalchemy as sa
from procrastinate import App, PsycopgConnector, RetryStrategy
from psycopg.errors import UndefinedTable
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from shared import abandoned, db, metrics
from shared.config import ServiceSettings
from shared.kernel import N_, DomainError

T = TypeVar("T")
QUEUE = "default"
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)
DEFER = sa.text(
    "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(:queue, :name, 0, NULL, :lock,"
    " CAST(:args AS jsonb), CAST(:at AS timestamptz))::procrastinate_job_to_defer_v1])"
)


class JobWaits(DomainError):
    code = "job_waits"
    message = N_("The same work waits already. Remove this job.")


@dataclass(frozen=True)
class Context:
    """What a job has at hand. It makes its own transactions."""

    sessions: sessionmaker[Session]
    settings: ServiceSettings


Job = Callable[..., None]
Jobs = Mapping[str, Job]
Cron = Mapping[str, Sequence[str]]


def merged(*parts: Cron) -> Cron:
    """One clock of several: what runs at the same times runs side by side."""
    whole: dict[str, list[str]] = {}
    for part in parts:
        for schedule, names in part.items():
            whole.setdefault(schedule, []).extend(names)
    return whole


def defer(
    session: Session, name: str, *, at: datetime | None = None, lock: str | None = None, **args: Any
) -> None:
    """Run the job `name` after our commit, or at a time. With `lock`, jobs that wait are merged."""
    values = {"queue": QUEUE, "name": name, "lock": lock, "at": at}
    deferred = DEFER.bindparams(sa.bindparam("args", type_=sa.JSON))
    try:
        with session.begin_nested():
            session.execute(deferred, values | {"args": args})
    except IntegrityError:
        if lock is None:
            raise


def make_app(context: Context, jobs: Jobs, cron: Cron) -> App:
    """A procrastinate app that knows our jobs; each is called as `job(context, **args)`."""
    app = App(
        connector=PsycopgConnector(conninfo=context.settings.database_url, min_size=1, max_size=3)
    )
    for name, job in jobs.items():
        register(app, name, job, context)
    for schedule, names in cron.items():
        for name in names:
            schedule_job(app, schedule, name, jobs[name], context)
    return app


def register(app: App, name: str, job: Job, context: Context) -> None:
    @app.task(name=name, retry=RETRY)
    def run(**args: Any) -> None:
        with metrics.timed_job(name):
            job(context, **args)


def schedule_job(app: App, schedule: str, name: str, job: Job, context: Context) -> None:
    @app.periodic(cron=schedule)
    @app.task(name=f"{name}.cron", queueing_lock=f"{name}.cron")
    def run(timestamp: int) -> None:
        with metrics.timed_job(name):
            job(context)


def run_jobs(app: App, stop: threading.Event, turned: Callable[[], None] = lambda: None) -> None:
    """Work until `stop` is set; a job that runs then is finished first.

    What a worker that was killed has left is taken up.
    """
    asyncio.run(work(app, stop, turned))


async def work(app: App, stop: threading.Event, turned: Callable[[], None]) -> None:
    async with app.open_async():
        worker = asyncio.create_task(
            app.run_worker_async(
                install_signal_handlers=False,
                concurrency=2,
                fetch_job_polling_interval=5,
                delete_jobs=procrastinate.jobs.DeleteJobCondition.SUCCESSFUL,
                shutdown_graceful_timeout=5,
            )
        )
        left = asyncio.create_task(abandoned.keep_taking_up(app))
        while not stop.is_set() and not worker.done():
            await asyncio.to_thread(turned)  # a database that hangs must not hold up the jobs
            await asyncio.sleep(0.5)
        for task in (left, worker):
            task.cancel()
        await asyncio.gather(left, worker, return_exceptions=True)
        if not stop.is_set():
            raise RuntimeError("The job worker has stopped by itself")


def if_there(session: Session, read: Callable[[Session], T]) -> T | None:
    """A deployable without a worker of its own has no table of jobs."""
    try:
        with session.begin_nested():
            return read(session)
    except ProgrammingError as error:
        if isinstance(error.orig, UndefinedTable):
            return None
        raise


def state(session: Session) -> Mapping[str, int]:
    """How many jobs there are, by status."""
    counted = sa.text("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status")
    return {row[0]: row[1] for row in session.execute(counted)}


@dataclass(frozen=True)
class Clocked:
    """A job of the clock: when it was last due, and by the pace so far when next."""

    name: str
    last_at: datetime
    next_at: datetime | None


def clocked(session: Session) -> list[Clocked]:
    """By name. One that was due only once has no pace yet."""
    due = sa.text(
        "SELECT task_name, array_agg(defer_timestamp ORDER BY defer_timestamp DESC)"
        " FROM procrastinate_periodic_defers GROUP BY task_name ORDER BY task_name LIMIT 100"
    )
    return [clocked_job(*row) for row in session.execute(due)]


def clocked_job(name: str, due: Sequence[int]) -> Clocked:
    last, *before = due
    following = datetime.fromtimestamp(2 * last - before[0], UTC) if before else None
    return Clocked(name.removesuffix(".cron"), datetime.fromtimestamp(last, UTC), following)


@dataclass(frozen=True)
class FailedJob:
    """A job that was tried as often as may be."""

    id: int
    name: str
    attempts: int
    failed_at: datetime


FAILED = (
    "SELECT id, task_name, attempts, coalesce((SELECT max(at) FROM procrastinate_events"
    " WHERE job_id = procrastinate_jobs.id AND type = 'failed'), now()) AS failed_at"
    " FROM procrastinate_jobs WHERE status = 'failed'"
)


def failed(session: Session, *, limit: int = 100) -> list[FailedJob]:
    """The latest first."""
    latest = sa.text(f"{FAILED} ORDER BY id DESC LIMIT :limit")
    return [FailedJob(*row) for row in session.execute(latest, {"limit": limit})]


def retry(session: Session, job_id: int) -> FailedJob:
    """Have it run once more, now."""
    job = locked(session, job_id)
    again = sa.text("SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)")
    try:
        with session.begin_nested():
            session.execute(again, {"id": job_id})
    except IntegrityError as error:  # its lock: the same work waits already
        raise JobWaits from error
    return job


def remove(session: Session, job_id: int) -> FailedJob:
    job = locked(session, job_id)
    session.execute(sa.text("DELETE FROM procrastinate_jobs WHERE id = :id"), {"id": job_id})
    return job


def locked(session: Session, job_id: int) -> FailedJob:
    own = sa.text(f"{FAILED} AND id = :id FOR UPDATE").bindparams(id=job_id)
    return FailedJob(*db.one_row(session, own))
