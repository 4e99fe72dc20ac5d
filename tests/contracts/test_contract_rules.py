"""agreements/domain: what a contract says, and who may accept it when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from support.contracts import an_award

from services.contracts.agreements.domain import (
    ACCEPTANCE,
    AlreadyAccepted,
    Contract,
    ContractDeclined,
    ContractState,
    DeclineReasonNeeded,
    Direction,
    Fault,
    Formula,
    NotDeclinable,
    Side,
    StandstillRuns,
    TermsDiffer,
    TermsFaulty,
    Tier,
    end_of,
    for_reading,
    spelled,
    tiers_are_whole,
)
from services.contracts.handlers import contract_of
from shared.kernel import Money
from shared.web.formats import number

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BUYER, VENDOR = Side.BUYER, Side.VENDOR
D = Decimal


def a_contract() -> Contract:
    return contract_of(an_award(), "CT-2026-001", NOW)


@pytest.mark.parametrize("state", list(ContractState))
@pytest.mark.parametrize("side", list(Side))
def test_each_side_accepts_once_in_any_order(state: ContractState, side: Side) -> None:
    following = {
        (ContractState.DRAFT, BUYER): ContractState.ACCEPTED_BY_BUYER,
        (ContractState.DRAFT, VENDOR): ContractState.ACCEPTED_BY_VENDOR,
        (ContractState.ACCEPTED_BY_BUYER, VENDOR): ContractState.ACTIVE,
        (ContractState.ACCEPTED_BY_VENDOR, BUYER): ContractState.ACTIVE,
    }
    contract = a_contract()
    contract.state = state
    assert ACCEPTANCE.get((state, side)) == following.get((state, side))
    if (state, side) in following:
        contract.accept(side, "usr_x", None, NOW)
        assert contract.state == following[state, side]
        assert contract.activated_at == (NOW if contract.is_active else None)
    else:
        refusal = ContractDeclined if state == ContractState.DECLINED else AlreadyAccepted
        with pytest.raises(refusal):
            contract.accept(side, "usr_x", None, NOW)
        assert contract.state == state and not contract.acceptances


@pytest.mark.parametrize("state", list(ContractState))
@pytest.mark.parametrize("side", list(Side))
def test_either_side_declines_until_it_is_in_force(state: ContractState, side: Side) -> None:
    """Also one that has accepted, and while the standstill runs: nobody is in a dead end."""
    contract = a_contract()
    contract.state = state
    if state in (ContractState.ACTIVE, ContractState.DECLINED):
        with pytest.raises(NotDeclinable):
            contract.decline(side, "Too late", NOW)
        assert contract.state == state and contract.declined_at is None
        return
    with pytest.raises(DeclineReasonNeeded):
        contract.decline(side, "", NOW)
    assert contract.state == state
    contract.decline(side, "Prices have risen.", NOW)
    assert contract.state == ContractState.DECLINED
    assert (contract.declined_side, contract.declined_at) == (side, NOW)
    assert contract.decline_reason == "Prices have risen."


def test_nobody_accepts_before_the_standstill_has_ended() -> None:
    contract = a_contract()
    ends_at = contract.standstill_ends_at
    with pytest.raises(StandstillRuns):
        contract.accept(BUYER, "usr_x", None, ends_at - timedelta(microseconds=1))
    contract.accept(BUYER, "usr_x", None, ends_at)


def test_what_is_accepted_is_what_was_shown() -> None:
    contract = a_contract()
    shown = contract.terms_sha256()
    acceptance = contract.accept(BUYER, "usr_x", shown, NOW)
    assert (acceptance.side, acceptance.terms_sha256) == (BUYER, shown)
    contract.monthly += 1
    with pytest.raises(TermsDiffer):
        contract.accept(VENDOR, "usr_y", shown, NOW)


@pytest.mark.parametrize(
    "change",
    ["title", "monthly", "one_off", "time_zone", "ends_on", "buyer_id", "documents"],
)
def test_the_fingerprint_covers_every_term(change: str) -> None:
    contract = a_contract()
    before = contract.terms_sha256()
    others = {
        "title": "Other", "monthly": D("1.00"), "one_off": D("2.00"), "time_zone": "UTC",
        "ends_on": contract.ends_on + timedelta(days=1), "buyer_id": contract.id, "documents": [],
    }  # fmt: skip
    setattr(contract, change, others[change])
    assert contract.terms_sha256() != before


def test_the_fingerprint_covers_levels_and_milestones() -> None:
    contract = a_contract()
    seen = {contract.terms_sha256()}
    contract.sla[0].target = D("96")
    seen.add(contract.terms_sha256())
    contract.sla[0].tiers = (Tier(None, None, D(1)),)
    seen.add(contract.terms_sha256())
    contract.milestones[0].acceptance_criteria = "None."
    seen.add(contract.terms_sha256())
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("formula", "unit", "is_known"),
    [("ratio", "%", True), ("ratio", "share", True), ("ratio", "percent", False),
     ("ratio", "", False), ("mean", "%", True), ("mean", "h", True)],
)  # fmt: skip
def test_a_share_is_promised_in_a_unit_of_which_the_scale_is_known(
    formula: str, unit: str, is_known: bool
) -> None:
    contract = a_contract()
    contract.sla[0].formula, contract.sla[0].unit = Formula(formula), unit
    assert contract.faults() == ([] if is_known else [Fault.UNITS])


@pytest.mark.parametrize("fault", list(Fault))
def test_faulty_terms_cannot_be_accepted(fault: Fault) -> None:
    contract = a_contract()
    assert contract.faults() == []
    if fault == Fault.SHARES:
        contract.milestones[0].percent += D("0.01")
    elif fault == Fault.NUMBERS:
        contract.milestones[0].number = 3
    elif fault == Fault.PERIOD:
        contract.ends_on = contract.starts_on - timedelta(days=1)
    elif fault == Fault.TIERS:
        contract.sla[0].tiers = contract.sla[0].tiers[1:]
    else:
        contract.sla[0].unit = "per mille"
    assert contract.faults() == [fault]
    with pytest.raises(TermsFaulty):
        contract.accept(BUYER, "usr_x", None, NOW)


def test_a_contract_may_do_without_milestones() -> None:
    contract = a_contract()
    contract.milestones = []
    assert contract.faults() == []


WHOLE = (Tier(None, D(90), D(10)), Tier(D(90), D(95), D(5)), Tier(D(95), None, D(0)))


@pytest.mark.parametrize(
    ("tiers", "whole"),
    [
        (WHOLE, True),
        ((Tier(None, None, D(5)),), True),
        ((), False),
        (WHOLE[:2], False),
        (WHOLE[1:], False),
        ((WHOLE[0], replace(WHOLE[1], lowest=D(91)), WHOLE[2]), False),
        ((WHOLE[0], replace(WHOLE[1], lowest=D(89)), WHOLE[2]), False),
        ((WHOLE[0], Tier(D(90), None, D(5)), Tier(None, None, D(0))), False),
        ((Tier(None, D(95), D(10)), Tier(D(95), D(90), D(5)), Tier(D(90), None, D(0))), False),
    ],
)
def test_tiers_touch_and_cover_every_value(tiers: tuple[Tier, ...], whole: bool) -> None:
    assert tiers_are_whole(tiers) is whole


@pytest.mark.parametrize(
    ("attained", "percent"),
    [("-1", 10), ("89.999", 10), ("90", 5), ("94.999999", 5), ("95", 0), ("100", 0)],
)
def test_a_band_begins_at_its_lower_end_and_stops_before_its_upper(
    attained: str, percent: int
) -> None:
    [held] = [tier for tier in WHOLE if tier.holds(D(attained))]
    assert held.percent == percent


def test_a_tier_reads_what_it_says() -> None:
    for tier in WHOLE:
        assert Tier.read(tier.terms()) == tier


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("12", "CNY", "12.00"), ("12.50", "EUR", "12.50"), ("12", "JPY", "12"),
     ("1.234567", "CNY", "1.234567"), ("-0.5", "CNY", "-0.50"), ("1E+3", "CNY", "1000.00")],
)  # fmt: skip
def test_amounts_have_the_digits_of_their_currency(amount: str, currency: str, text: str) -> None:
    assert spelled(Money(D(amount), currency)) == {"amount": text, "currency": currency}


def test_a_day_ends_where_the_contract_counts() -> None:
    day = datetime(2026, 12, 1, tzinfo=UTC).date()
    assert end_of(day, "Asia/Shanghai") == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert end_of(day, "Europe/Berlin") == datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("figure", "words"),
    [("82", "82"), ("93.5", "93.5"), ("66.666667", "66.67"), ("94.999", "94.999"),
     ("94.9951", "94.995"), ("89.99951", "89.9995"), ("100", "100")],
)  # fmt: skip
def test_a_figure_is_shown_with_two_places_unless_they_mislead(figure: str, words: str) -> None:
    """As monitoring shows it: the target is 95, and below 90 the credit is higher."""
    tiers = [Tier(None, Decimal(90), Decimal(10)), Tier(Decimal(90), Decimal(95), Decimal(5)),
             Tier(Decimal(95), None, Decimal(0))]  # fmt: skip
    shown = for_reading(Decimal(figure), Decimal(95), Direction.HIGHER, tiers)
    assert number(shown) == words
