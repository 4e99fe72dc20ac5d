"""The figure of *My work*: how many service levels met their target when last evaluated.

A month without data was neither met nor missed, so it is told apart.
"""

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
    met, missed = counts.get(Outcome.MET, 0), counts.get(Outcome.BREACHED, 0)
    return [
        {
            "title": _("Service levels met"),
            "value": _("%(a)s of %(b)s", a=met, b=met + missed) if met or missed else "–",
            "href": "/portal/performance" if isinstance(actor, Vendor) else "/admin/performance",
            "compare": compared(counts.get(Outcome.NO_DATA, 0)),
            "tone": "warn" if missed else "good" if met else "later",
        }
    ]


def compared(without_data: int) -> str:
    latest = _("In the latest window of each")
    if not without_data:
        return latest
    return latest + _("; no data for %(n)s", n=without_data)
