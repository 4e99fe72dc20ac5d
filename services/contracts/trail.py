"""What the audit trail of this service is called in words."""

from services.contracts.agreements.domain import Side
from services.contracts.agreements.persistence import contracts
from services.contracts.overview.queries import HAPPENED
from shared.kernel import N_
from shared.web.trail import TrailWords

FACTS = {
    "amount": N_("Amount"),
    "award_id": N_("Award"),
    "calculation_id": N_("Calculation"),
    "credit_id": N_("Service credit"),
    "deliverable_id": N_("Deliverable"),
    "level": N_("Review level"),
    "milestone_id": N_("Milestone"),
    "number": N_("Contract number"),
    "reason": N_("Reason"),
    "revision": N_("Revision"),
    "sha256": N_("Fingerprint"),
    "side": N_("Side"),
    "terms_sha256": N_("Fingerprint of the terms"),
    "title": N_("Title"),
    "version": N_("Version"),
}
OBJECTS = {"contract": (contracts.c.id, contracts.c.number, contracts.c.title)}
TRAIL = TrailWords(HAPPENED, FACTS, {"side": Side}, objects=OBJECTS)
