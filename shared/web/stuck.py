"""Parked events and failed jobs, and what an operator orders. Never routed outside."""

from dataclasses import asdict
from uuid import UUID

from flask import Blueprint
from flask.typing import ResponseReturnValue

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
            "jobs": [asdict(job) for job in jobs.if_there(session, jobs.failed) or []],
        }


@orders.post("/parked-events/<uuid:which>/<any(release, discard):order>")
@orders.post("/failed-jobs/<bigint:which>/<any(retry, remove):order>")
@requires(Staff, *OPERATORS)
def settle(operator: Actor, which: UUID | int, order: str) -> ResponseReturnValue:
    obey, _ = stuck.ORDERS[order]
    with transaction() as session:
        obey(session, operator, which)
    return "", 204
