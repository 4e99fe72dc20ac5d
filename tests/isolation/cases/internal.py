"""What only the gateway asks, with a token for the service.

Nobody asks the gateway's own: its pages read the same tables. Its trail is not even there.
"""

from isolation.actors import EVERYBODY, NOBODY

OPERATORS = ("operator", "admin")
AUDITORS = ("auditor", "operator", "admin")
ANYBODY = tuple(each for each in EVERYBODY if each != NOBODY)

LETTER = "/internal/dead-letters/{letter}"
TRAIL = (
    "GET /internal/audit?chain=contract:{contract}",
    "GET /internal/audit?chain=rfp:{open_rfp}",
    "GET /internal/audit/latest",
    "GET /internal/audit/named?text=RFP-2026-001",
)
OF_OPERATORS = (
    "GET /internal/operations",
    "GET /internal/stuck",
    "GET /internal/dead-letters",
    f"GET {LETTER}",
    "POST /internal/dead-letters/{handleable_letter}/replay",
    f"POST {LETTER}/discard",
    "POST /internal/failed-jobs/{job}/remove",
    "POST /internal/parked-events/{event}/discard",
)
OF_GATEWAY = dict.fromkeys(OF_OPERATORS, OPERATORS)
ADMITS = {**OF_GATEWAY, **dict.fromkeys(TRAIL, AUDITORS), "GET /internal/work": ANYBODY}
HOLDS = {"GET /internal/dead-letters": "letter", "GET /internal/stuck": "event"}
