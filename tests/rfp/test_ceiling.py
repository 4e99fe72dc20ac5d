"""Awards of a plan and its ceiling: what is left, and what may exceed it."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, rows
from support.evaluating import REASON, key
from support.opened import an_evaluated_rfp, bids_by_vendor
from support.pages import Browser
from support.rfps import a_plan, stored

from services.rfp.awards.persistence import awards
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared import audit

WHY = "The board grants the difference, minutes of 3 July."


@pytest.fixture
def plan(sessions: Sessions) -> Plan:
    """One bid of huayun fits, 1,320,000 of 2,000,000, and no second one."""
    made: Plan = stored(sessions, a_plan(cost_ceiling=Decimal(2_000_000)))
    return made


def award(client: FlaskClient, sessions: Sessions, rfp: Rfp, **more: str) -> int:
    sent = {"bid_id": str(bids_by_vendor(sessions, rfp)["huayun"]), "reason": REASON} | more
    url = f"/api/v1/lots/{rfp.lots[0].id}/award"
    return client.post(url, json=sent, headers=bearer("buyer") | key()).status_code


def test_an_award_above_what_is_left_is_confirmed_with_a_reason(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    first, second = (an_evaluated_rfp(sessions, plan) for _ in range(2))
    assert award(client, sessions, first) == 201
    assert award(client, sessions, second) == 409
    assert award(client, sessions, second, over_ceiling_reason=" " * 30 + "No.") == 409
    assert award(client, sessions, second, over_ceiling_reason=WHY) == 201
    reasons = {row.rfp_id: row.over_ceiling_reason for row in rows(sessions, awards)}
    assert reasons == {first.id: None, second.id: WHY}
    with sessions() as session:
        entries = audit.history(session, f"rfp:{second.id}")
    assert WHY in [each.detail.get("over_ceiling_reason") for each in entries]


def test_pages_say_what_is_left_and_ask(
    client: FlaskClient, sessions: Sessions, plan: Plan
) -> None:
    first, second = (an_evaluated_rfp(sessions, plan) for _ in range(2))
    award(client, sessions, first)
    browser = Browser(client, "buyer")
    assert "680,000.00" in browser.get(f"/admin/rfps/{second.id}").text
    form = browser.get(f"/admin/awards/lots/{second.lots[0].id}").text
    assert "680,000.00" in form and "Why the award may exceed" in form
    bid = str(bids_by_vendor(sessions, second)["huayun"])
    browser.submit("/awards/lots", 422, bid_id=bid, reason=REASON)
    assert "this award exceeds the" in browser.text
    browser.submit("/awards/lots", bid_id=bid, reason=REASON, over_ceiling_reason=WHY)
    assert WHY in browser.text and "640,000.00" in browser.text
