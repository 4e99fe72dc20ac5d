"""The audit trail of everything, while bids are sealed."""

from flask.testing import FlaskClient
from support.actors import bearer
from support.bids import send_bid
from support.database import Sessions, rows
from support.openings import open_all

from services.rfp.bids.usecases.submission import SEALED_ACTOR
from services.rfp.tenders.domain import Rfp
from services.rfp.trail import SEALED
from shared.audit import audit_entries


def test_it_tells_nothing_that_bidders_do(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    lot = rfp.lots[0].id
    send_bid(client, rfp, "huayun")
    send_bid(client, rfp, "huayun", method="PUT")
    gone = client.delete(f"/api/v1/lots/{lot}/bid", headers=bearer("huayun"))
    assert gone.json["state"] == "withdrawn"
    by_bidders = {each.action for each in rows(sessions, audit_entries, actor=SEALED_ACTOR)}
    assert by_bidders == {"bid_received", "bid_replaced", "bid_withdrawn"}
    assert by_bidders < SEALED
    listed = client.get("/internal/audit/latest", headers=bearer("auditor")).json["items"]
    assert not by_bidders & {each["action"] for each in listed}


def test_objects_go_by_their_names_and_bids_by_none(
    client: FlaskClient, sessions: Sessions, rfp: Rfp
) -> None:
    send_bid(client, rfp, "huayun")
    open_all(client, sessions, rfp)
    listed = client.get("/internal/audit/latest", headers=bearer("auditor")).json["items"]
    names = {each["chain"].partition(":")[0]: each["object"] for each in listed}
    assert names["rfp"] == rfp.number and names["bid"] == ""
    for text in (rfp.number.lower(), rfp.title):
        found = client.get(f"/internal/audit/named?text={text}", headers=bearer("auditor")).json
        assert f"rfp:{rfp.id}" in found["chains"]
