"""The figure of *My work*: how many service levels met their target when last evaluated."""

from typing import Any

from sqlalchemy.orm import Session

from services.monitoring.slas import queries
from services.monitoring.slas.domain import Outcome
from shared.kernel import Actor, Forbidden, Vendor
from shared.web.i18n import gettext as _


def figures(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """None for whoever sees no metric, and none before the first evaluation."""
    try:
        counts = queries.latest_outcomes(session, actor)
    except Forbidden:
        return []
    if not counts:
        return []
    missed = counts.get(Outcome.BREACHED, 0)
    return [
        {
            "title": _("Service levels met"),
            "value": _("%(a)s of %(b)s", a=counts.get(Outcome.MET, 0), b=sum(counts.values())),
            "href": "/portal/performance" if isinstance(actor, Vendor) else "/admin/performance",
            "compare": _("In the latest window of each"),
            "tone": "warn" if missed else "good",
        }
    ]
