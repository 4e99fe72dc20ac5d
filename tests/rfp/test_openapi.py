"""Made-up requests to every operation: nothing breaks, and answers are as documented."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from support.database import Sessions
from support.fuzz import Fuzz
from support.opened import an_evaluated_rfp, an_opened_rfp, bids_by_vendor
from support.rfps import a_question, an_rfp, stored

from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp


@pytest.mark.fuzz
def test_nothing_breaks(
    app: Flask, client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp
) -> None:
    draft = stored(sessions, an_rfp(plan, draft=True))
    opened, scored = an_opened_rfp(sessions, plan), an_evaluated_rfp(sessions, plan)
    every = [rfp, draft, opened, scored]
    ids = {
        "plan_id": [plan.id],
        "rfp_id": [each.id for each in every],
        "lot_id": [lot.id for each in every for lot in each.lots],
        "bid_id": [
            bid for each in (opened, scored) for bid in bids_by_vendor(sessions, each).values()
        ],
        "question_id": [a_question(sessions, rfp).id],
        "organisation_id": [each.organisation_id for each in rfp.invitations],
    }
    fuzz = Fuzz(app, "rfp", ids)
    fuzz.run(
        "buyer", "approver", "requester", "evaluator1", "opener1", "auditor", "huayun", "stranger"
    )
    assert not fuzz.findings, fuzz.report()
    assert fuzz.statuses.keys() >= {200, 401, 403, 404, 409, 422}, fuzz.statuses
