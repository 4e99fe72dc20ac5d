"""settlement/domain: whose credit it is, its month, and what is left where nothing is due."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from support.contracts import an_award

from services.contracts.agreements.domain import Contract
from services.contracts.handlers import contract_of
from services.contracts.settlement.domain import (
    Credit,
    CreditDecided,
    Decision,
    Window,
    WindowOutcome,
    days,
    decision_due_at,
    propose,
    rounded,
    settled,
)
from shared.kernel import uuid7

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
D = Decimal


@pytest.fixture
def contract() -> Contract:
    return contract_of(an_award(), "CT-2026-001", NOW)


@pytest.fixture
def window(contract: Contract) -> Window:
    """The second half of October 2026 in Shanghai."""
    return Window(
        window_id=uuid7(),
        revision=3,
        contract_id=contract.id,
        metric_id=contract.sla[0].id,
        starts_at=datetime(2026, 10, 16, 16, tzinfo=UTC),
        ends_at=datetime(2026, 10, 31, 16, tzinfo=UTC),
        attained=D("93.5"),
        outcome=WindowOutcome.BREACHED,
        input_sha256="ab" * 32,
        evaluated_at=NOW,
    )


@pytest.fixture
def credit(contract: Contract, window: Window) -> Credit:
    proposed = propose(contract, window, [], NOW)
    assert proposed
    return proposed


def test_a_credit_says_which_window_it_is_for_and_who_gets_it(
    contract: Contract, window: Window, credit: Credit
) -> None:
    assert (credit.contract_id, credit.organisation_id) == (contract.id, contract.organisation_id)
    for name in ("window_id", "metric_id", "revision", "starts_at", "ends_at", "input_sha256"):
        assert getattr(credit, name) == getattr(window, name)
    assert credit.proposed_at == NOW


def test_a_decision_says_when_it_was_made_and_by_whom(credit: Credit) -> None:
    credit.decide(Decision.APPROVE, by="usr_f", reason="", now=NOW)
    assert (credit.decided_at, credit.decided_by) == (NOW, "usr_f")
    with pytest.raises(CreditDecided) as refused:
        credit.decide(Decision.APPROVE, by="usr_g", reason="", now=NOW)
    assert refused.value.params == {"state": "approved"}


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "zone", "month"),
    [
        ("2026-09-30T16:00Z", "2026-10-31T16:00Z", "Asia/Shanghai", "2026-10"),
        ("2026-09-30T16:00Z", "2026-10-31T16:00Z", "UTC", "2026-09"),
        ("2026-12-31T16:00Z", "2027-01-31T16:00Z", "Asia/Shanghai", "2027-01"),
    ],
)
def test_the_month_is_that_of_the_first_day(
    credit: Credit, starts_at: str, ends_at: str, zone: str, month: str
) -> None:
    credit.starts_at, credit.ends_at = map(datetime.fromisoformat, (starts_at, ends_at))
    assert credit.month(zone) == month


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "covered"),
    [
        (date(2026, 10, 31), date(2027, 9, 30), 1),
        (date(2026, 11, 1), date(2027, 9, 30), 0),
        (date(2027, 1, 1), date(2027, 9, 30), 0),
        (date(2026, 1, 1), date(2026, 10, 17), 1),
        (date(2026, 1, 1), date(2026, 10, 16), 0),
    ],
)
def test_a_window_outside_of_the_period_covers_no_day(
    window: Window, starts_on: date, ends_on: date, covered: int
) -> None:
    assert days(window, starts_on, ends_on, "Asia/Shanghai") == (covered, 31)


def test_what_is_settled_is_a_figure_even_where_nothing_is() -> None:
    assert isinstance(settled([]), Decimal)


@pytest.mark.parametrize(("exact", "written"), [("1.005", "1.01"), ("1", "1.00")])
def test_a_currency_we_do_not_know_has_two_digits(exact: str, written: str) -> None:
    assert str(rounded(D(exact), "CHF")) == written


@pytest.mark.parametrize(
    ("proposed_at", "due_at"),
    [
        ("2026-11-22T15:59Z", "2026-11-27T15:59:59Z"),
        ("2026-11-22T16:00Z", "2026-11-30T15:59:59Z"),  # Monday has begun there
    ],
)
def test_the_day_of_a_proposal_is_that_of_the_contracts_zone(proposed_at: str, due_at: str) -> None:
    found = decision_due_at(datetime.fromisoformat(proposed_at), "Asia/Shanghai")
    assert found == datetime.fromisoformat(due_at)


def test_a_credit_beside_an_approved_one_is_a_correction(
    contract: Contract, window: Window, credit: Credit
) -> None:
    assert not credit.is_correction
    credit.decide(Decision.APPROVE, by="usr_f", reason="", now=NOW)
    later = propose(contract, replace(window, revision=4, attained=D(80)), [credit], NOW)
    assert later and later.is_correction
