"""agreements/domain: what refusals say, how terms are written, and who may still decline."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from support.contracts import an_award

from services.contracts.agreements.domain import (
    Contract,
    ContractDeclined,
    ContractState,
    Direction,
    Fault,
    NotDeclinable,
    Side,
    StandstillRuns,
    TermsFaulty,
    Tier,
    for_reading,
    spelled,
)
from services.contracts.agreements.domain.terms import number, plain, tiers_are_whole, written
from services.contracts.handlers import contract_of
from shared.kernel import DomainError, Money

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
D = Decimal


@pytest.fixture
def contract() -> Contract:
    return contract_of(an_award(), "CT-2026-001", NOW)


def refusal(contract: Contract, now: datetime = NOW) -> DomainError:
    with pytest.raises(DomainError) as refused:
        contract.accept(Side.BUYER, "usr_x", None, now)
    return refused.value


def test_an_early_acceptance_hears_until_when_the_standstill_runs(contract: Contract) -> None:
    early = refusal(contract, contract.standstill_ends_at - timedelta(seconds=1))
    assert isinstance(early, StandstillRuns)
    assert early.params == {"until": contract.standstill_ends_at}


def test_faulty_terms_name_the_first_fault(contract: Contract) -> None:
    contract.ends_on = contract.starts_on - timedelta(days=1)
    contract.sla[0].unit = "per mille"
    faulty = refusal(contract)
    assert isinstance(faulty, TermsFaulty) and faulty.params == {"fault": Fault.PERIOD}


def test_a_declined_contract_is_named_and_so_is_its_state(contract: Contract) -> None:
    contract.decline(Side.VENDOR, "  Prices have risen.\n", NOW)
    assert contract.decline_reason == "Prices have risen."
    declined = refusal(contract)
    assert isinstance(declined, ContractDeclined) and declined.params == {"number": "CT-2026-001"}
    with pytest.raises(NotDeclinable) as refused:
        contract.decline(Side.BUYER, "Me too.", NOW)
    assert refused.value.params == {"number": "CT-2026-001", "state": ContractState.DECLINED}


def test_an_acceptance_says_who_when_and_what(contract: Contract) -> None:
    made = contract.accept(Side.VENDOR, "usr_v", None, NOW)
    assert contract.acceptances == [made]
    assert (made.side, made.accepted_by, made.accepted_at) == (Side.VENDOR, "usr_v", NOW)
    assert made.terms_sha256 == contract.terms_sha256()


def test_a_period_of_one_day_is_a_period(contract: Contract) -> None:
    contract.ends_on = contract.starts_on
    assert contract.faults() == []


def test_the_fingerprint_is_over_sorted_json_without_spaces(contract: Contract) -> None:
    """As docs/security.md says, so that either side can work it out again."""
    contract.title = "验收 service"
    said = json.dumps(
        contract.terms(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    assert "验收".encode() in said
    assert contract.terms_sha256() == hashlib.sha256(said).hexdigest()


def test_the_terms_hold_all_that_was_awarded(contract: Contract) -> None:
    award, terms = an_award(), contract.terms()
    for name in ("buyer_id", "organisation_id", "title"):
        assert terms[name] == award[name]
    assert (terms["number"], terms["award_id"]) == ("CT-2026-001", str(contract.award_id))
    assert terms["time_zone"] == contract.time_zone
    assert terms["value"] == spelled(contract.value)
    assert terms["charges"] == {
        "monthly": f"{contract.monthly:.2f}", "one_off": f"{contract.one_off:.2f}"
    }  # fmt: skip
    assert terms["period"] == {
        "starts_on": str(contract.starts_on), "ends_on": str(contract.ends_on)
    }  # fmt: skip
    assert terms["sla"] == [level.terms() for level in contract.sla] != []
    assert terms["documents"] == [dict(each) for each in contract.documents]


def test_the_terms_of_a_level_are_those_that_monitoring_reads(contract: Contract) -> None:
    [level, *_] = contract.sla
    assert level.terms() == {
        "metric_id": str(level.id), "title": level.title, "unit": level.unit,
        "formula": level.formula.value, "direction": level.direction.value,
        "target": str(level.target), "minimum": plain(level.minimum), "window": level.window,
        "tiers": [{"from": plain(each.lowest), "to": plain(each.below),
                   "percent": plain(each.percent)} for each in level.tiers],
    }  # fmt: skip


def test_the_terms_of_a_milestone_say_when_and_how_much(contract: Contract) -> None:
    milestone = contract.milestones[1]
    assert contract.terms()["milestones"][1] == {
        "milestone_id": str(milestone.id), "number": 2, "title": "Review 验收",
        "due_on": "2027-03-01", "percent": "60",
        "acceptance_criteria": milestone.acceptance_criteria,
    }  # fmt: skip


def test_a_level_shows_a_figure_by_its_own_target_and_tiers(contract: Contract) -> None:
    level = contract.sla[0]
    level.target, level.direction = D(95), Direction.HIGHER
    level.tiers = (Tier(None, D(90), D(10)), Tier(D(90), None, D(0)))
    assert [str(level.shown(D(each))) for each in ("94.9951", "89.9951", "93.1251")] == [
        "94.995", "89.995", "93.13",
    ]  # fmt: skip
    level.target, level.direction = D("93.1251"), Direction.LOWER
    assert str(level.shown(D("93.1251"))) == "93.125"


@pytest.mark.parametrize(
    ("figure", "target", "shown"),
    [("3.0049", "3", "3.005"), ("3", "3", "3"), ("2.9951", "3", "3.00"), ("3.125", "4", "3.13")],
)
def test_where_lower_is_better_a_miss_is_not_shown_as_the_target(
    figure: str, target: str, shown: str
) -> None:
    assert str(for_reading(D(figure), D(target), Direction.LOWER, [])) == shown


@pytest.mark.parametrize(
    "edges", [[(None, 90), (90, 90), (90, None)], [(None, 90), (None, None)], [(1, 2), (2, None)]]
)
def test_a_tier_without_values_or_with_an_open_end_inside_is_refused(
    edges: list[tuple[int | None, int | None]],
) -> None:
    ends = [[None if end is None else D(end) for end in edge] for edge in edges]
    assert not tiers_are_whole([Tier(low, high, D(0)) for low, high in ends])


def test_a_tier_that_says_no_percent_credits_nothing() -> None:
    assert Tier.read({"from": "90", "to": None, "percent": None}) == Tier(D(90), None, D(0))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("-7100", "CNY", "CNY\u00a0−7,100.00"), ("0", "EUR", "EUR\u00a00.00"),
     ("1234567.5", "JPY", "JPY\u00a01,234,567.5"), ("12", "CHF", "CHF\u00a012.00")],
)  # fmt: skip
def test_an_amount_in_a_sentence_has_its_currency_and_its_sign(
    amount: str, currency: str, text: str
) -> None:
    assert written(Money(D(amount), currency)) == text


def test_figures_are_written_without_an_exponent() -> None:
    assert [plain(D("1E+2")), plain(None), number(None), number("0.5")] == [
        "100", None, None, D("0.5"),
    ]  # fmt: skip


def test_charges_have_the_digits_of_the_currency(contract: Contract) -> None:
    contract.value, contract.monthly, contract.one_off = Money(D(9), "JPY"), D(1000), D("0.5")
    assert contract.charges() == {"monthly": "1000", "one_off": "0.5"}


def test_a_contract_is_in_force_from_the_second_acceptance_on(contract: Contract) -> None:
    contract.accept(Side.VENDOR, "usr_v", None, NOW)
    assert (contract.is_active, contract.activated_at) == (False, None)
    later = NOW + timedelta(hours=1)
    contract.accept(Side.BUYER, "usr_b", None, later)
    assert (contract.is_active, contract.activated_at) == (True, later)
