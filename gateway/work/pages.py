"""The first page after signing in."""

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.fanout import Fanout
from gateway.work.domain import Due, Task, Work, merged
from shared.kernel import Actor, Vendor
from shared.web import now, page, requires
from shared.web.formats import known_zone
from shared.web.i18n import label

pages = Blueprint("work", __name__)
TONES = {
    Due.OVERDUE: "bad",
    Due.TODAY: "warn",
    Due.WEEK: "active",
    Due.LATER: "later",
    Due.WAITING: "wait",
}


@pages.get("/work")
@requires(Actor)
def show(actor: Actor) -> ResponseReturnValue:
    fanout: Fanout = current_app.extensions["fanout"]
    work = merged(fanout.ask_all(actor, "/internal/work"), now(), known_zone(actor.zone))
    return page(
        "work/show.html",
        work=work,
        groups=chosen(work, request.args.get("show", "")),
        filters=filters(work, request.args.get("show", "")),
        tones=TONES,
        is_vendor=isinstance(actor, Vendor),
        writes_plans="requester" in actor.roles,
    )


def chosen(work: Work, shown: str) -> dict[Due, list[Task]]:
    """The groups with rows. An empty day is said as well, unless something is overdue."""
    said = () if work.groups[Due.OVERDUE] else (Due.TODAY,)
    kept = {due: tasks for due, tasks in work.groups.items() if tasks or due in said}
    only = {due: tasks for due, tasks in kept.items() if due == shown}
    return only or kept


def filters(work: Work, shown: str) -> list[dict[str, object]]:
    full = {due: len(tasks) for due, tasks in work.groups.items() if tasks}
    every = {"key": "", "label": gettext("All"), "n": sum(full.values()), "on": shown not in full}
    rest = [{"key": d, "label": label(d), "n": n, "on": d == shown} for d, n in full.items()]
    return [every, *rest]
