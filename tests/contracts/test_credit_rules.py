"""settlement/domain: what a missed service level is worth."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from support.contracts import an_award

from services.contracts.agreements.domain import Contract
from services.contracts.handlers import contract_of
from services.contracts.settlement.domain import (
    MOVES,
    Credit,
    CreditDecided,
    CreditState,
    Decision,
    MetricUnknown,
    Move,
    ReasonNeeded,
    Window,
    WindowOutcome,
    Working,
    decision_due_at,
    propose,
    rounded,
    settled,
    work_out,
)
from shared.kernel import Money, uuid7

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
D = Decimal


def a_contract(**changes: Any) -> Contract:
    contract = contract_of(an_award(), "CT-2026-001", NOW)
    for name, value in changes.items():
        setattr(contract, name, value)
    return contract


def a_window(contract: Contract, attained: str | None = "93.5", **changes: Any) -> Window:
    """October 2026 in Shanghai."""
    window = Window(
        window_id=uuid7(),
        revision=1,
        contract_id=contract.id,
        metric_id=contract.sla[0].id,
        starts_at=datetime(2026, 9, 30, 16, tzinfo=UTC),
        ends_at=datetime(2026, 10, 31, 16, tzinfo=UTC),
        attained=None if attained is None else D(attained),
        outcome=WindowOutcome("breached"),
        input_sha256="0" * 64,
        evaluated_at=NOW,
    )
    for name, value in changes.items():
        setattr(window, name, value)
    return window


def proposed(contract: Contract, window: Window, *earlier: Credit) -> Credit:
    credit = propose(contract, window, earlier, NOW)
    assert credit
    return credit


@pytest.mark.parametrize(
    ("attained", "percent", "amount"),
    [("93.5", 5, "5000.00"), ("90", 5, "5000.00"), ("89.99", 10, "10000.00"),
     ("0", 10, "10000.00"), ("94.999", 5, "5000.00")],
)  # fmt: skip
def test_the_tier_of_the_attained_value_decides(attained: str, percent: int, amount: str) -> None:
    contract = a_contract()
    credit = proposed(contract, a_window(contract, attained))
    assert (credit.working.percent, credit.value) == (percent, Money(D(amount), "CNY"))
    assert (credit.working.covered_days, credit.working.month_days) == (31, 31)


def test_a_tier_of_nothing_proposes_nothing() -> None:
    contract = a_contract()
    assert propose(contract, a_window(contract, "96"), [], NOW) is None


@pytest.mark.parametrize("outcome", ["met", "no_data"])
def test_only_a_breach_earns_a_credit(outcome: str) -> None:
    contract = a_contract()
    window = a_window(contract, "80" if outcome == "met" else None, outcome=WindowOutcome(outcome))
    assert propose(contract, window, [], NOW) is None


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "first", "after", "covered", "month", "amount"),
    [
        # the period begins in the middle of October, and monitoring has cut the window to it
        (date(2026, 10, 17), date(2027, 9, 30), 17, 32, 15, 31, "2419.35"),
        # the whole month was evaluated, but the contract covers the 17th to the 31st only
        (date(2026, 10, 17), date(2027, 9, 30), 1, 32, 15, 31, "2419.35"),
        # it ends on the 10th
        (date(2026, 1, 1), date(2026, 10, 10), 1, 11, 10, 31, "1612.90"),
        # one day
        (date(2026, 10, 31), date(2026, 10, 31), 31, 32, 1, 31, "161.29"),
    ],
)
def test_partial_months_count_by_their_days(
    starts_on: date, ends_on: date, first: int, after: int, covered: int, month: int, amount: str
) -> None:
    contract = a_contract(starts_on=starts_on, ends_on=ends_on)
    midnight = datetime(2026, 9, 30, 16, tzinfo=UTC)
    days = midnight.replace(day=1, month=10)
    window = a_window(
        contract,
        starts_at=midnight if first == 1 else days.replace(day=first - 1),
        ends_at=days.replace(day=after - 1),
    )
    working = proposed(contract, window).working
    assert (working.covered_days, working.month_days) == (covered, month)
    assert working.amount == D(amount)


def test_days_are_those_of_the_contracts_zone() -> None:
    """A month with a change of clocks is not an hour longer."""
    contract = a_contract(time_zone="Europe/Berlin")
    window = a_window(
        contract,
        starts_at=datetime(2026, 9, 30, 22, tzinfo=UTC),
        ends_at=datetime(2026, 10, 31, 23, tzinfo=UTC),
    )
    working = proposed(contract, window).working
    assert (working.covered_days, working.month_days) == (31, 31)


@pytest.mark.parametrize(
    ("exact", "currency", "rounded_to"),
    [("0.005", "CNY", "0.01"), ("0.004999", "CNY", "0.00"), ("2.675", "EUR", "2.68"),
     ("0.5", "JPY", "1"), ("1.4999", "JPY", "1"), ("-0.005", "CNY", "-0.01")],
)  # fmt: skip
def test_amounts_are_rounded_half_up_at_the_end(exact: str, currency: str, rounded_to: str) -> None:
    assert rounded(D(exact), currency) == D(rounded_to)


def test_nothing_is_rounded_on_the_way() -> None:
    """5.005 × 30/31 = 4.8435…; rounded to 5.01 before the days count, it would come to 4.85."""
    contract = a_contract(monthly=D("100.10"), starts_on=date(2026, 10, 2))
    assert proposed(contract, a_window(contract)).working.full_amount == D("4.84")


def test_the_currency_has_its_digits() -> None:
    contract = a_contract(value=Money(D("100"), "JPY"), monthly=D("1010"))
    assert proposed(contract, a_window(contract)).value == Money(D("51"), "JPY")  # 50.5


def test_a_metric_of_another_contract_is_refused() -> None:
    contract = a_contract()
    with pytest.raises(MetricUnknown):
        work_out(contract, a_window(contract, metric_id=uuid7()), D(0))


def test_a_later_revision_replaces_an_open_proposal() -> None:
    contract = a_contract()
    window = a_window(contract)
    first = proposed(contract, window)
    later = a_window(contract, "88", window_id=window.window_id, revision=2)
    second = proposed(contract, later, first)
    assert first.state == CreditState.SUPERSEDED
    assert (second.state, second.working.amount) == (CreditState.PROPOSED, D("10000.00"))


def test_a_later_revision_that_meets_the_target_withdraws_the_proposal() -> None:
    contract = a_contract()
    first = proposed(contract, a_window(contract))
    met = a_window(contract, "99", revision=2, outcome=WindowOutcome("met"))
    assert propose(contract, met, [first], NOW) is None
    assert first.state == CreditState.SUPERSEDED


@pytest.mark.parametrize(
    ("attained", "outcome", "difference"),
    [("88", "breached", "5000.00"), ("99", "met", "-5000.00"), ("94", "breached", None)],
)
def test_after_approval_a_revision_proposes_the_difference(
    attained: str, outcome: str, difference: str | None
) -> None:
    contract = a_contract()
    first = proposed(contract, a_window(contract))
    first.decide(Decision.APPROVE, by="usr_f", reason="", now=NOW)
    later = a_window(contract, attained, revision=2, outcome=WindowOutcome(outcome))
    second = propose(contract, later, [first], NOW)
    assert first.state == CreditState.APPROVED
    assert (second.working.amount if second else None) == (difference and D(difference))
    if second:
        assert second.working.settled == D("5000.00")
        assert second.working.full_amount == second.working.settled + second.working.amount


def test_differences_add_up_over_revisions() -> None:
    contract = a_contract()
    credits: list[Credit] = []
    for revision, attained in enumerate(("93.5", "88", "94", "88"), start=1):
        credit = proposed(contract, a_window(contract, attained, revision=revision), *credits)
        credit.decide(Decision.APPROVE, by="usr_f", reason="", now=NOW)
        credits.append(credit)
    assert [each.working.amount for each in credits] == [5000, 5000, -5000, 5000]
    assert settled(credits) == 10000


def test_after_a_rejection_a_revision_is_proposed_in_full() -> None:
    contract = a_contract()
    first = proposed(contract, a_window(contract))
    first.decide(Decision.REJECT, by="usr_f", reason="Planned maintenance.", now=NOW)
    second = proposed(contract, a_window(contract, revision=2), first)
    assert second.working.amount == D("5000.00") and first.state == CreditState.REJECTED


@pytest.mark.parametrize("state", list(CreditState))
@pytest.mark.parametrize("move", list(Move))
def test_only_what_waits_moves(state: CreditState, move: Move) -> None:
    following = {
        Move.APPROVE: CreditState.APPROVED,
        Move.REJECT: CreditState.REJECTED,
        Move.SUPERSEDE: CreditState.SUPERSEDED,
    }
    contract = a_contract()
    credit = proposed(contract, a_window(contract))
    credit.state = state
    assert ((state, move) in MOVES) == (state == CreditState.PROPOSED)
    if state == CreditState.PROPOSED:
        credit.move(move)
        assert credit.state == following[move]
    else:
        with pytest.raises(CreditDecided):
            credit.move(move)


def test_a_rejection_needs_a_reason() -> None:
    contract = a_contract()
    credit = proposed(contract, a_window(contract))
    with pytest.raises(ReasonNeeded):
        credit.decide(Decision.REJECT, by="usr_f", reason="", now=NOW)
    credit.decide(Decision.REJECT, by="usr_f", reason="Planned maintenance.", now=NOW)
    assert (credit.state, credit.decided_by, credit.reason) == (
        CreditState.REJECTED, "usr_f", "Planned maintenance.",
    )  # fmt: skip


def test_a_working_holds_every_figure() -> None:
    contract = a_contract()
    assert proposed(contract, a_window(contract)).working == Working(
        attained=D("93.5"),
        band_from=D(90),
        band_below=D(95),
        percent=D(5),
        monthly=D("100000.00"),
        covered_days=31,
        month_days=31,
        full_amount=D("5000.00"),
        settled=D(0),
        amount=D("5000.00"),
        currency="CNY",
    )
    assert replace(proposed(contract, a_window(contract)).working, amount=D(1)).amount == 1


def test_finance_has_five_working_days() -> None:
    assert decision_due_at(NOW, "Asia/Shanghai") == datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
