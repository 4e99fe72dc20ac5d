"""Declining a draft: who may, what is kept, who hears of it, on pages and by API."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import (
    a_draft,
    accept,
    actions,
    notices,
    people,
    race,
    said,
    sample,
    somebody,
    told,
)
from support.database import Sessions, rows
from support.pages import Browser

from services.contracts.agreements import usecases
from services.contracts.agreements.domain import Contract, ContractDeclined, NotDeclinable
from services.contracts.agreements.persistence import contracts
from shared.audit import audit_entries

Browse = Callable[[str], Browser]
WHY = "Prices have risen."


def decline(sessions: Sessions, contract: Contract, who: str, reason: str = WHY) -> None:
    with sessions.begin() as session:
        usecases.decline_contract(session, somebody(who), contract_id=contract.id, reason=reason)


@pytest.mark.parametrize(("who", "side"), [("admin", "vendor"), ("contract_manager", "buyer")])
def test_declining_is_recorded_and_told_to_both_sides(known: Sessions, who: str, side: str) -> None:
    draft = accept(known, a_draft(known), who)  # whoever has accepted may think again
    decline(known, draft, who)
    [row] = rows(known, contracts)
    assert (row.state, row.declined_side, row.decline_reason) == ("declined", side, WHY)
    [event] = said(known, "contract_declined")
    assert event["declined_by"] == side and event["award_id"] == str(draft.award_id)
    assert event.keys() == sample("tandem.contracts.contract_declined.v1").keys()
    assert actions(known, draft)[-1] == (f"contract_declined_{side}", who)
    assert rows(known, audit_entries)[-1].detail["reason"] == WHY
    assert told(known, "contract_declined") == {"admin", "member", "contract_manager"}
    assert WHY not in str(notices(known, "contract_declined"))


def test_what_is_declined_is_neither_accepted_nor_declined_again(known: Sessions) -> None:
    draft = a_draft(known)
    decline(known, draft, "admin")
    with pytest.raises(ContractDeclined) as refused:
        accept(known, draft, "contract_manager")
    with pytest.raises(NotDeclinable) as again:
        decline(known, draft, "contract_manager")
    assert refused.value.final and again.value.final
    assert len(said(known, "contract_declined")) == 1


def test_accepting_and_declining_at_once_leave_one_of_them(committing: Sessions) -> None:
    draft = accept(committing, a_draft(committing), "admin")
    answers = race([lambda: accept(committing, draft, "contract_manager"),
                    lambda: decline(committing, draft, "admin")])  # fmt: skip
    [row] = rows(committing, contracts)
    refused = {type(each) for each in answers if isinstance(each, Exception)}
    assert (row.state, refused) in [
        ("active", {NotDeclinable}), ("declined", {ContractDeclined}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "status", "may"),
    [("rival", 404, "admin"), ("member", 403, "admin"), ("buyer", 403, "contract_manager"),
     ("auditor", 403, "contract_manager"), ("callgrid", 403, "admin"), ("nobody", 401, "admin")],
)  # fmt: skip
def test_who_may_not(client: FlaskClient, known: Sessions, who: str, status: int, may: str) -> None:
    path = f"/api/v1/contracts/{a_draft(known).id}/refusal"

    def send(name: str, reason: str) -> int:
        return client.post(path, json={"reason": reason}, headers=bearer(name)).status_code

    assert send(who, WHY) == status
    assert send(may, " ") == 409
    assert send(may, WHY) == 200
    answer = client.get(path.removesuffix("/refusal"), headers=bearer("admin")).json
    assert answer and (answer["state"], answer["decline_reason"]) == ("declined", WHY)


@pytest.mark.parametrize("place", ["portal", "admin"])
def test_pages_of_either_side(browse_twice: Browse, known: Sessions, place: str) -> None:
    who, other, face = (
        ("admin", "contract_manager", "admin") if place == "portal"
        else ("contract_manager", "member", "portal")
    )  # fmt: skip
    path = f"contracts/{a_draft(known).id}"
    mine, theirs = browse_twice(who), browse_twice(other)
    mine.get(f"/{place}/{path}")
    mine.submit("refusal", 422, reason="")
    assert "One answer needs your attention" in mine.text and 'id="reason-error"' in mine.text
    assert "Reason: Give a reason. The other side reads it." in mine.text
    mine.submit("refusal", reason=WHY)
    side = "vendor" if place == "portal" else "buyer"
    for browser in (mine, theirs):
        if browser is theirs:
            browser.get(f"/{face}/{path}")
        assert f"The {side} has declined this contract." in browser.text and WHY in browser.text
        assert f"Declined by the {side}" in browser.text and "not accepted yet" not in browser.text
        assert "Decline the contract" not in browser.text
        assert "Accept contract" not in browser.text


@pytest.mark.parametrize(
    ("who", "place", "status", "may"),
    [("rival", "portal", 404, "admin"), ("member", "portal", 403, "admin"),
     ("buyer", "admin", 403, "contract_manager")],
)  # fmt: skip
def test_who_may_not_on_pages(
    client: FlaskClient, known: Sessions, who: str, place: str, status: int, may: str
) -> None:
    path = f"/{place}/contracts/{a_draft(known).id}/refusal"
    for name, expected in ((who, status), (may, 303)):
        sent = {"csrf_token": people()[name].csrf, "reason": WHY}
        assert client.post(path, data=sent, headers=bearer(name)).status_code == expected
    forged = {"csrf_token": "", "reason": WHY}
    assert client.post(path, data=forged, headers=bearer(may)).status_code == 403


def test_nobody_waits_for_a_declined_contract(client: FlaskClient, known: Sessions) -> None:
    decline(known, a_draft(known), "admin")
    for who in ("admin", "contract_manager"):
        answer = client.get("/internal/work", headers=bearer(who)).json
        assert answer and answer["items"] == []


def test_its_milestones_promise_nothing(browse: Browse, known: Sessions) -> None:
    draft = a_draft(known)
    own = f"milestones/{draft.milestones[0].id}"
    pages = [("admin", f"/portal/{own}"), ("contract_manager", f"/admin/{own}")]
    for who, path in pages:
        assert "once both sides have accepted it" in browse(who).get(path).text
    decline(known, draft, "admin")
    for who, path in pages:
        text = browse(who).get(path).text
        assert "Nothing can be handed in." in text
        assert "once both sides have accepted it" not in text
