"""What contracts does when another service speaks, each event told twice and more."""

import json
from typing import Any

import pytest
from support.contracts import (
    AWARDED,
    EVALUATED,
    SAMPLES,
    VENDOR_ORG,
    a_draft,
    a_window,
    actions,
    an_award,
    handle,
    heard,
    in_force,
    said,
    sample,
    told,
)
from support.database import Sessions, rows

from services.contracts.agreements.domain import ContractState
from services.contracts.agreements.persistence import contracts, milestones, sla_terms
from services.contracts.delivery.domain import DeliveryState
from services.contracts.delivery.persistence import deliveries
from services.contracts.handlers import HANDLERS, title_of
from services.contracts.settlement.domain import MetricUnknown
from services.contracts.settlement.persistence import credits, windows
from shared.directory import organisations
from shared.kernel import NotFound, uuid7
from shared.messaging.envelope import Event


def test_what_contracts_listens_to_is_a_list_that_a_product_owner_can_read() -> None:
    assert set(HANDLERS) == {
        "tandem.identity.organisation_changed.v1",
        "tandem.identity.person_changed.v1",
        "tandem.identity.person_erased.v1",
        AWARDED,
        EVALUATED,
    }


@pytest.mark.parametrize("event_type", sorted(set(HANDLERS) - {EVALUATED}))
def test_each_sample_is_handled_once(sessions: Sessions, event_type: str) -> None:
    data = sample(event_type)
    event = Event.of(
        event_type, source="/x", subject=uuid7(), time=heard(AWARDED, data).time, data=data
    )
    assert handle(sessions, event, event) == [True, False]


def test_the_sample_of_a_window_is_handled_once(sessions: Sessions) -> None:
    window = sample(EVALUATED)
    contract = in_force(sessions)
    ours = {"contract_id": str(contract.id), "metric_id": str(contract.sla[0].id)}
    event = heard(EVALUATED, window | ours)
    assert handle(sessions, event, event) == [True, False]
    assert len(rows(sessions, windows)) == 1


def test_an_award_becomes_a_draft_with_all_its_promises(known: Sessions) -> None:
    award = an_award()
    handle(known, heard(AWARDED, award))
    [row] = rows(known, contracts)
    assert (row.number, row.title, row.state) == (
        "CT-2026-001",
        "Service desk",
        ContractState.DRAFT,
    )
    assert (row.organisation_id, str(row.buyer_id)) == (VENDOR_ORG, award["buyer_id"])
    assert (str(row.amount), row.currency) == ("120000.00", "CNY")
    assert (str(row.monthly), str(row.one_off)) == ("100000.00", "20000.00")
    assert (row.starts_on.isoformat(), row.ends_on.isoformat()) == ("2026-10-01", "2027-09-30")
    assert row.time_zone == "Asia/Shanghai" and row.documents == award["promises"]["documents"]
    [term] = rows(known, sla_terms)
    assert (term.title, str(term.target), term.unit) == ("Service desk", "95", "%")
    assert [tier.terms() for tier in term.tiers] == award["promises"]["sla"][0]["tiers"]
    promised = {each["title"]: each["percent"] for each in award["promises"]["milestones"]}
    assert {each.title: str(each.percent) for each in rows(known, milestones)} == promised
    planned = {each.milestone_id: each.state for each in rows(known, deliveries)}
    assert planned == {each.id: DeliveryState.PLANNED for each in rows(known, milestones)}


def test_a_draft_is_announced_audited_and_noticed(known: Sessions) -> None:
    contract = a_draft(known)
    [drafted] = said(known, "contract_drafted")
    assert drafted["contract_id"] == str(contract.id) and drafted["number"] == "CT-2026-001"
    assert drafted["value"] == {"amount": "120000.00", "currency": "CNY"}
    assert drafted.keys() == sample("tandem.contracts.contract_drafted.v1").keys()
    assert actions(known, contract) == [("contract_drafted", "contracts")]
    assert told(known, "contract_drafted") == {"admin", "member", "contract_manager"}


def test_the_same_award_told_again_as_another_event_changes_nothing(known: Sessions) -> None:
    award = an_award()
    assert handle(known, heard(AWARDED, award), heard(AWARDED, award)) == [True, True]
    assert len(rows(known, contracts)) == 1 and len(said(known, "contract_drafted")) == 1
    assert told(known, "contract_drafted") == {"admin", "member", "contract_manager"}


def test_each_award_has_a_contract_of_its_own_with_the_next_number(sessions: Sessions) -> None:
    handle(sessions, *(heard(AWARDED, an_award()) for _ in range(3)))
    numbers = [row.number for row in rows(sessions, contracts)]
    assert numbers == ["CT-2026-001", "CT-2026-002", "CT-2026-003"]


@pytest.mark.parametrize(
    ("rfp", "lot", "title"), [("Desk", "Desk", "Desk"), ("Desk", "Berlin", "Desk – Berlin")]
)
def test_a_contract_is_named_after_rfp_and_lot(rfp: str, lot: str, title: str) -> None:
    assert title_of(rfp, lot) == title


def test_a_vendor_that_nobody_knows_yet_gets_its_draft_all_the_same(sessions: Sessions) -> None:
    newcomer = uuid7()
    contract = a_draft(sessions, organisation_id=str(newcomer))
    assert told(sessions, "contract_drafted") == {"contract_manager"}
    learn = "tandem.identity.organisation_changed.v1"
    data = sample(learn) | {"organisation_id": str(newcomer), "kind": "vendor"}
    event = Event.of(learn, source="/x", subject=newcomer, time=contract.drafted_at, data=data)
    handle(sessions, event)
    assert rows(sessions, organisations, id=newcomer)


@pytest.mark.parametrize("wrong", ["contract_id", "metric_id"])
def test_a_window_of_nobody_we_know_is_refused(sessions: Sessions, wrong: str) -> None:
    window = a_window(in_force(sessions), **{wrong: str(uuid7())})
    with pytest.raises((NotFound, MetricUnknown)):
        handle(sessions, heard(EVALUATED, window))
    assert rows(sessions, windows) == rows(sessions, credits) == []


def test_events_of_ours_have_the_shape_of_their_samples(sessions: Sessions) -> None:
    in_force(sessions)
    for event_type in ("contract_drafted", "contract_activated"):
        ours = said(sessions, event_type)[0]
        theirs = json.loads((SAMPLES / f"tandem.contracts.{event_type}.v1.json").read_text())
        assert shape(ours) == shape(theirs)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return shape(value[0]) if isinstance(value, list) else type(value).__name__
