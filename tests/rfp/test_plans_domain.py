"""plans/domain: what becomes of a plan's content, and what a fingerprint stands for."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from support.actors import an_id
from support.rfps import a_plan

from services.rfp.plans.domain import (
    Category,
    Decision,
    PlanChanged,
    PlanContent,
    PlanEndsBeforeItBegins,
    PlanLine,
    PlanMoved,
    PlanOverCeiling,
    PlanState,
    PlanWithoutCosts,
    ReasonNeeded,
    faults,
    fingerprint,
    planned_cost,
    spelled,
)
from shared.kernel import DomainError, Money

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
D = Decimal
OTHER: dict[str, Any] = {
    "title": "Other", "objectives": "Fewer", "scope_in": "Mail", "scope_out": "Calls",
    "starts_on": date(2026, 9, 2), "ends_on": date(2027, 8, 30), "currency": "EUR",
    "cost_ceiling": D(101), "contingency": D(11),
    "lines": (PlanLine(1, "Rent", Category.OTHER, D(70)),),
}  # fmt: skip


def test_a_rewritten_plan_says_all_that_was_written() -> None:
    plan = a_plan(state=PlanState.DRAFT)
    plan.rewrite(PlanContent(**OTHER))
    for name, value in OTHER.items():
        assert getattr(plan, name) == (list(value) if name == "lines" else value)
    assert isinstance(plan.lines, list)  # lines are added to what is stored


def test_content_that_is_wrong_leaves_the_plan_as_it_was() -> None:
    plan = a_plan(state=PlanState.DRAFT)
    before = plan.sha256()
    with pytest.raises(PlanWithoutCosts):
        plan.rewrite(PlanContent(**OTHER | {"lines": []}))
    assert plan.sha256() == before


@pytest.mark.parametrize("name", OTHER)
def test_the_fingerprint_covers_all_that_is_written(name: str) -> None:
    plan, before = a_plan(), a_plan().sha256()
    assert plan.sha256() == before
    setattr(plan, name, list(OTHER[name]) if name == "lines" else OTHER[name])
    assert plan.sha256() != before


@pytest.mark.parametrize(
    "changes", [{"title": "Chairs"}, {"category": Category.OTHER}, {"amount": D("0.01")}]
)
def test_the_fingerprint_covers_each_line_but_not_its_row(changes: dict[str, Any]) -> None:
    plan = a_plan()
    before = plan.sha256()
    first = plan.lines[0]
    plan.lines[0] = replace(first, id=an_id("another row"))
    assert plan.sha256() == before
    plan.lines[0] = replace(first, **changes)
    assert plan.sha256() != before


def test_who_has_seen_another_text_hears_of_which_plan() -> None:
    plan = a_plan()
    plan.require_seen(None)
    plan.require_seen(plan.sha256())
    with pytest.raises(PlanChanged) as refused:
        plan.require_seen("0" * 64)
    assert refused.value.params == {"title": plan.title}


@pytest.mark.parametrize("state", [PlanState.APPROVED, PlanState.SUBMITTED])
def test_a_refused_move_names_the_plan_and_where_it_stands(state: PlanState) -> None:
    plan = a_plan(state=state)
    for attempt in (plan.submit, lambda: plan.rewrite(PlanContent(**OTHER))):
        with pytest.raises(PlanMoved) as refused:
            attempt()
        assert refused.value.params == {"title": plan.title, "state": state}


def test_a_decision_is_kept_and_forgotten_when_the_plan_is_submitted_again() -> None:
    plan = a_plan(state=PlanState.SUBMITTED)
    plan.decide(Decision.REJECT, approver_id=an_id("approver"), reason="Too dear.", now=NOW)
    kept = (plan.approver_id, plan.decided_at, plan.decision_reason)
    assert kept == (an_id("approver"), NOW, "Too dear.")
    plan.submit()
    assert plan.state is PlanState.SUBMITTED
    assert (plan.approver_id, plan.decided_at, plan.decision_reason) == (None, None, None)


def test_a_form_is_judged_as_far_as_it_is_filled_in() -> None:
    day, cost = date(2026, 9, 1), PlanContent(**OTHER | {"cost_ceiling": D(80)}).cost()
    assert list(faults(None, day, None, None)) == []
    assert list(faults(day, None, [1], None)) == []
    assert list(faults(day, day, [1], None)) == []
    assert [type(each).__name__ for each in faults(day, date(2026, 8, 31), [], cost)] == [
        "PlanEndsBeforeItBegins", "PlanWithoutCosts", "PlanOverCeiling",
    ]  # fmt: skip


def test_a_fingerprint_is_over_sorted_json_where_figures_have_no_final_zeros() -> None:
    said = {"b": D("1.50"), "a": "验收", "c": [D("1E+2"), NOW]}
    text = '{"a":"验收","b":"1.5","c":["100","2026-11-22 09:00:00+00:00"]}'
    assert json.loads(text)["c"][0] == spelled(D("100.00")) == "100"
    assert fingerprint(said) == hashlib.sha256(text.encode()).hexdigest()


def test_a_plan_costs_its_lines_and_its_reserve() -> None:
    assert planned_cost([D(60), D("30.5")], D(10)) == D("100.5")
    assert planned_cost([], D(10)) == 10


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"cost_ceiling": D(81)}, None),  # 70 and a reserve of 11
        ({"cost_ceiling": D("80.99")}, PlanOverCeiling),
        ({"ends_on": date(2026, 9, 1)}, PlanEndsBeforeItBegins),
    ],
)
def test_a_plan_lasts_and_keeps_to_its_ceiling(
    changes: dict[str, Any], refusal: type[DomainError] | None
) -> None:
    content = PlanContent(**OTHER | changes)
    if refusal is None:
        content.check()
        return
    with pytest.raises(refusal) as refused:
        content.check()
    over = {"total": Money(D(81), "EUR"), "ceiling": Money(content.cost_ceiling, "EUR")}
    assert refused.value.params == (over if refusal is PlanOverCeiling else {})


@pytest.mark.parametrize("decision", Decision)
def test_only_a_rejection_has_to_say_why(decision: Decision) -> None:
    plan = a_plan(state=PlanState.SUBMITTED)
    said = {"approver_id": an_id("approver"), "reason": "", "now": NOW}
    if decision is Decision.REJECT:
        with pytest.raises(ReasonNeeded):
            plan.decide(decision, **said)
    else:
        plan.decide(decision, **said)
        assert plan.decision_reason is None
