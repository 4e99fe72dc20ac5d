"""What only the gateway asks: the work that waits for somebody here."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.monitoring.figures import figures
from services.monitoring.metrics.domain import Metric
from services.monitoring.slas import queries
from services.monitoring.slas.schemas import window_words
from shared.kernel import Actor, Staff
from shared.web import now, requires, transaction
from shared.web.i18n import gettext as _

internal = Blueprint("monitoring_internal", __name__, url_prefix="/internal")


@internal.get("/work")
@requires(Actor)
def work(actor: Actor) -> ResponseReturnValue:
    with transaction() as session:
        return {"items": list(items(session, actor)), "figures": figures(session, actor)}


def items(session: Session, actor: Actor) -> Iterator[dict[str, Any]]:
    if isinstance(actor, Staff) and "contract_manager" in actor.roles:
        yield from to_evaluate(session, actor)
        yield from without_data(session, actor)


def to_evaluate(session: Session, manager: Staff) -> Iterator[dict[str, Any]]:
    for metric in queries.overdue_metrics(session, manager, now=now()):
        yield item(
            _("Evaluate windows"),
            f"{metric.number} · {metric.title}",
            f"/admin/performance/{metric.id}",
            _("A window has ended and is not evaluated yet."),
        )


def without_data(session: Session, manager: Staff) -> Iterator[dict[str, Any]]:
    for metric, window in queries.windows_without_data(session, manager):
        yield item(
            _("Add measurements"),
            spoken(metric, window),
            f"/admin/performance/{metric.id}/windows/{window.id}",
            _("The window has ended and no measurement came."),
        )


def spoken(metric: Metric, window: queries.WindowView) -> str:
    return f"{metric.number} · {metric.title} · {window_words(window.first_on, window.last_on)}"


def item(verb: str, thing: str, href: str, why: str) -> dict[str, Any]:
    return {
        "verb": verb,
        "object": thing,
        "href": href,
        "why": why,
        "due_at": None,
        "kind": "todo",
    }
