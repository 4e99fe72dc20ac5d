"""settlement/usecases: windows heard, credits proposed, approved once."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from support.contracts import (
    EVALUATED,
    a_window,
    actions,
    evaluated,
    handle,
    heard,
    in_force,
    notices,
    race,
    said,
    sample,
    somebody,
    told,
)
from support.database import Sessions, rows

from services.contracts.agreements.domain import Contract
from services.contracts.settlement import usecases
from services.contracts.settlement.domain import (
    CreditDecided,
    CreditState,
    Decision,
    ReasonNeeded,
    WindowOutcome,
)
from services.contracts.settlement.persistence import credits, windows
from shared.kernel import NotFound, uuid7

FINANCE = {"finance1", "finance2", "finance3"}
OF_VENDOR = {"admin", "member"}


def decide(
    sessions: Sessions,
    credit_id: UUID,
    decision: str = "approve",
    who: str = "finance1",
    **more: Any,
) -> None:
    with sessions.begin() as session:
        usecases.decide_credit(
            session, somebody(who), credit_id=credit_id, decision=Decision(decision), **more
        )


def amounts(sessions: Sessions) -> list[tuple[str, Decimal]]:
    return [(row.state.value, row.amount) for row in rows(sessions, credits)]


def test_a_breach_proposes_a_credit_with_its_working(known: Sessions, contract: Contract) -> None:
    window = evaluated(known, contract)
    [row] = rows(known, credits)
    assert (row.state, row.amount, row.currency) == (
        CreditState.PROPOSED,
        Decimal("5000.00"),
        "CNY",
    )
    assert (row.attained, row.percent, row.band_from, row.band_below) == (
        Decimal("93.5"), Decimal(5), Decimal(90), Decimal(95),
    )  # fmt: skip
    assert (row.monthly, row.covered_days, row.month_days) == (Decimal("100000.00"), 31, 31)
    assert (str(row.window_id), row.revision) == (window["window_id"], 1)
    assert row.input_sha256 == window["input_sha256"]


def test_it_is_announced_audited_and_noticed(known: Sessions, contract: Contract) -> None:
    evaluated(known, contract)
    [row] = rows(known, credits)
    [event] = said(known, "credit_proposed")
    assert event.keys() == sample("tandem.contracts.credit_proposed.v1").keys()
    assert event["amount"] == {"amount": "5000.00", "currency": "CNY"} and event["percent"] == "5"
    assert (event["credit_id"], event["calculation_id"]) == (str(row.id), str(row.calculation_id))
    assert actions(known, contract)[-1] == ("credit_proposed", "contracts")
    assert told(known, "credit_proposed") == OF_VENDOR | FINANCE
    due = {each["path"].split("/")[1]: each["due_at"] for each in notices(known, "credit_proposed")}
    assert due["portal"] is None and due["admin"]
    level = contract.sla[0].title
    named = {"number": contract.number, "title": contract.title, "level": level, "month": "2026-10"}
    named |= {"amount": "CNY\u00a05,000.00"}
    assert all(each["params"] == named for each in notices(known, "credit_proposed"))


@pytest.mark.parametrize(
    "told_of",
    [
        {"outcome": "met", "attained": "99"},
        {"outcome": "no_data", "attained": None, "denominator": "0"},
        {"attained": "97", "target": "98"},  # below a target that was promised above the tiers
    ],
    ids=["met", "no data", "a tier of nothing"],
)
def test_what_earns_nothing_is_heard_and_proposes_nothing(
    known: Sessions, contract: Contract, told_of: dict[str, Any]
) -> None:
    evaluated(known, contract, **told_of)
    [window] = rows(known, windows)
    assert window.outcome == told_of.get("outcome", "breached")
    assert rows(known, credits) == said(known, "credit_proposed") == []


def test_the_same_evaluation_told_as_two_events_proposes_once(
    known: Sessions, contract: Contract
) -> None:
    window = a_window(contract)
    assert handle(known, heard(EVALUATED, window), heard(EVALUATED, window)) == [True, True]
    assert len(rows(known, credits)) == len(said(known, "credit_proposed")) == 1


def test_a_later_revision_replaces_an_open_proposal(known: Sessions, contract: Contract) -> None:
    window = evaluated(known, contract)
    evaluated(known, contract, window_id=window["window_id"], revision=2, attained="88")
    assert amounts(known) == [("superseded", Decimal(5000)), ("proposed", Decimal(10000))]
    assert [action for action, _ in actions(known, contract)][-3:] == [
        "credit_proposed", "credit_superseded", "credit_proposed",
    ]  # fmt: skip
    assert len(said(known, "credit_proposed")) == 2
    assert told(known, "credit_replaced") == OF_VENDOR | FINANCE
    for notice in notices(known, "credit_replaced"):
        figures = (notice["params"]["amount"], notice["params"]["before"])
        assert figures == ("CNY\u00a010,000.00", "CNY\u00a05,000.00")


def test_a_later_revision_that_meets_the_target_withdraws_it(
    known: Sessions, contract: Contract
) -> None:
    window = evaluated(known, contract)
    evaluated(
        known, contract, window_id=window["window_id"], revision=2, attained="99", outcome="met"
    )
    assert amounts(known) == [("superseded", Decimal(5000))]
    assert actions(known, contract)[-1] == ("credit_superseded", "contracts")
    assert told(known, "credit_withdrawn") == OF_VENDOR | FINANCE


def test_an_older_revision_that_comes_late_changes_nothing(
    known: Sessions, contract: Contract
) -> None:
    window = evaluated(known, contract, revision=2, attained="99", outcome="met")
    evaluated(known, contract, window_id=window["window_id"], revision=1)
    assert rows(known, credits) == [] and len(rows(known, windows)) == 1


@pytest.mark.parametrize(
    ("attained", "outcome", "more"),
    [("88", "breached", [("proposed", Decimal(5000))]),
     ("99", "met", [("proposed", Decimal(-5000))]),
     ("94", "breached", [])],
)  # fmt: skip
def test_after_approval_the_difference_is_proposed(
    known: Sessions, contract: Contract, attained: str, outcome: str, more: list[Any]
) -> None:
    window = evaluated(known, contract)
    decide(known, rows(known, credits)[0].id)
    evaluated(
        known, contract, window_id=window["window_id"], revision=2, attained=attained,
        outcome=outcome,
    )  # fmt: skip
    assert amounts(known) == [("approved", Decimal(5000)), *more]


def test_a_correction_is_told_in_words_of_its_own(known: Sessions, contract: Contract) -> None:
    window = evaluated(known, contract)
    decide(known, rows(known, credits)[0].id)
    again = {"window_id": window["window_id"], "attained": "99", "outcome": "met"}
    evaluated(known, contract, revision=2, **again)
    assert told(known, "correction_proposed") == OF_VENDOR | FINANCE
    assert notices(known, "correction_proposed")[0]["params"]["amount"] == "CNY\u00a0−5,000.00"
    assert len(said(known, "credit_proposed")) == 2  # the event is the same: its amount is negative
    decide(known, rows(known, credits)[1].id, "reject", reason="Agreed to keep it.")
    evaluated(known, contract, revision=3, **again)
    decide(known, rows(known, credits)[2].id)
    for template in ("correction_rejected", "correction_approved"):
        assert told(known, template) == OF_VENDOR | {"contract_manager"}
    assert [action for action, _ in actions(known, contract)][-5:] == [
        "credit_approved", "correction_proposed", "correction_rejected", "correction_proposed",
        "correction_approved",
    ]  # fmt: skip


def test_windows_of_other_metrics_and_months_stand_alone(
    known: Sessions, contract: Contract
) -> None:
    evaluated(known, contract)
    evaluated(
        known, contract, starts_at="2026-11-01T00:00:00+08:00", ends_at="2026-12-01T00:00:00+08:00"
    )
    assert amounts(known) == [("proposed", Decimal(5000))] * 2


def test_an_approval_is_announced_audited_and_noticed(known: Sessions, contract: Contract) -> None:
    evaluated(known, contract)
    [row] = rows(known, credits)
    decide(known, row.id)
    [row] = rows(known, credits)
    assert (row.state, row.decided_by) == (CreditState.APPROVED, somebody("finance1").subject)
    [event] = said(known, "credit_approved")
    assert event.keys() == sample("tandem.contracts.credit_approved.v1").keys()
    assert event["approved_at"] and event["amount"]["amount"] == "5000.00"
    assert actions(known, contract)[-1] == ("credit_approved", "finance1")
    assert told(known, "credit_approved") == OF_VENDOR | {"contract_manager"}


def test_a_rejection_needs_a_reason_and_announces_nothing(
    known: Sessions, contract: Contract
) -> None:
    evaluated(known, contract)
    [row] = rows(known, credits)
    with pytest.raises(ReasonNeeded):
        decide(known, row.id, "reject")
    decide(known, row.id, "reject", reason="Planned maintenance.")
    [row] = rows(known, credits)
    assert (row.state, row.reason) == (CreditState.REJECTED, "Planned maintenance.")
    assert said(known, "credit_approved") == []
    assert actions(known, contract)[-1] == ("credit_rejected", "finance1")
    assert told(known, "credit_rejected") == OF_VENDOR | {"contract_manager"}


@pytest.mark.parametrize("second", ["approve", "reject"])
@pytest.mark.parametrize("first", ["approve", "reject"])
def test_a_credit_is_decided_once(
    known: Sessions, contract: Contract, first: str, second: str
) -> None:
    evaluated(known, contract)
    [row] = rows(known, credits)
    decide(known, row.id, first, reason="First.")
    with pytest.raises(CreditDecided):
        decide(known, row.id, second, "finance2", reason="Second.")
    assert rows(known, credits)[0].reason == "First."


def test_what_was_replaced_cannot_be_approved(known: Sessions, contract: Contract) -> None:
    window = evaluated(known, contract)
    [first] = rows(known, credits)
    evaluated(known, contract, window_id=window["window_id"], revision=2, attained="88")
    with pytest.raises(CreditDecided):
        decide(known, first.id)
    decide(known, rows(known, credits)[1].id)


def test_there_is_no_decision_on_nothing(known: Sessions) -> None:
    with pytest.raises(NotFound):
        decide(known, uuid7())


def test_three_finance_people_at_once_decide_once(committing: Sessions) -> None:
    evaluated(committing, in_force(committing))
    [row] = rows(committing, credits)
    calls = [lambda who=who: decide(committing, row.id, who=who) for who in sorted(FINANCE)]
    answers = race(calls)
    assert answers.count(None) == 1
    assert sum(isinstance(each, CreditDecided) for each in answers) == 2
    assert len(said(committing, "credit_approved")) == 1


def test_an_approval_and_a_revision_at_once_leave_one_truth(committing: Sessions) -> None:
    """Either the approval comes first and the revision proposes the difference, or it is late."""
    contract = in_force(committing)
    window = evaluated(committing, contract)
    [first] = rows(committing, credits)
    again = {"window_id": window["window_id"], "revision": 2, "attained": "88"}
    answers = race(
        [lambda: decide(committing, first.id), lambda: evaluated(committing, contract, **again)]
    )
    late = isinstance(answers[0], CreditDecided)
    assert amounts(committing) == (
        [("superseded", Decimal(5000)), ("proposed", Decimal(10000))]
        if late
        else [("approved", Decimal(5000)), ("proposed", Decimal(5000))]
    )


def test_outcomes_of_windows_are_those_of_the_event() -> None:
    assert {each.value for each in WindowOutcome} == {"met", "breached", "no_data"}
