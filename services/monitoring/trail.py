"""What the audit trail of this service is called in words."""

import sqlalchemy as sa

from services.monitoring.measurements.domain.rows import Way
from services.monitoring.metrics.persistence import metrics
from services.monitoring.slas.domain import Outcome
from services.monitoring.slas.schemas import HAPPENED
from shared.kernel import N_
from shared.web.trail import TrailWords

FACTS = {
    "attained": N_("Attained"),
    "count": N_("Number"),
    "month": N_("Window"),
    "outcome": N_("Outcome"),
    "reason": N_("Reason"),
    "revision": N_("Revision"),
    "input_sha256": N_("Fingerprint"),
    "way": N_("Received by"),
    "window": N_("Identifier"),
}
NUMBER = metrics.c.contract_number + " · SLA-" + sa.cast(metrics.c.position, sa.String)
OBJECTS = {"metric": (metrics.c.id, NUMBER, metrics.c.title, metrics.c.contract_number)}
TRAIL = TrailWords(HAPPENED, FACTS, {"outcome": Outcome, "way": Way}, objects=OBJECTS)
