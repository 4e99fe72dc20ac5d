"""A published RFP is called off: its bids are never opened."""

import json
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.bids import an_offer, close_bids, lot_path, send_bid
from support.database import Sessions, events, rows
from support.opened import an_opened_rfp
from support.openings import confirm, room
from support.pages import Browser
from support.rfps import BIDDERS, EVALUATORS, OPENERS

from services.rfp.bids import jobs
from services.rfp.bids.persistence import bid_drafts, bids
from services.rfp.config import Settings
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps
from shared import audit
from shared.jobs import Context

WHY = "The service desk stays in house."


def cancel(client: FlaskClient, rfp: Rfp, who: str = "buyer") -> int:
    url = f"/api/v1/rfps/{rfp.id}/cancellation"
    return client.post(url, json={"reason": WHY}, headers=bearer(who)).status_code


@pytest.mark.parametrize("closed", [False, True])
def test_bids_stay_sealed_and_their_key_goes(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings, closed: bool
) -> None:
    send_bid(client, rfp, "huayun")
    key = settings.data / "keys" / "rfp" / str(rfp.id)
    if closed:
        close_bids(sessions, rfp)
    assert cancel(client, rfp) == 204 and key.exists()
    for _ in range(2):
        jobs.destroy_keys(Context(sessions, settings))
    assert not key.exists()
    assert rows(sessions, bid_drafts) == [] and rows(sessions, bids)[0].state == "submitted"
    for who in OPENERS:
        assert confirm(client, rfp, who).json["errors"] == {"code": "rfp_cancelled"}
    shown = room(client, rfp, "buyer")
    assert shown["stage"] == "cancelled" and shown["bids"] is None
    with sessions() as session:
        said = [each.action for each in audit.history(session, f"rfp:{rfp.id}")]
    assert said == ["key_destroyed", "rfp_cancelled"]


def test_the_others_hear_of_it_without_the_reason(
    client: FlaskClient, rfp: Rfp, sessions: Sessions
) -> None:
    cancel(client, rfp)
    [event] = events(sessions, "rfp_cancelled")
    assert set(json.loads(event.payload)) == {"rfp_id", "number", "title", "cancelled_at"}
    told = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    assert {(each["person_id"], each["path"]) for each in told} == {
        *((str(an_id(name)), f"/portal/opportunities/{rfp.id}") for name in BIDDERS),
        *(
            (str(an_id(name)), f"/admin/rfps/{rfp.id}")
            for name in (*EVALUATORS, *OPENERS, "requester")
        ),
    }
    assert WHY not in str(told) and {each["template"] for each in told} == {"rfp_cancelled"}


def test_nothing_more_is_taken(client: FlaskClient, rfp: Rfp, sessions: Sessions) -> None:
    receipt = send_bid(client, rfp, "huayun").json
    cancel(client, rfp)
    assert send_bid(client, rfp, "nordwind").json["errors"] == {"code": "rfp_closed"}
    draft = client.put(lot_path(rfp, "draft"), json=an_offer(rfp), headers=bearer("huayun"))
    assert draft.json["errors"] == {"code": "rfp_closed"}
    page = Browser(client, "huayun")
    assert "Your bid will never be opened" in page.get(f"/portal/bids/{receipt['id']}").text
    assert "Replace the bid" not in page.text and "Your bid is sealed" not in page.text
    assert "The RFP was cancelled" in page.text and "This bid is in no minutes." in page.text
    assert "The buyer has cancelled it." in page.get(f"/portal/opportunities/{rfp.id}").text
    for untrue in ("Sealed until the opening", "Bids closed", "Waiting for others"):
        assert untrue not in page.text, untrue
    page.get("/portal/bids")
    for who in ("huayun", "opener1", "buyer"):
        items = client.get("/internal/work", headers=bearer(who)).json["items"]
        assert not [each for each in items if str(rfp.id) in each["href"]]


def test_only_by_the_buyer_and_before_the_opening(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, plan: Plan
) -> None:
    for who in ("opener1", "approver", "auditor", "huayun"):
        assert cancel(client, rfp, who) == 403
    assert cancel(client, an_opened_rfp(sessions, plan)) == 409
    assert cancel(client, rfp) == 204
    assert cancel(client, rfp) == 409


def test_by_page(client: FlaskClient, rfp: Rfp, sessions: Sessions) -> None:
    buyer = Browser(client, "buyer")
    path = f"/admin/rfps/{rfp.id}/cancellation"
    assert path in buyer.get(f"/admin/rfps/{rfp.id}").text
    buyer.get(path)
    buyer.submit("/cancellation", 422, reason="")
    assert "Say why the RFP is cancelled." in buyer.text
    buyer.submit("/cancellation", reason=WHY)
    assert "It was cancelled." in buyer.text and path not in buyer.text
    assert rows(sessions, rfps, id=rfp.id)[0].cancelled_at
    assert "<span>Cancelled <strong><time" in buyer.text
    assert WHY in buyer.get(f"/admin/rfps/{rfp.id}?tab=history").text
    buyer.get(f"/admin/rfps/{rfp.id}/opening")


def test_its_questions_are_no_longer_answered(client: FlaskClient, rfp: Rfp) -> None:
    asked = client.post(
        f"/api/v1/rfps/{rfp.id}/questions",
        json={"text": "How many calls?"},
        headers=bearer("huayun") | {"Idempotency-Key": str(uuid4())},
    ).json
    cancel(client, rfp)
    answer = client.post(
        f"/api/v1/questions/{asked['id']}/answer", json={"text": "Ten."}, headers=bearer("buyer")
    )
    assert (answer.status_code, answer.json["errors"]) == (409, {"code": "rfp_ended"})
    page = f"/admin/rfps/{rfp.id}?tab=questions&answer={asked['id']}"
    shown = Browser(client, "buyer").get(page).text
    assert "Not answered" in shown and "Send answer" not in shown
    portal = f"/portal/opportunities/{rfp.id}?tab=questions"
    assert "Not answered" in Browser(client, "huayun").get(portal).text
