import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from support.actors import an_id, staff
from support.database import Sessions, events, rows
from support.rfps import NOW, a_plan, stored

from services.rfp.plans import domain, usecases
from services.rfp.plans.domain import (
    EDITABLE,
    MOVES,
    Category,
    Decision,
    Plan,
    PlanContent,
    PlanLine,
    PlanState,
)
from services.rfp.plans.persistence import plan_lines, plans
from shared.audit import audit_entries
from shared.kernel import NotFound, Staff

REQUESTER, APPROVER = staff("requester"), staff("approver")


def content(**changes: Any) -> PlanContent:
    written: dict[str, Any] = {
        "title": "Service desk",
        "objectives": "Nine calls of ten within a minute",
        "scope_in": "Calls",
        "scope_out": "",
        "starts_on": date(2026, 9, 1),
        "ends_on": date(2027, 8, 31),
        "currency": "CNY",
        "cost_ceiling": Decimal(100),
        "contingency": Decimal(10),
        "lines": [
            PlanLine(1, "Agents", Category.LABOUR, Decimal(60)),
            PlanLine(2, "Seats", Category.EQUIPMENT, Decimal(30)),
        ],
    }
    return PlanContent(**(written | changes))


def do(
    sessions: Sessions, usecase: Callable[..., Any], actor: Staff, *args: Any, **more: Any
) -> Any:
    with sessions.begin() as session:
        return usecase(session, actor, *args, **more)


class TestRules:
    def test_lines_and_reserve_may_reach_the_ceiling_and_not_exceed_it(self) -> None:
        content(cost_ceiling=Decimal(100)).check()
        with pytest.raises(domain.PlanOverCeiling, match=r"CNY 100, .*CNY 99\.99"):
            content(cost_ceiling=Decimal("99.99")).check()

    def test_a_plan_has_costs_and_does_not_end_before_it_begins(self) -> None:
        with pytest.raises(domain.PlanWithoutCosts):
            content(lines=[]).check()
        with pytest.raises(domain.PlanEndsBeforeItBegins):
            content(ends_on=date(2026, 8, 31)).check()
        content(ends_on=date(2026, 9, 1)).check()

    @pytest.mark.parametrize("state", PlanState)
    @pytest.mark.parametrize("move", ["submit", *Decision])
    def test_every_move_is_in_the_table_or_refused(self, state: PlanState, move: str) -> None:
        plan = a_plan(state=state)
        if (state, move) in MOVES:
            plan.move(move)
            assert plan.state is MOVES[state, move]
        else:
            with pytest.raises(domain.PlanMoved):
                plan.move(move)

    @pytest.mark.parametrize("state", PlanState)
    def test_only_drafts_and_rejected_plans_are_rewritten(self, state: PlanState) -> None:
        plan = a_plan(state=state)
        if state in EDITABLE:
            plan.rewrite(content(title="New"))
            assert plan.title == "New"
        else:
            with pytest.raises(domain.PlanMoved):
                plan.rewrite(content())

    def test_nobody_decides_on_their_own_plan(self) -> None:
        plan = a_plan(state=PlanState.SUBMITTED)
        for decision in Decision:
            with pytest.raises(domain.OwnPlan):
                plan.decide(decision, approver_id=plan.requester_id, reason="x", now=NOW)

    def test_a_rejection_needs_a_reason_and_an_approval_does_not(self) -> None:
        plan = a_plan(state=PlanState.SUBMITTED)
        with pytest.raises(domain.ReasonNeeded):
            plan.decide(Decision.REJECT, approver_id=APPROVER.user_id, reason="", now=NOW)
        plan.decide(Decision.APPROVE, approver_id=APPROVER.user_id, reason="", now=NOW)
        assert plan.decision_reason is None and plan.decided_at == NOW


class TestUseCases:
    def test_writing_numbers_plans_per_year_and_records_it(self, sessions: Sessions) -> None:
        first: Plan = do(sessions, usecases.write_plan, REQUESTER, content(), now=NOW)
        second: Plan = do(sessions, usecases.write_plan, REQUESTER, content(), now=NOW)
        numbers = [f"PLAN-{NOW.year}-001", f"PLAN-{NOW.year}-002"]
        assert [first.number, second.number] == numbers
        [entry] = rows(sessions, audit_entries, chain=f"plan:{first.id}")
        assert (entry.action, entry.actor) == ("plan_written", REQUESTER.subject)
        amounts = {row.amount for row in rows(sessions, plan_lines, plan_id=first.id)}
        assert amounts == {60, 30}

    def test_a_refused_plan_leaves_nothing(self, sessions: Sessions) -> None:
        with pytest.raises(domain.PlanOverCeiling):
            do(
                sessions,
                usecases.write_plan,
                REQUESTER,
                content(cost_ceiling=Decimal(1)),
                now=NOW,
            )
        assert rows(sessions, plans) == [] and rows(sessions, audit_entries) == []

    def test_rewriting_replaces_the_lines(self, sessions: Sessions) -> None:
        plan = stored(sessions, a_plan(state=PlanState.DRAFT))
        changed = content(lines=[PlanLine(1, "One", Category.OTHER, Decimal(5))])
        do(sessions, usecases.rewrite_plan, REQUESTER, changed, plan_id=plan.id)
        assert [row.title for row in rows(sessions, plan_lines)] == ["One"]
        assert rows(sessions, audit_entries)[-1].action == "plan_changed"

    def test_submitting_tells_the_approvers_but_not_the_writer(self, sessions: Sessions) -> None:
        writer = staff("writer", "requester", "approver")
        plan = stored(sessions, a_plan(state=PlanState.DRAFT, requester_id=writer.user_id))
        do(sessions, usecases.submit_plan, writer, plan_id=plan.id, now=NOW)
        told = [row.subject for row in events(sessions, "notice_raised")]
        assert told == [str(APPROVER.user_id)]

    def test_a_decision_tells_the_requester_once(self, sessions: Sessions) -> None:
        plan = stored(sessions, a_plan(state=PlanState.SUBMITTED))
        decide = {"plan_id": plan.id, "decision": Decision.REJECT, "reason": "Too dear", "now": NOW}
        do(sessions, usecases.decide_plan, APPROVER, **decide)
        with pytest.raises(domain.PlanMoved):
            do(sessions, usecases.decide_plan, APPROVER, **decide)
        [notice] = events(sessions, "notice_raised")
        said = json.loads(notice.payload)
        assert notice.subject == str(plan.requester_id) and said["template"] == "plan_sent_back"
        assert said["params"]["reason"] == "Too dear"
        entry = rows(sessions, audit_entries)[-1]
        assert entry.action == "plan_rejected" and entry.detail["reason"] == "Too dear"

    def test_an_approval_tells_the_requester_and_every_buyer(self, sessions: Sessions) -> None:
        plan = stored(sessions, a_plan(state=PlanState.SUBMITTED))
        decide = {"plan_id": plan.id, "decision": Decision.APPROVE, "reason": "", "now": NOW}
        do(sessions, usecases.decide_plan, APPROVER, **decide)
        told = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
        assert {(each["template"], each["person_id"]) for each in told} == {
            ("plan_approved", str(plan.requester_id)), ("plan_to_tender", str(an_id("buyer"))),
        }  # fmt: skip

    def test_a_rejected_plan_is_submitted_again_and_forgets_the_decision(
        self, sessions: Sessions
    ) -> None:
        plan = stored(sessions, a_plan(state=PlanState.SUBMITTED))
        decide = {"plan_id": plan.id, "decision": Decision.REJECT, "reason": "Too dear", "now": NOW}
        do(sessions, usecases.decide_plan, APPROVER, **decide)
        do(sessions, usecases.submit_plan, REQUESTER, plan_id=plan.id, now=NOW)
        [row] = rows(sessions, plans)
        assert (row.state, row.approver_id, row.decision_reason) == ("submitted", None, None)
        told = [row.subject for row in events(sessions, "notice_raised")]
        assert told.count(str(plan.requester_id)) == told.count(str(APPROVER.user_id)) == 1

    def test_somebody_elses_plan_is_neither_changed_nor_submitted(self, sessions: Sessions) -> None:
        plan = stored(sessions, a_plan(state=PlanState.DRAFT))
        other = replace(staff("requester2"), roles=frozenset({"requester"}))
        with pytest.raises(NotFound):
            do(sessions, usecases.submit_plan, other, plan_id=plan.id, now=NOW)
        with pytest.raises(NotFound):
            do(sessions, usecases.rewrite_plan, other, content(), plan_id=plan.id)


def test_two_approvers_who_decide_at_once_decide_once(committed: Sessions) -> None:
    plan = stored(committed, a_plan(state=PlanState.SUBMITTED))
    outcomes: list[str] = []

    def decide(decision: Decision) -> None:
        asked = {"plan_id": plan.id, "decision": decision, "reason": "x", "now": NOW}
        try:
            do(committed, usecases.decide_plan, APPROVER, **asked)
            outcomes.append(decision)
        except domain.PlanMoved:
            outcomes.append("refused")

    threads = [threading.Thread(target=decide, args=(each,)) for each in Decision]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert "refused" in outcomes and len(set(outcomes)) == 2
    [*told] = (json.loads(row.payload)["template"] for row in events(committed, "notice_raised"))
    assert told in (["plan_sent_back"], ["plan_approved", "plan_to_tender"])
