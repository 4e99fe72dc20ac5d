"""Jobs whose worker was killed: it will never say what became of them, so they run once more."""

import asyncio
from contextlib import suppress

from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from shared.logging import get_logger

log = get_logger(__name__)
EVERY_S = 10.0
SILENT_S = 30.0  # a worker that lives says so every ten seconds
MOST_ATTEMPTS = 8  # one that kills its worker again and again is for an operator


async def keep_taking_up(app: App) -> None:
    """While the database is away there is nothing to take up."""
    while True:
        with suppress(ConnectorException):
            await take_up(app)
        await asyncio.sleep(EVERY_S)


async def take_up(app: App) -> None:
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_S):
        log.warning("A job was left by its worker", job=job.id, task=job.task_name)
        if job.attempts >= MOST_ATTEMPTS:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await run_again(app, job)


async def run_again(app: App, job: Job) -> None:
    """Where the same work waits already, under one lock, that is enough."""
    try:
        await app.job_manager.retry_job(job)
    except UniqueViolation:
        await app.job_manager.finish_job(job, Status.ABORTED, delete_job=True)
