"""No page offers a link that its reader may not follow."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from support.actors import bearer, staff
from support.bids import send_bid
from support.database import Sessions, know
from support.evaluating import give
from support.links import crawl
from support.opened import an_evaluated_rfp, an_opened_rfp, bids_by_vendor, declare
from support.rfps import NOW, a_plan, a_question, an_rfp, stored

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders.domain import Rfp
from shared.kernel import Actor

STAFF = ["requester", "buyer", "approver", "opener1", "evaluator1", "auditor", "contract_manager"]
PLACES = {
    "/admin/plans": {"requester", "buyer", "approver", "auditor"},
    "/admin/rfps": {"requester", "buyer", "approver", "auditor", "opener1", "evaluator1"},
    "/admin/evaluations": {"buyer", "auditor", "evaluator1"},
    "/admin/awards": {"buyer", "auditor", "contract_manager"},
    "/admin/vendors": {"buyer", "auditor"},
}
STAGES = 6


@pytest.fixture(autouse=True)
def awarded(
    client: FlaskClient, sessions: Sessions, plan: Plan, rfp: Rfp, actors: dict[str, Actor]
) -> Rfp:
    """An RFP at each stage, a plan in each state, and whatever hangs on them."""
    actors["contract_manager"] = staff("contract_manager")
    know(sessions, actors["contract_manager"])
    for state in PlanState:
        stored(sessions, a_plan(state=state))
    a_question(sessions, rfp)
    send_bid(client, rfp, "huayun")
    stored(sessions, an_rfp(plan, draft=True))
    stored(sessions, an_rfp(plan, deadline_at=NOW - timedelta(hours=1)))
    declare(sessions, "evaluator1", an_opened_rfp(sessions, plan))
    an_evaluated_rfp(sessions, plan)
    done = an_evaluated_rfp(sessions, plan)
    give(client, done, bids_by_vendor(sessions, done)["nordwind"])
    return done


def work_of(client: FlaskClient, who: str) -> list[str]:
    items = client.get("/internal/work", headers=bearer(who)).json["items"]
    return [item["href"] for item in items]


@pytest.mark.parametrize("role", STAFF)
def test_staff_can_follow_every_link(client: FlaskClient, awarded: Rfp, role: str) -> None:
    start = [place for place, readers in PLACES.items() if role in readers]
    reached = crawl(client, role, [*start, *work_of(client, role)])
    rfps = {path for path in reached if path.startswith("/admin/rfps/") and path.count("/") == 3}
    if role in ("requester", "approver", "buyer", "auditor"):
        assert len(rfps) >= STAGES
    reads = f"/admin/evaluations/{awarded.id}" in reached
    assert reads is (role in ("buyer", "auditor", "evaluator1"))
    reads = any(path.startswith("/admin/awards/") for path in reached)
    assert reads is (role in PLACES["/admin/awards"])


@pytest.mark.parametrize("who", ["huayun", "nordwind", "stranger"])
def test_vendors_can_follow_every_link(client: FlaskClient, awarded: Rfp, who: str) -> None:
    start = ["/portal/opportunities", "/portal/bids", "/portal/company"]
    reached = crawl(client, who, [*start, *work_of(client, who)])
    outcome = any(path.endswith("/outcome") for path in reached)
    assert outcome is (who != "stranger")
