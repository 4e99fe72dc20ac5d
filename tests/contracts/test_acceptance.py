"""agreements/usecases: both sides accept, each once, whatever happens at the same time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from support.actors import partner, staff, vendor_client
from support.contracts import (
    a_draft,
    accept,
    actions,
    in_force,
    notices,
    race,
    said,
    somebody,
    told,
)
from support.database import Sessions, rows

from services.contracts.agreements import usecases
from services.contracts.agreements.domain import (
    AlreadyAccepted,
    ContractState,
    Side,
    StandstillRuns,
    TermsDiffer,
    TermsFaulty,
)
from services.contracts.agreements.persistence import acceptances, contracts
from shared.kernel import NotFound, uuid7

LATER = "2030-01-01T00:00:00+08:00"


def attempt(sessions: Sessions, contract_id: Any, who: Any, **more: Any) -> None:
    with sessions.begin() as session:
        usecases.accept_contract(session, who, contract_id=contract_id, **more)


@pytest.mark.parametrize("order", [("admin", "contract_manager"), ("contract_manager", "admin")])
def test_the_second_acceptance_puts_it_into_force(known: Sessions, order: tuple[str, str]) -> None:
    contract = a_draft(known)
    accept(known, contract, order[0])
    waiting = {"admin": "accepted_by_vendor", "contract_manager": "accepted_by_buyer"}
    assert rows(known, contracts)[0].state == waiting[order[0]]
    assert said(known, "contract_activated") == []
    accept(known, contract, order[1])
    [row] = rows(known, contracts)
    assert row.state == ContractState.ACTIVE and row.activated_at is not None
    found = {each.side: each for each in rows(known, acceptances)}
    assert {each.terms_sha256 for each in found.values()} == {contract.terms_sha256()}
    assert found[Side.VENDOR].accepted_by == somebody("admin").subject
    assert found[Side.BUYER].accepted_by == somebody("contract_manager").subject


def test_acceptance_and_activation_are_announced_audited_and_noticed(known: Sessions) -> None:
    contract = a_draft(known)
    accept(known, contract, "admin")
    assert told(known, "contract_accepted") == {"contract_manager"}
    accept(known, contract, "contract_manager")
    assert told(known, "contract_accepted") == {"contract_manager"}
    assert told(known, "contract_activated") == {"admin", "member", "contract_manager"}
    assert actions(known, contract) == [
        ("contract_drafted", "contracts"),
        ("contract_accepted_vendor", "admin"),
        ("contract_accepted_buyer", "contract_manager"),
        ("contract_activated", "contracts"),
    ]
    [activated] = said(known, "contract_activated")
    assert [each["metric_id"] for each in activated["sla"]] == [str(contract.sla[0].id)]
    assert [each["milestone_id"] for each in activated["milestones"]] == [
        str(each.id) for each in contract.milestones
    ]
    assert activated["charges"] == {"monthly": "100000.00", "one_off": "20000.00"}


def test_the_vendor_hears_when_the_buyer_was_first(known: Sessions) -> None:
    contract = a_draft(known)
    accept(known, contract, "contract_manager")
    assert told(known, "contract_accepted") == {"admin", "member"}
    paths = {each["path"] for each in notices(known, "contract_accepted")}
    assert paths == {f"/portal/contracts/{contract.id}"}


@pytest.mark.parametrize("who", ["admin", "contract_manager"])
def test_a_side_accepts_once(known: Sessions, who: str) -> None:
    contract = a_draft(known)
    accept(known, contract, who)
    with pytest.raises(AlreadyAccepted):
        accept(known, contract, who)
    accept(known, contract, "admin" if who == "contract_manager" else "contract_manager")
    with pytest.raises(AlreadyAccepted):
        accept(known, contract, who)
    assert len(rows(known, acceptances)) == 2 and len(said(known, "contract_activated")) == 1


@pytest.mark.parametrize("who", ["admin", "contract_manager"])
def test_the_database_clock_decides_about_the_standstill(
    known: Sessions, who: str, clock: Callable[[datetime], None]
) -> None:
    contract = a_draft(known, standstill_ends_at=LATER)
    ends_at = contract.standstill_ends_at
    clock(ends_at - timedelta(microseconds=1))
    with pytest.raises(StandstillRuns):
        accept(known, contract, who)
    assert rows(known, acceptances) == []
    clock(ends_at)
    accept(known, contract, who)


def test_other_terms_than_those_shown_are_refused(known: Sessions) -> None:
    contract = a_draft(known)
    with pytest.raises(TermsDiffer):
        attempt(known, contract.id, somebody("admin"), terms_sha256="0" * 64)
    attempt(known, contract.id, somebody("admin"), terms_sha256=contract.terms_sha256())


def test_faulty_terms_are_refused(known: Sessions) -> None:
    promises = {"sla": [], "documents": [], "milestones": [
        {"number": 1, "title": "x", "due_on": "2026-12-01", "percent": "99.99",
         "acceptance_criteria": ""},
    ]}  # fmt: skip
    contract = a_draft(known, promises=promises)
    with pytest.raises(TermsFaulty):
        accept(known, contract, "admin")
    assert rows(known, contracts)[0].state == ContractState.DRAFT


@pytest.mark.parametrize(
    "stranger",
    [somebody("rival"), vendor_client("system", "nordwind"), staff("evaluator"),
     partner("callgrid"), somebody("outsider")],
    ids=["rival", "rival's system", "evaluator", "partner", "auditor from outside"],
)  # fmt: skip
def test_for_others_there_is_no_such_contract(sessions: Sessions, stranger: Any) -> None:
    contract = a_draft(sessions)
    with pytest.raises(NotFound):
        attempt(sessions, contract.id, stranger)
    with pytest.raises(NotFound):
        attempt(sessions, uuid7(), somebody("admin"))
    attempt(sessions, contract.id, somebody("admin"))


def test_both_sides_at_once_put_it_into_force_once(committing: Sessions) -> None:
    contract = a_draft(committing)
    sides = ("admin", "contract_manager")
    answers = race([lambda who=who: accept(committing, contract, who) for who in sides])
    assert not [each for each in answers if isinstance(each, Exception)]
    assert rows(committing, contracts)[0].state == ContractState.ACTIVE
    assert len(said(committing, "contract_activated")) == 1
    assert told(committing, "contract_activated") == {"admin", "member", "contract_manager"}


def test_one_side_eight_times_at_once_accepts_once(committing: Sessions) -> None:
    contract = a_draft(committing)
    answers = race([lambda: accept(committing, contract, "admin")] * 8)
    refused = [each for each in answers if isinstance(each, AlreadyAccepted)]
    assert len(refused) == 7 and len(rows(committing, acceptances)) == 1
    assert rows(committing, contracts)[0].state == ContractState.ACCEPTED_BY_VENDOR


def test_an_active_contract_stays_as_it_was_accepted(known: Sessions) -> None:
    contract = in_force(known)
    assert {each.terms_sha256 for each in rows(known, acceptances)} == {contract.terms_sha256()}
