"""What only the gateway asks: the work that waits for somebody here."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.rfp.awards.queries import outcomes
from services.rfp.bids import queries as bids
from services.rfp.bids.queries import OpeningDue, Place
from services.rfp.evaluations import queries as evaluations
from services.rfp.evaluations.queries import EvaluationRow
from services.rfp.figures import figures
from services.rfp.plans import queries as plans
from services.rfp.plans.queries import PlanRow
from services.rfp.tenders.domain import Stage
from services.rfp.tenders.queries import staff as rfps
from services.rfp.tenders.queries.staff import RfpRow
from services.rfp.vendors import queries as vendors
from shared.kernel import Actor, Staff, Vendor
from shared.web import now, requires, transaction
from shared.web.i18n import gettext as _

internal = Blueprint("rfp_internal", __name__, url_prefix="/internal")


@dataclass(frozen=True)
class Item:
    """One thing to do, or to wait for, in the words of whoever asks."""

    verb: str
    object: str
    href: str
    why: str
    due_at: datetime | None = None
    kind: str = "todo"  # or "waiting": somebody else has to act


def on_plans(session: Session, actor: Actor) -> Iterable[Item]:
    if not isinstance(actor, Staff):
        return
    if "approver" in actor.roles:
        for plan in plans.plans_to_decide(session, actor):
            yield plan_item(_("Approve plan"), plan, _("You are an approver"))
    for plan in plans.drafts_to_submit(session, actor):
        yield plan_item(_("Submit plan"), plan, _("You wrote it"))
    for plan in plans.plans_to_rework(session, actor):
        yield plan_item(_("Correct the rejected plan"), plan, _("You wrote it"))
    for plan in plans.plans_under_decision(session, actor):
        yield plan_item(_("Approval of plan"), plan, _("An approver decides"), "waiting")


def plan_item(verb: str, plan: PlanRow, why: str, kind: str = "todo") -> Item:
    return Item(verb, f"{plan.number} · {plan.title}", f"/admin/plans/{plan.id}", why, kind=kind)


def on_vendors(session: Session, actor: Actor) -> Iterable[Item]:
    if isinstance(actor, Staff) and "buyer" in actor.roles:
        for vendor in vendors.vendors_to_admit(session, actor):
            href = f"/admin/vendors/{vendor.organisation_id}"
            yield Item(_("Admit vendor"), vendor.name, href, _("You are a buyer"))


def on_tenders(session: Session, actor: Actor) -> Iterable[Item]:
    if isinstance(actor, Vendor):
        yield from lots_to_bid_on(bids.open_places(session, actor))
    elif isinstance(actor, Staff) and "buyer" in actor.roles:
        for plan in rfps.plans_without_rfp(session, actor):
            yield plan_item(_("Make an RFP"), plan, _("You are a buyer"))
        for rfp in rfps.drafts_to_publish(session, actor):
            yield draft_item(rfp)
        for rfp in rfps.rfps_with_questions(session, actor):
            href = f"/admin/rfps/{rfp.id}?tab=questions"
            yield tender_item(_("Answer questions"), rfp, href, _("A bidder waits for an answer"))
        for rfp in rfps.rfps_to_watch(session, actor):
            yield watched_item(rfp)


def watched_item(rfp: RfpRow) -> Item:
    """What a buyer waits for until the bids are open."""
    about, href = f"{rfp.number} · {rfp.title}", f"/admin/rfps/{rfp.id}"
    if rfp.stage is Stage.OPEN:
        why, due = _("Vendors prepare their bids"), rfp.deadline_at
        return Item(_("Submission of bids"), about, href, why, due, "waiting")
    why = _("Bids are closed, and two openers confirm")
    return Item(_("Opening of bids"), about, f"{href}/opening", why, kind="waiting")


def lots_to_bid_on(places: Sequence[Place]) -> Iterable[Item]:
    """The invitation as a whole; once a bid on one lot is begun, each lot that is left."""
    begun = {place.rfp_id for place in places if place.is_begun}
    for rfp_id, lots in groupby(places, attrgetter("rfp_id")):
        left = [place for place in lots if not place.is_begun]
        if rfp_id not in begun:
            yield bid_item(left[0], left[0].title, f"/portal/opportunities/{rfp_id}")
            continue
        for place in left:
            yield bid_item(place, place.lot, f"/portal/bids/lots/{place.lot_id}")


def bid_item(place: Place, title: str, href: str) -> Item:
    about = f"{place.number} · {title}"
    return Item(_("Prepare bid"), about, href, _("You are invited"), place.deadline_at)


def draft_item(rfp: RfpRow) -> Item:
    """A deadline that has passed is a gap in the draft: nothing is overdue because of it."""
    href = f"/admin/rfps/{rfp.id}"
    if rfp.deadline_at > now():
        return tender_item(_("Publish RFP"), rfp, href, _("You drafted it"))
    about, why = f"{rfp.number} · {rfp.title}", _("Its deadline has passed. Set a later one.")
    return Item(_("Publish RFP"), about, href, why)


def tender_item(verb: str, rfp: RfpRow, href: str, why: str) -> Item:
    return Item(verb, f"{rfp.number} · {rfp.title}", href, why, rfp.deadline_at)


def on_bids(session: Session, actor: Actor) -> Iterable[Item]:
    """A vendor's drafts until the deadline, and after it what the openers have to open."""
    if isinstance(actor, Vendor):
        for place in filter(attrgetter("unsent"), bids.open_places(session, actor)):
            about, href = f"{place.number} · {place.lot}", f"/portal/bids/lots/{place.lot_id}"
            why = _("Your company has a draft that is not submitted")
            yield Item(_("Finish the bid"), about, href, why, place.deadline_at)
        for place in bids.sealed_places(session, actor):
            if place.bid and not is_decided(session, actor, place):
                yield sealed_item(place, f"/portal/bids/{place.bid.id}")
    elif isinstance(actor, Staff) and "opener" in actor.roles:
        for due in bids.openings_due(session, actor):
            yield opening_item(due)


def is_decided(session: Session, vendor: Vendor, place: Place) -> bool:
    """Lots are awarded one by one."""
    if place.bid is None or place.stage is not Stage.EVALUATED:
        return False
    told = (outcomes.has_outcome, outcomes.ended_without_award)
    return any(came(session, vendor, place.bid.id) for came in told)


def sealed_item(place: Place, href: str) -> Item:
    """What a bidder waits for: nothing is left to do for them."""
    due = place.deadline_at if place.is_open else None
    verb, why = {
        Stage.OPEN: (_("Opening of bids"), _("Your bid is sealed until bids close")),
        Stage.CLOSED: (_("Opening of bids"), _("Two openers open all bids together")),
        Stage.OPENED: (_("Evaluation of bids"), _("The evaluators score the bids")),
        Stage.EVALUATED: (_("Award"), _("The buyer awards each lot")),
    }[place.stage]
    return Item(verb, f"{place.number} · {place.lot}", href, why, due, "waiting")


def opening_item(due: OpeningDue) -> Item:
    about, href = f"{due.number} · {due.title}", f"/admin/rfps/{due.rfp_id}/opening"
    if due.confirmed:
        return Item(_("Opening of bids"), about, href, _("Another opener confirms"), kind="waiting")
    return Item(_("Open the bids"), about, href, _("You are an opener"), due.due_at)


def on_evaluations(session: Session, actor: Actor) -> Iterable[Item]:
    if not isinstance(actor, Staff):
        return
    for row, declared in evaluations.evaluations_of(session, actor):
        verb = _("Score bids") if declared else _("Declare your interests")
        yield evaluation_item(verb, row, _("You are an evaluator"))
    for row in evaluations.evaluations_to_award(session, actor):
        yield evaluation_item(_("Award the lots"), row, _("All evaluators have scored"))
    for row in evaluations.evaluations_to_watch(session, actor):
        why = _("%(n)s of %(all)s evaluators have submitted", n=row.submitted, all=row.scorers)
        yield evaluation_item(_("Evaluation of bids"), row, why, "waiting")


def evaluation_item(verb: str, row: EvaluationRow, why: str, kind: str = "todo") -> Item:
    return Item(verb, f"{row.number} · {row.title}", f"/admin/evaluations/{row.id}", why, kind=kind)


Source = Callable[[Session, Actor], Iterable[Item]]
# Each subject's work: a function that asks its queries and finds the words.
SOURCES: list[Source] = [on_plans, on_vendors, on_tenders, on_bids, on_evaluations]


@internal.get("/work")
@requires(Actor)
def work(actor: Actor) -> ResponseReturnValue:
    with transaction() as session:
        items = [item for source in SOURCES for item in source(session, actor)]
        told = figures(session, actor)
    return {"items": [as_json(item) for item in items], "figures": told}


def as_json(item: Item) -> dict[str, Any]:
    return vars(item) | {"due_at": item.due_at and item.due_at.isoformat()}
