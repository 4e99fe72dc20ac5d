"""The opening room, and what waits for openers and bidders."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer, staff
from support.bids import an_offer, close_bids, lot_path, send_bid
from support.database import Sessions, rows
from support.pages import HTMX, Browser
from support.rfps import OPENERS, an_rfp, stored

from services.rfp.bids.persistence import openings
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import Rfp
from shared.kernel import Actor, uuid7


def room_of(rfp: Rfp) -> str:
    return f"/admin/rfps/{rfp.id}/opening"


def open_bids(client: FlaskClient, sessions: Sessions, rfp: Rfp) -> Browser:
    close_bids(sessions, rfp)
    for who in OPENERS:
        browser = Browser(client, who)
        browser.get(room_of(rfp))
        browser.submit("/opening")
    return browser


class TestRoom:
    @pytest.mark.parametrize("who", ["opener1", "buyer", "auditor"])
    def test_before_the_deadline_the_page_is_the_same_with_and_without_bids(
        self, client: FlaskClient, rfp: Rfp, who: str
    ) -> None:
        browser = Browser(client, who)
        empty = browser.get(room_of(rfp)).text
        for bidder in ("huayun", "nordwind"):
            send_bid(client, rfp, bidder)
        assert browser.get(room_of(rfp)).text == empty
        assert (
            "Sealed. Nobody can open it in Tandem before" in empty
            and "Confirm opening" not in empty
        )

    def test_after_it_bids_have_number_and_time_alone(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        receipt = send_bid(client, rfp, "huayun").json
        close_bids(sessions, rfp)
        browser = Browser(client, "opener1")
        browser.get(room_of(rfp))
        assert "Bid 1" in browser.text and "Confirm opening" in browser.text
        for hidden in ("huayun", receipt["id"], receipt["sha256"], "First level"):
            assert hidden not in browser.text
        Browser(client, "buyer").get(room_of(rfp))

    @pytest.mark.parametrize("htmx", [False, True])
    def test_two_openers_open_and_the_minutes_say_so(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, htmx: bool
    ) -> None:
        receipt = send_bid(client, rfp, "huayun").json
        close_bids(sessions, rfp)
        first, second = (Browser(client, who, htmx=htmx) for who in OPENERS)
        for browser in (first, second):
            browser.get(room_of(rfp))
        first.submit("/opening")
        assert "We wait for the confirmation of opener2" in first.text
        second.get(room_of(rfp))
        assert "Another opener has confirmed." in second.text
        second.submit("/opening")
        for shown in (
            "Bids opened",
            "huayun",
            receipt["sha256"],
            "First level",
            "Bids opened: 1",
        ):
            assert shown in second.text
        assert "Show the evaluation" not in second.text
        reader = Browser(client, "buyer")
        reader.get(room_of(rfp))
        assert "Show the evaluation" in reader.text

    def test_who_confirms_twice_or_too_late_is_told_so(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        close_bids(sessions, rfp)
        browser = Browser(client, "opener1")
        browser.get(room_of(rfp))
        form = browser.form("/opening")
        browser.submit("/opening")
        sent = {"data": form.fields, "headers": browser.headers}
        again = client.post(form.action, **sent)
        assert again.status_code == 409 and "You have confirmed already." in again.text
        late = client.post(form.action, data=form.fields, headers=browser.headers | HTMX)
        assert late.status_code == 409 and late.headers["HX-Retarget"] == "#messages"

    def test_nobody_else_confirms_and_no_forged_form_does(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        close_bids(sessions, rfp)
        path = room_of(rfp)
        for who in ("buyer", "evaluator1", "auditor", "admin", "huayun"):
            sent = {"csrf_token": f"csrf-{who}"}
            assert client.post(path, data=sent, headers=bearer(who)).status_code == 403, who
        assert client.post(path).status_code == 401
        for token in ("", "csrf-opener2"):
            sent = {"csrf_token": token}
            assert client.post(path, data=sent, headers=bearer("opener1")).status_code == 403
        assert rows(sessions, openings) == []
        browser = Browser(client, "opener1")
        browser.get(path)
        browser.submit("/opening")

    def test_who_may_look(self, client: FlaskClient, rfp: Rfp, plan: Plan, sessions: Any) -> None:
        for path in (room_of(rfp), f"{room_of(rfp)}/news"):
            assert client.get(path).status_code == 401
            for who in ("evaluator1", "requester", "admin", "huayun"):
                assert client.get(path, headers=bearer(who)).status_code == 403, who
        draft: Rfp = stored(sessions, an_rfp(plan, draft=True))
        Browser(client, "opener1").get(room_of(draft), 404)
        Browser(client, "opener1").get(f"/admin/rfps/{uuid7()}/opening", 404)

    def test_an_opener_of_no_committee_finds_no_room(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, actors: dict[str, Actor]
    ) -> None:
        actors["opener3"] = staff("opener3")
        close_bids(sessions, rfp)
        Browser(client, "opener1").get(room_of(rfp))
        for path in (room_of(rfp), f"{room_of(rfp)}/news"):
            assert client.get(path, headers=bearer("opener3")).status_code == 404

    def test_an_rfp_without_bids_says_so(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        close_bids(sessions, rfp)
        browser = Browser(client, "opener1")
        browser.get(room_of(rfp))
        assert "Nobody has bid." in browser.text
        assert "Nothing is left to do: nobody has bid." in open_bids(client, sessions, rfp).text

    def test_the_page_renews_itself_only_when_something_happened(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        browser = Browser(client, "buyer")
        browser.get(room_of(rfp))
        url = room_of(rfp) + "/news?" + browser.text.split("/opening/news?")[1].split('"')[0]
        for bidder in ("huayun", "nordwind"):
            send_bid(client, rfp, bidder)
            assert client.get(url, headers=bearer("buyer")).status_code == 204
        close_bids(sessions, rfp)
        answer = client.get(url, headers=bearer("buyer"))
        assert answer.status_code == 200 and answer.headers["HX-Refresh"] == "true"

    def test_both_languages(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions, actors: dict[str, Any]
    ) -> None:
        send_bid(client, rfp, "huayun")
        for who in OPENERS:
            actors[who] = replace(actors[who], locale="zh-Hans")
        browser = Browser(client, "opener1")
        browser.get(room_of(rfp))
        assert "已密封" in browser.text
        assert "已开标" in open_bids(client, sessions, rfp).text


class TestWork:
    def items(self, client: FlaskClient, who: str) -> list[Any]:
        return [
            each
            for each in client.get("/internal/work", headers=bearer(who)).json["items"]
            if "/opening" in each["href"] or "/portal/bids" in each["href"]
        ]

    def test_openers_are_asked_after_the_deadline_until_they_have_confirmed(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        assert self.items(client, "opener1") == []
        close_bids(sessions, rfp)
        [item] = self.items(client, "opener1")
        assert item["verb"] == "Open the bids" and item["href"] == room_of(rfp)
        assert (item["kind"], item["object"]) == ("todo", f"{rfp.number} · {rfp.title}")
        assert datetime.fromisoformat(item["due_at"]) > datetime.now(UTC)
        client.post(f"/api/v1{room_of(rfp).removeprefix('/admin')}", headers=bearer("opener1"))
        [item] = self.items(client, "opener1")
        assert item["kind"] == "waiting"
        assert self.items(client, "opener2")[0]["kind"] == "todo"
        client.post(f"/api/v1{room_of(rfp).removeprefix('/admin')}", headers=bearer("opener2"))
        assert self.items(client, "opener1") == self.items(client, "opener2") == []

    def test_bidders_are_reminded_of_what_they_have_not_submitted(
        self, client: FlaskClient, rfp: Rfp, sessions: Sessions
    ) -> None:
        def unsent(who: str) -> list[Any]:
            return [each for each in self.items(client, who) if each["verb"] == "Finish the bid"]

        path = lot_path(rfp, "draft")
        client.put(path, json=an_offer(rfp), headers=bearer("huayun"))
        [item] = unsent("huayun")
        assert item["due_at"] == rfp.deadline_at.isoformat()
        assert unsent("nordwind") == []
        send_bid(client, rfp, "huayun")
        assert unsent("huayun") == []
        client.put(path, json=an_offer(rfp, solution="new"), headers=bearer("huayun"))
        assert len(unsent("huayun")) == 1
        close_bids(sessions, rfp)
        assert unsent("huayun") == []
