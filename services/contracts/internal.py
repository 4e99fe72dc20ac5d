"""What only the gateway asks: the work that waits for somebody here."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from services.contracts.agreements.queries import Task, TaskKind
from services.contracts.figures import figures
from services.contracts.overview import queries
from shared.kernel import N_, Actor
from shared.web import requires, transaction
from shared.web.i18n import gettext as _
from shared.web.i18n import label

internal = Blueprint("contracts_internal", __name__, url_prefix="/internal")
# The same things as those who wait for them say it.
AWAITED: Mapping[TaskKind, str] = {
    TaskKind.ACCEPT: N_("Acceptance of contract"),
    TaskKind.SUBMIT: N_("Deliverable"),
    TaskKind.RESUBMIT: N_("Reworked deliverable"),
    TaskKind.REVIEW: N_("Review of deliverable"),
    TaskKind.DECIDE: N_("Decision on service credit"),
}


@internal.get("/work")
@requires(Actor)
def work(actor: Actor) -> ResponseReturnValue:
    with transaction() as session:
        tasks, told = queries.tasks(session, actor), figures(session, actor)
    return {"items": [as_json(task) for task in tasks], "figures": told}


def as_json(task: Task) -> dict[str, Any]:
    return {
        "verb": label(task.kind) if task.mine else _(AWAITED[task.kind]),
        "object": f"{task.number} · {task.title}",
        "href": task.path,
        "due_at": task.due_at and task.due_at.isoformat(),
        "why": _(task.why),
        "kind": "todo" if task.mine else "waiting",
    }
