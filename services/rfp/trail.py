"""What the audit trail of this service is called in words."""

from collections.abc import Mapping

from services.rfp.bids.domain import BidState
from services.rfp.bids.staff_pages import HAPPENED as OPENINGS
from services.rfp.bids.vendor_pages import HAPPENED as BIDS
from services.rfp.evaluations.domain import Conflict
from services.rfp.evaluations.staff_pages import HAPPENED as EVALUATIONS
from services.rfp.plans.persistence import plans
from services.rfp.plans.staff_pages import HAPPENED as PLANS
from services.rfp.tenders.domain import Duty, Ending
from services.rfp.tenders.persistence import rfps
from services.rfp.tenders.staff_pages.reading import HAPPENED as RFPS
from services.rfp.vendors.domain import Category
from services.rfp.vendors.staff_pages import HAPPENED as VENDORS
from shared.directory import organisations
from shared.kernel import N_
from shared.web.trail import Choices, TrailWords

MORE = {
    "document_stuck": N_("A file of the bid waits for the store, which has a fault"),
    "question_asked": N_("Question asked"),
    "scores_saved": N_("Scores saved"),
    "opening_confirmed": N_("A bid opener confirmed the opening"),
}
FACTS = {
    "award_id": N_("Award"),
    "bid_id": N_("Bid"),
    "bids": N_("Bids"),
    "categories": N_("Categories"),
    "cause": N_("Cause"),
    "conflict": N_("Conflict of interests"),
    "count": N_("Number"),
    "declined_by": N_("Declined by"),
    "document_id": N_("File"),
    "duty": N_("Duty"),
    "joining": N_("Takes the seat"),
    "leaving": N_("Leaves"),
    "lot_id": N_("Lot"),
    "lots": N_("Lots"),
    "openers": N_("Openers"),
    "organisation_id": N_("Vendor"),
    "over_ceiling_reason": N_("Why it exceeds the ceiling"),
    "padded_size": N_("Sealed size"),
    "question_id": N_("Question"),
    "rank": N_("Rank"),
    "received_at": N_("Received"),
    "reason": N_("Reason"),
    "sha256": N_("Fingerprint"),
    "state": N_("State"),
    "submitted_by": N_("Submitted by"),
    "tier": N_("Vendor tier"),
    "total": N_("Points"),
    "version": N_("Version"),
}
# Before the opening nobody learns from a list whether somebody has bid, or who asks.
SEALED = frozenset({"bid_received", "bid_replaced", "bid_withdrawn", "question_asked"})
SIDES = {"buyer": N_("Buyer"), "vendor": N_("Vendor")}
CHOICES: Mapping[str, Choices] = {
    "categories": Category,
    "cause": Ending,
    "conflict": Conflict,
    "declined_by": SIDES,
    "duty": Duty,
    "state": BidState,
}
ACTIONS = {**OPENINGS, **BIDS, **EVALUATIONS, **PLANS, **RFPS, **VENDORS, **MORE}
OBJECTS = {
    "plan": (plans.c.id, plans.c.number, plans.c.title),
    "rfp": (rfps.c.id, rfps.c.number, rfps.c.title),
    "vendor": (organisations.c.id, organisations.c.name),
}
TRAIL = TrailWords(ACTIONS, FACTS, CHOICES, SEALED, OBJECTS)
