"""Before the opening nobody hears of a bid, and then all who are invited hear the same."""

import json

from flask.testing import FlaskClient
from support.actors import an_id, bearer
from support.bids import an_offer, close_bids, lot_path, send_bid, send_file
from support.database import Sessions, events, rows
from support.openings import open_all
from support.pages import Browser
from support.rfps import BIDDERS

from services.rfp.bids import jobs
from services.rfp.config import Settings
from services.rfp.tenders.domain import Rfp
from shared.jobs import Context


def told_of_closing(sessions: Sessions) -> list[tuple[str, str, str]]:
    notices = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    return sorted(
        (each["person_id"], each["subject"]["id"], each["path"])
        for each in notices
        if each["template"] == "bids_closed"
    )


def invited(rfp: Rfp) -> list[tuple[str, str, str]]:
    page = f"/portal/opportunities/{rfp.id}"
    return sorted((str(an_id(name)), str(rfp.id), page) for name in BIDDERS)


def test_whatever_bidders_do_leaves_the_outbox_empty(
    client: FlaskClient, rfp: Rfp, sessions: Sessions
) -> None:
    client.put(lot_path(rfp, "draft"), json=an_offer(rfp), headers=bearer("huayun"))
    file = send_file(client, rfp, "huayun", b"x").json
    send_bid(client, rfp, "huayun", files=[file["id"]])
    for _ in range(3):
        send_bid(client, rfp, "huayun", method="PUT")
    assert rows(sessions) == []


def test_all_who_are_invited_hear_the_same_when_bids_close(
    client: FlaskClient, rfp: Rfp, sessions: Sessions, settings: Settings
) -> None:
    send_bid(client, rfp, "huayun")
    close_bids(sessions, rfp)
    for _ in range(2):
        jobs.tell_openers(Context(sessions, settings))
    assert told_of_closing(sessions) == invited(rfp)


def test_openers_who_are_faster_than_the_clock_let_them_know(
    client: FlaskClient, rfp: Rfp, sessions: Sessions
) -> None:
    send_bid(client, rfp, "huayun")
    open_all(client, sessions, rfp)
    assert told_of_closing(sessions) == invited(rfp)


def test_the_page_of_the_rfp_leads_to_ones_own_receipt(client: FlaskClient, rfp: Rfp) -> None:
    receipt = send_bid(client, rfp, "huayun").json
    link = f"/portal/bids/{receipt['id']}"
    path = f"/portal/opportunities/{rfp.id}"
    assert link in Browser(client, "huayun").get(path).text
    other = Browser(client, "nordwind").get(path).text
    assert link not in other and "Receipt of" not in other
