"""A vendor takes its own bid back before the deadline, and may bid again (C3)."""

from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.bids import close_bids, lot_path, send_bid
from support.database import Sessions, rows
from support.openings import open_all
from support.pages import Browser

from services.rfp.bids.persistence import opened_bids
from services.rfp.tenders.domain import Rfp
from shared.audit import audit_entries


def test_it_is_never_opened_and_the_lot_is_free_again(
    client: FlaskClient, rfp: Rfp, sessions: Sessions
) -> None:
    path = lot_path(rfp, "bid")
    first = send_bid(client, rfp, "huayun").json
    send_bid(client, rfp, "nordwind")
    back = client.delete(path, headers=bearer("huayun"))
    assert back.status_code == 200 and back.json == first | {"state": "withdrawn"}
    again = client.delete(path, headers=bearer("huayun"))
    assert again.json["errors"] == {"code": "bid_missing"}
    assert send_bid(client, rfp, "huayun", method="PUT").status_code == 409
    assert rows(sessions) == []  # told to nobody
    said = [e for e in rows(sessions, audit_entries) if e.action == "bid_withdrawn"]
    assert [(e.chain, e.actor) for e in said] == [(f"bid:{first['id']}", "vendor")]
    second = send_bid(client, rfp, "huayun")
    assert second.status_code == 201 and second.json["version"] == 2
    client.delete(path, headers=bearer("huayun"))
    open_all(client, sessions, rfp)
    assert [bid.vendor_id for bid in rows(sessions, opened_bids)] == [an_id("nordwind-org")]


def test_not_after_the_deadline_and_not_anothers(
    client: FlaskClient, rfp: Rfp, sessions: Sessions
) -> None:
    send_bid(client, rfp, "huayun")
    path = lot_path(rfp, "bid")
    assert client.delete(path, headers=bearer("nordwind")).json["errors"]["code"] == "bid_missing"
    assert client.delete(path, headers=bearer("stranger")).status_code == 404
    assert client.delete(path, headers=bearer("buyer")).status_code == 403
    close_bids(sessions, rfp)
    late = client.delete(path, headers=bearer("huayun"))
    assert late.status_code == 409 and late.json["errors"] == {"code": "rfp_closed"}


def test_by_page(client: FlaskClient, rfp: Rfp) -> None:
    receipt = send_bid(client, rfp, "huayun").json
    page = Browser(client, "huayun")
    page.get(f"/portal/bids/{receipt['id']}")
    page.submit("/withdrawal")
    assert "This bid was withdrawn" in page.text and "Bid again" in page.text
    assert "This bid is in no minutes." in page.text
    page.get("/portal/bids")
    page.get(f"/portal/opportunities/{rfp.id}")
    assert send_bid(client, rfp, "huayun").status_code == 201
