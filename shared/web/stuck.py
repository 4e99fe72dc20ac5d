"""Parked events and failed jobs, and what an operator orders. Never routed outside."""

from dataclasses import asdict
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from shared import jobs, stuck
from shared.kernel import Actor, Staff
from shared.messaging import parked
from shared.web.access import requires
from shared.web.transactions import transaction

orders = Blueprint("stuck", __name__, url_prefix="/internal")
OPERATORS = ("operator", "admin")


@orders.get("/stuck")
@requires(Staff, *OPERATORS)
def list_stuck(operator: Actor) -> ResponseReturnValue:
    with transaction() as session:
        return {
            "events": [asdict(event) for event in parked.waiting(session)],
            "jobs": [asdict(job) for job in failed_jobs(session)],
        }


def failed_jobs(session: Session) -> list[jobs.FailedJob]:
    """A deployable without a worker of its own has no table of jobs."""
    try:
        with session.begin_nested():
            return jobs.failed(session)
    except ProgrammingError:
        return []


@orders.post("/parked-events/<uuid:event_id>/release")
@requires(Staff, *OPERATORS)
def release_event(operator: Actor, event_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        stuck.release(session, operator, event_id)
    return "", 204


@orders.post("/parked-events/<uuid:event_id>/discard")
@requires(Staff, *OPERATORS)
def discard_event(operator: Actor, event_id: UUID) -> ResponseReturnValue:
    with transaction() as session:
        stuck.discard(session, operator, event_id)
    return "", 204


@orders.post("/failed-jobs/<int:job_id>/retry")
@requires(Staff, *OPERATORS)
def retry_job(operator: Actor, job_id: int) -> ResponseReturnValue:
    with transaction() as session:
        stuck.retry(session, operator, job_id)
    return "", 204


@orders.post("/failed-jobs/<int:job_id>/remove")
@requires(Staff, *OPERATORS)
def remove_job(operator: Actor, job_id: int) -> ResponseReturnValue:
    with transaction() as session:
        stuck.remove(session, operator, job_id)
    return "", 204
