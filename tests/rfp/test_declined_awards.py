"""The contract of an award is declined: the lot waits for a decision again."""

import json

import pytest
from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.database import Sessions, events, rows
from support.evaluating import REASON, give, key, path
from support.opened import an_evaluated_rfp, bids_by_vendor
from support.pages import Browser
from support.rfps import BIDDERS, NOW

from services.rfp.awards.persistence import awards
from services.rfp.handlers import HANDLERS
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared import audit
from shared.kernel import uuid7
from shared.messaging.envelope import Event
from shared.messaging.inbox import handle_once

TYPE = "tandem.contracts.contract_declined.v1"


@pytest.fixture
def rfp(client: FlaskClient, sessions: Sessions, plan: Plan) -> Rfp:
    """Awarded to huayun."""
    made = an_evaluated_rfp(sessions, plan)
    give(client, made, bids_by_vendor(sessions, made)["huayun"])
    return made


def decline(sessions: Sessions, rfp: Rfp) -> list[bool]:
    """Delivered twice, and said again under another id."""
    [award] = [row for row in rows(sessions, awards) if row.declined_at is None]
    data = {
        "contract_id": str(uuid7()), "number": "CT-2026-001", "title": rfp.title,
        "rfp_id": str(rfp.id), "lot_id": str(award.lot_id), "award_id": str(award.id),
        "organisation_id": str(award.organisation_id), "declined_by": "vendor",
        "declined_at": NOW.isoformat(),
    }  # fmt: skip
    said, again = (
        Event(
            topic="tandem.contracts.events", type=TYPE, source="/tandem/contracts",
            subject=data["contract_id"], time=NOW, data=data, sequence=sequence, id=uuid7(),
        )
        for sequence in (1, 2)
    )  # fmt: skip
    with sessions.begin() as session:
        return [handle_once(session, e, HANDLERS, consumer="rfp") for e in (said, said, again)]


def test_the_buyer_awards_the_lot_to_another_bid(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    bids, url = bids_by_vendor(sessions, rfp), f"/api/v1/lots/{rfp.lots[0].id}/award"
    assert decline(sessions, rfp) == [True, False, True]
    notices = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    [told] = [each for each in notices if each["template"] == "award_declined"]
    assert (told["person_id"], told["path"]) == (str(an_id("buyer")), path(rfp))
    with sessions() as session:
        latest = audit.history(session, f"rfp:{rfp.id}")[0]
    assert latest.action == "award_declined" and latest.detail["declined_by"] == "vendor"
    work = client.get("/internal/work", headers=bearer("buyer")).json["items"]
    assert "Award the lots" in {each["verb"] for each in work if each["href"] == path(rfp)}

    def award(name: str) -> int:
        sent = {"bid_id": str(bids[name]), "reason": REASON}
        return client.post(url, json=sent, headers=bearer("buyer") | key()).status_code

    assert award("huayun") == 409
    assert [award("nordwind"), award("nordwind")] == [201, 409]
    standing = [row.bid_id for row in rows(sessions, awards) if row.declined_at is None]
    assert standing == [bids["nordwind"]] and len(events(sessions, "rfp_awarded")) == 2
    for name, won in (("huayun", False), ("nordwind", True)):
        own = client.get(f"/api/v1/bids/{bids[name]}/outcome", headers=bearer(name)).json
        assert own["won"] is won and own["winner"] == "nordwind"


def test_on_pages_and_it_may_be_closed(client: FlaskClient, sessions: Sessions, rfp: Rfp) -> None:
    [award] = rows(sessions, awards)
    decline(sessions, rfp)
    browser = Browser(client, "buyer")
    shown = browser.get(f"/admin/awards/{award.id}").text
    assert "Contract declined" in shown and "Decide on the lot again" in shown
    shown = browser.get(path(rfp)).text
    assert "Award this lot" in shown and "Contract declined" in shown
    assert "The contract with huayun was declined." in shown
    assert "Of the other bids, nordwind leads with 68.00 points." in shown
    assert "huayun leads" not in shown
    assert "Contract declined" in browser.get("/admin/awards").text
    form = browser.get(f"/admin/awards/lots/{rfp.lots[0].id}").text
    bids = bids_by_vendor(sessions, rfp)
    assert str(bids["nordwind"]) in form and str(bids["huayun"]) not in form
    browser.get(f"/admin/awards/lots/{rfp.lots[0].id}/closure")
    browser.submit("/closure", reason=REASON)
    assert "Closed without an award" in browser.text


def test_bidders_read_that_the_award_does_not_stand(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    bids = bids_by_vendor(sessions, rfp)
    decline(sessions, rfp)
    for name in BIDDERS:
        own = f"/bids/{bids[name]}"
        answer = client.get(f"/api/v1{own}/outcome", headers=bearer(name)).json
        assert (answer["came"], answer["won"], answer["winner"]) == ("declined", False, "")
        assert answer["total"] and answer["winning_total"] is None
        page = Browser(client, name)
        assert "The contract was declined." in page.get(f"/portal{own}").text
        text = page.get(f"/portal{own}/outcome").text
        assert "The buyer decides on the lot again." in text and "Contract declined" in text
        assert "accept it" not in text and "awarded to" not in text
        work = client.get("/internal/work", headers=bearer(name)).json["items"]
        assert [each["verb"] for each in work if each["href"].endswith(own)] == ["Award"]


def test_bidders_read_that_the_lot_was_closed_after_it(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    bids = bids_by_vendor(sessions, rfp)
    decline(sessions, rfp)
    sent = {"reason": REASON}
    url = f"/api/v1/lots/{rfp.lots[0].id}/closure"
    assert client.post(url, json=sent, headers=bearer("buyer") | key()).status_code < 300
    for name in BIDDERS:
        answer = client.get(f"/api/v1/bids/{bids[name]}/outcome", headers=bearer(name)).json
        assert (answer["came"], answer["won"], answer["winner"]) == ("closed", False, "")
        text = Browser(client, name).get(f"/portal/bids/{bids[name]}/outcome").text
        assert "Closed without an award" in text and "ended without an award" in text
        assert "accept it" not in text and "awarded to" not in text and REASON not in text
