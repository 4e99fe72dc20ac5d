"""What a vendor has done by lot, on the page of the RFP and in My work."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.bids import an_offer, close_bids, lot_path, send_bid
from support.database import Sessions
from support.pages import Browser
from support.rfps import an_rfp, stored

from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Lot, Rfp


def page_of(client: FlaskClient, rfp: Rfp, who: str = "huayun") -> str:
    return Browser(client, who).get(f"/portal/opportunities/{rfp.id}").text


def prepare(client: FlaskClient) -> list[tuple[str, str]]:
    items = client.get("/internal/work", headers=bearer("huayun")).json["items"]
    return [(each["object"], each["href"]) for each in items if each["verb"] == "Prepare bid"]


@pytest.fixture
def single(sessions: Sessions, plan: Plan) -> Rfp:
    made: Rfp = stored(sessions, an_rfp(plan, lots=[Lot(1, "All of it")]))
    return made


class TestPage:
    def test_each_lot_says_what_was_sent(self, client: FlaskClient, rfp: Rfp) -> None:
        text = page_of(client, rfp)
        assert text.count("Prepare bid") == 2 and "sealed bid on" not in text
        receipt: Any = send_bid(client, rfp, "huayun").json
        client.put(lot_path(rfp, "draft", 1), json=an_offer(rfp), headers=bearer("huayun"))
        text = page_of(client, rfp)
        assert "You have a sealed bid on 1 of 2 lots." in text and "Prepare bid" not in text
        assert "Version 1 is sealed" in text and f'href="/portal/bids/{receipt["id"]}"' in text
        assert "Replace the bid" in text
        assert "Draft, not a bid yet" in text and "Finish the bid" in text
        send_bid(client, rfp, "huayun", lot=1)
        assert "Your bids on all lots are sealed." in page_of(client, rfp)
        client.put(lot_path(rfp, "draft", 1), json=an_offer(rfp, solution="x"),
                   headers=bearer("huayun"))  # fmt: skip
        text = page_of(client, rfp)
        assert "Changes not submitted" in text and "on 2 of 2 lots" in text

    def test_one_lot_has_one_next_step(self, client: FlaskClient, single: Rfp) -> None:
        assert "Prepare your bid." in page_of(client, single)
        client.put(lot_path(single, "draft"), json=an_offer(single), headers=bearer("huayun"))
        assert "Finish your bid and submit it." in page_of(client, single)
        receipt: Any = send_bid(client, single, "huayun").json
        text = page_of(client, single)
        assert "Version 1 of your bid is sealed." in text and "Replace the bid" in text
        assert f'<a class="btn btn-primary" href="/portal/bids/{receipt["id"]}">' in text
        client.put(lot_path(single, "draft"), json=an_offer(single, solution="x"),
                   headers=bearer("huayun"))  # fmt: skip
        assert "What you changed since is not submitted." in page_of(client, single)

    def test_after_the_deadline_it_says_who_has_not_bid(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun")
        close_bids(sessions, rfp)
        text = page_of(client, rfp)
        assert "You are told what comes of yours." in text and "Replace the bid" not in text
        assert "No bid" in text and "Receipt of version 1" in text
        text = page_of(client, rfp, "nordwind")
        assert "Your company has not bid." in text and "Receipt" not in text


class TestWork:
    def test_lots_that_are_left_stay_in_my_work(self, client: FlaskClient, rfp: Rfp) -> None:
        assert prepare(client) == [
            (f"{rfp.number} · {rfp.title}", f"/portal/opportunities/{rfp.id}")
        ]
        client.put(lot_path(rfp, "draft"), json=an_offer(rfp), headers=bearer("huayun"))
        second = f"/portal/bids/lots/{rfp.lots[1].id}"
        assert prepare(client) == [(f"{rfp.number} · Second level", second)]
        send_bid(client, rfp, "huayun")
        assert prepare(client) == [(f"{rfp.number} · Second level", second)]
        send_bid(client, rfp, "huayun", lot=1)
        assert prepare(client) == []

    def test_a_closed_rfp_asks_for_nothing(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        send_bid(client, rfp, "huayun")
        close_bids(sessions, rfp)
        assert prepare(client) == []
