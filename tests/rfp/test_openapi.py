"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.bids import an_offer
from support.database import Sessions
from support.evaluating import REASON
from support.fuzz import Fuzz
from support.plans import BODY as A_PLAN
from support.rfps import an_rfp_body

from services.rfp.tenders.domain import Rfp

READERS = (
    *("buyer", "approver", "requester", "evaluator1", "evaluator2", "opener1", "auditor"),
    *("huayun", "nordwind", "stranger"),
)
# Whoever joins a committee has to be somebody who is not on it, and here all evaluators are.
# The bidders are admitted already.
NEVER = [
    "POST /api/v1/rfps/{rfp_id}/committee",
    "POST /api/v1/vendors/{organisation_id}/admission",
]


def bodies(ids: dict[str, list[Any]], rfp: Rfp) -> dict[str, Any]:
    """Good ones: the second bid is on the lot that is ranked and not awarded."""
    an_award = {"bid_id": str(ids["bid_id"][1]), "reason": REASON}
    return {
        "POST /api/v1/plans": A_PLAN,
        "PUT /api/v1/plans/{plan_id}": A_PLAN,
        "POST /api/v1/plans/{plan_id}/decision": {"decision": "approve"},
        "POST /api/v1/rfps": an_rfp_body(ids["plan_id"][0]),
        "PUT /api/v1/rfps/{rfp_id}": an_rfp_body(ids["plan_id"][0]),
        "POST /api/v1/rfps/{rfp_id}/questions": {"text": "Which hours?"},
        "POST /api/v1/questions/{question_id}/answer": {"text": "From 8 to 18."},
        "POST /api/v1/rfps/{rfp_id}/cancellation": {"reason": "The budget is gone." * 3},
        "POST /api/v1/vendors/{organisation_id}/admission": {
            **{"tier": 2, "categories": ["service_desk"], "note": "References are good."}
        },
        "POST /api/v1/lots/{lot_id}/bid": an_offer(rfp),
        "PUT /api/v1/lots/{lot_id}/bid": an_offer(rfp),
        "POST /api/v1/lots/{lot_id}/files": "a concept",
        "POST /api/v1/rfps/{rfp_id}/declaration": {"conflict": "none"},
        "PUT /api/v1/rfps/{rfp_id}/scores": {"scores": []},
        "POST /api/v1/lots/{lot_id}/award": an_award,
        "POST /api/v1/lots/{lot_id}/closure": {"reason": REASON},
    }


@pytest.mark.fuzz
@pytest.mark.timeout(900)  # thousands of requests, on a busy machine
def test_nothing_breaks(
    client: FlaskClient, sessions: Sessions, rfp: Rfp, ids: dict[str, list[Any]]
) -> None:
    fuzz = Fuzz(client.application, ids, bodies(ids, rfp), undo=sessions.kw["bind"])
    fuzz.run(*READERS)
    assert not fuzz.findings, fuzz.report()
    assert fuzz.without_success() == NEVER
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 409, 422}, fuzz.statuses
