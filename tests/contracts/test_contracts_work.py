"""What My work shows of contracts, to whom, in which language and until when."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.contracts import (
    a_draft,
    accept,
    decide,
    evaluated,
    hand_in,
    in_force,
    people,
    somebody,
)
from support.database import Sessions

from shared.files import LocalStorage

LATER = "2030-01-01T00:00:00+08:00"
Work = list[tuple[str, str]]


def items(client: FlaskClient, who: str) -> list[dict[str, Any]]:
    answer = client.get("/internal/work", headers=bearer(who))
    assert answer.status_code == 200 and answer.json
    found: list[dict[str, Any]] = answer.json["items"]
    for each in found:
        assert each.keys() == {"verb", "object", "href", "due_at", "why", "kind"}
    return found


def work(client: FlaskClient, who: str) -> Work:
    return [(each["kind"], each["verb"]) for each in items(client, who)]


def test_a_draft_waits_for_those_who_may_accept_it(client: FlaskClient, known: Sessions) -> None:
    draft = a_draft(known)
    assert work(client, "admin") == [("todo", "Accept contract")]
    assert work(client, "contract_manager") == [("todo", "Accept contract")]
    for who in ("rival", "buyer", "quality1", "finance1", "auditor", "callgrid"):
        assert work(client, who) == []
    accept(known, draft, "admin")
    assert work(client, "admin") == [("waiting", "Acceptance of contract")]
    [item] = items(client, "contract_manager")
    assert item["href"] == f"/admin/contracts/{draft.id}" and item["kind"] == "todo"
    assert item["object"] == "CT-2026-001 · Service desk"
    assert item["why"] == "You are a contract manager"


def test_who_awarded_and_who_bid_see_for_whom_a_draft_waits(
    client: FlaskClient, known: Sessions
) -> None:
    """The buyer of another award has nothing to wait for."""
    a_draft(known)
    draft = a_draft(known, buyer_id=str(somebody("buyer").person_id))

    def waits(who: str) -> set[str]:
        here = [each for each in items(client, who) if each["href"].endswith(str(draft.id))]
        assert {(each["kind"], each["verb"]) for each in here} == {
            ("waiting", "Acceptance of contract")
        }
        return {each["why"] for each in here}

    assert waits("buyer") == waits("member") == {"Waits for both sides"}
    assert len(items(client, "buyer")) == 1
    accept(known, draft, "admin")
    for who in ("buyer", "member", "admin"):
        assert waits(who) == {"Waits for the buyer"}
    accept(known, draft, "contract_manager")
    assert items(client, "buyer") == []
    other = accept(known, a_draft(known), "contract_manager")
    [item] = [each for each in items(client, "contract_manager") if str(other.id) in each["href"]]
    assert (item["kind"], item["why"]) == ("waiting", "Waits for the vendor")


def test_during_the_standstill_nobody_can_act(client: FlaskClient, known: Sessions) -> None:
    a_draft(known, standstill_ends_at=LATER)
    for who in ("admin", "contract_manager"):
        [item] = items(client, who)
        assert (item["kind"], item["why"]) == ("waiting", "The standstill still runs")


def test_milestones_wait_for_the_vendor_with_their_due_date(
    client: FlaskClient, known: Sessions
) -> None:
    contract = in_force(known)
    first, second = items(client, "member")
    assert [each["verb"] for each in (first, second)] == ["Upload deliverable"] * 2
    assert first["due_at"] == "2026-12-01T23:59:59+08:00"
    assert first["href"] == f"/portal/milestones/{contract.milestones[0].id}"
    for who in ("rival", "quality1", "contract_manager", "finance1", "auditor"):
        assert work(client, who) == []


def test_a_review_waits_for_those_who_may_decide_at_its_level(
    client: FlaskClient, known: Sessions, storage: LocalStorage
) -> None:
    contract = in_force(known)
    made = hand_in(known, storage, contract.milestones[0].id)
    for who in ("quality1", "quality2"):
        [item] = items(client, who)
        assert (item["kind"], item["verb"]) == ("todo", "Review deliverable")
        assert item["due_at"] and item["href"] == f"/admin/milestones/{contract.milestones[0].id}"
    assert work(client, "contract_manager") == [("waiting", "Review of deliverable")]
    assert ("waiting", "Review of deliverable") in work(client, "member")
    decide(known, made, "quality1")
    assert work(client, "quality1") == []  # another level is for somebody else
    assert work(client, "quality2") == [("todo", "Review deliverable")]
    decide(known, made, "quality2", "rework")
    assert ("todo", "Upload reworked deliverable") in work(client, "member")
    assert work(client, "quality2") == []


def test_a_credit_waits_for_finance(client: FlaskClient, known: Sessions) -> None:
    contract = in_force(known)
    evaluated(known, contract)
    [item] = items(client, "finance1")
    assert (item["kind"], item["verb"]) == ("todo", "Decide on service credit")
    assert item["href"].startswith(f"/admin/contracts/{contract.id}/credits/") and item["due_at"]
    assert work(client, "contract_manager") == [("waiting", "Decision on service credit")]
    assert ("waiting", "Decision on service credit") in work(client, "admin")
    assert work(client, "quality1") == work(client, "rival") == []


def test_one_s_own_comes_first_and_what_is_due_first(
    client: FlaskClient, known: Sessions, storage: LocalStorage
) -> None:
    contract = in_force(known)
    hand_in(known, storage, contract.milestones[0].id)
    found = items(client, "member")
    assert [each["kind"] for each in found] == ["todo", "waiting"]


def test_every_link_leads_to_a_page_of_the_reader(
    client: FlaskClient, known: Sessions, storage: LocalStorage
) -> None:
    a_draft(known)
    contract = in_force(known)
    hand_in(known, storage, contract.milestones[0].id)
    evaluated(known, contract)
    for who in people():
        for item in items(client, who):
            assert client.get(item["href"], headers=bearer(who)).status_code == 200


def test_work_speaks_chinese(chinese: FlaskClient, known: Sessions) -> None:
    a_draft(known)
    [item] = items(chinese, "admin")
    assert (item["verb"], item["why"]) == ("确认合同", "您可代表贵公司确认")


@pytest.mark.parametrize("who", ["", "nobody"])
def test_strangers_have_no_work(client: FlaskClient, who: str) -> None:
    assert client.get("/internal/work", headers=bearer(who)).status_code == 401


def test_figures_are_for_whoever_sees_contracts(client: FlaskClient) -> None:
    def figures(who: str) -> dict[str, str]:
        told = client.get("/internal/work", headers=bearer(who)).json["figures"]
        return {each["title"]: each["value"] for each in told}

    assert figures("admin")["Contracts in force"] == "0"
    assert figures("finance1")["Service credits to decide on"] == "0"
    assert figures("evaluator") == figures("callgrid") == {}
