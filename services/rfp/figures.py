"""The figures of *My work*: how many plans and RFPs stand where. Each leads to its list."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from services.rfp.plans import queries as plans
from services.rfp.plans.domain import PlanState
from services.rfp.tenders.domain import Stage
from services.rfp.tenders.queries import staff as rfps
from services.rfp.tenders.queries import vendors
from shared.kernel import Actor, Auditor, Staff, Vendor
from shared.web.i18n import gettext as _

PLANNING = frozenset({"requester", "buyer", "approver", "auditor"})
TENDERING = PLANNING | {"evaluator", "opener"}
Figure = dict[str, Any]


def figures(session: Session, actor: Actor) -> list[Figure]:
    """At most three; none for whoever has no list to look at."""
    if isinstance(actor, Vendor):
        return list(of_vendor(session, actor))
    if isinstance(actor, Staff | Auditor):
        return list(of_staff(session, actor))
    return []


def of_vendor(session: Session, vendor: Vendor) -> Iterator[Figure]:
    counts = vendors.opportunity_counts(session, vendor)
    opened = counts.get(Stage.OPEN, 0)
    every = _("Of %(n)s your company was invited to", n=sum(counts.values()))
    yield figure(_("RFPs open for bids"), opened, "/portal/opportunities?show=open", every)


def of_staff(session: Session, reader: Staff | Auditor) -> Iterator[Figure]:
    if not PLANNING.isdisjoint(reader.roles):
        counts = plans.plan_counts(session, reader)
        waiting = counts.get(PlanState.SUBMITTED, 0)
        every = _("Of %(n)s in all", n=sum(counts.values()))
        yield figure(_("Plans under approval"), waiting, "/admin/plans?show=submitted", every)
    if not TENDERING.isdisjoint(reader.roles):
        stages = rfps.rfp_counts(session, reader)
        every = _("Of %(n)s in all", n=sum(stages.values()))
        opened, scored = stages.get(Stage.OPEN, 0), stages.get(Stage.OPENED, 0)
        yield figure(_("RFPs open for bids"), opened, "/admin/rfps?show=open", every)
        yield figure(_("RFPs in evaluation"), scored, "/admin/rfps?show=opened", every)


def figure(title: str, value: int, href: str, compare: str) -> Figure:
    return {"title": title, "value": str(value), "href": href, "compare": compare}
