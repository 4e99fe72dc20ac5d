"""What is written, who hears of it, and what happens at the deadline and at the same time."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from support.actors import an_id, staff, vendor, vendor_client
from support.database import Sessions, events, know, rows
from support.rfps import BIDDERS, NOW, a_plan, an_rfp, stored

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders import usecases
from services.rfp.tenders.domain import (
    Duty,
    Invitation,
    Lot,
    Member,
    Question,
    Rfp,
    RfpContent,
    Stage,
    default_criteria,
    errors,
)
from services.rfp.tenders.persistence import criteria, load_rfp, lots, questions, rfps
from services.rfp.tenders.queries import staff as staff_queries
from services.rfp.tenders.queries import vendors as vendor_queries
from shared.audit import audit_entries
from shared.directory import people
from shared.kernel import DomainError, NotFound, Vendor

BUYER, HUAYUN, NORDWIND = staff("buyer"), vendor("huayun"), vendor("nordwind")
STRANGER = vendor("stranger")
LEAD = timedelta(seconds=5)
CONTENT = (
    "title", "description", "currency", "time_zone", "starts_on", "ends_on", "deadline_at",
    "price_formula", "lots", "criteria", "sla_targets", "milestones", "invitations", "committee",
)  # fmt: skip


def content(plan: Plan, **changes: Any) -> RfpContent:
    written = an_rfp(plan, draft=True, **changes)
    return RfpContent(**{name: getattr(written, name) for name in CONTENT})


def draft(sessions: Sessions, plan: Plan, **changes: Any) -> Rfp:
    with sessions.begin() as session:
        made = content(plan, **changes)
        return usecases.draft_rfp(session, BUYER, made, plan_id=plan.id, now=NOW)


def publish(sessions: Sessions, rfp: Rfp) -> None:
    with sessions.begin() as session:
        usecases.publish_rfp(session, BUYER, rfp_id=rfp.id, least_lead=LEAD)


def ask(sessions: Sessions, rfp: Rfp, who: Vendor = HUAYUN, text: str = "Why?") -> Question:
    with sessions.begin() as session:
        return usecases.ask_question(session, who, rfp_id=rfp.id, text=text)


def answer(sessions: Sessions, question: Question, text: str = "Because.") -> None:
    with sessions.begin() as session:
        asked = {"question_id": question.id, "text": text, "now": NOW}
        usecases.answer_question(session, BUYER, **asked)


def notices(sessions: Sessions, template: str) -> list[dict[str, Any]]:
    found = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    return [notice for notice in found if notice["template"] == template]


class TestDrafting:
    def test_a_draft_is_numbered_recorded_and_told_to_nobody(
        self, sessions: Sessions, plan: Plan
    ) -> None:
        made = draft(sessions, plan)
        assert made.number == f"RFP-{NOW.year}-001"
        [entry] = rows(sessions, audit_entries, chain=f"rfp:{made.id}")
        assert entry.action == "rfp_drafted" and events(sessions) == []
        assert sum(row.weight for row in rows(sessions, criteria)) == 100

    @pytest.mark.parametrize("state", [s for s in PlanState if s is not PlanState.APPROVED])
    def test_only_an_approved_plan_becomes_an_rfp(
        self, sessions: Sessions, state: PlanState
    ) -> None:
        with pytest.raises(errors.PlanNotApproved):
            draft(sessions, stored(sessions, a_plan(state=state)))
        assert rows(sessions, rfps) == []

    def test_the_currency_is_the_plans(self, sessions: Sessions, plan: Plan) -> None:
        with pytest.raises(errors.CurrencyDiffers):
            draft(sessions, plan, currency="EUR")

    def test_nobody_has_two_duties(self, sessions: Sessions, plan: Plan) -> None:
        one = an_id("opener1")
        with pytest.raises(errors.TwoDuties):
            draft(sessions, plan, committee=[Member(one, duty) for duty in Duty])

    def test_a_rewritten_draft_has_new_parts_only(self, sessions: Sessions, plan: Plan) -> None:
        made = draft(sessions, plan)
        changed = content(plan, title="Help desk", lots=[Lot(1, "All")])
        with sessions.begin() as session:
            usecases.rewrite_rfp(session, BUYER, changed, rfp_id=made.id)
        assert [row.title for row in rows(sessions, lots)] == ["All"]
        assert rows(sessions, rfps)[0].title == "Help desk"

    def test_a_published_rfp_is_not_rewritten(self, sessions: Sessions, rfp: Rfp) -> None:
        with pytest.raises(errors.RfpPublished), sessions.begin() as session:
            usecases.rewrite_rfp(session, BUYER, content(a_plan()), rfp_id=rfp.id)


class TestPublishing:
    def test_it_is_announced_once_to_services_and_to_the_invited(
        self, sessions: Sessions, plan: Plan
    ) -> None:
        made = draft(sessions, plan)
        publish(sessions, made)
        with pytest.raises(errors.RfpPublished):
            publish(sessions, made)
        [event] = events(sessions, "rfp_published")
        data = json.loads(event.payload)
        assert data["number"] == made.number and len(data["lots"]) == 2
        told = notices(sessions, "rfp_published")
        assert {n["person_id"] for n in told} == {str(an_id(name)) for name in BIDDERS}
        assert all(n["due_at"] and n["path"].startswith("/portal/") for n in told)
        assert str(an_id("huayun-org")) not in event.payload.decode()
        [own] = notices(sessions, "plan_tendered")
        assert (own["person_id"], own["path"]) == (str(plan.requester_id), f"/admin/rfps/{made.id}")

    def test_the_databases_clock_decides_whether_the_lead_suffices(
        self, sessions: Sessions, plan: Plan, clock: Callable[[datetime], None]
    ) -> None:
        made = draft(sessions, plan)
        clock(made.deadline_at - LEAD + timedelta(microseconds=1))
        with pytest.raises(errors.DeadlineTooSoon):
            publish(sessions, made)
        clock(made.deadline_at - LEAD)
        publish(sessions, made)
        assert rows(sessions, rfps)[0].published_at == made.deadline_at - LEAD

    def test_what_is_missing_leaves_nothing_behind(self, sessions: Sessions, plan: Plan) -> None:
        heavy = default_criteria()
        heavy[0] = replace(heavy[0], weight=Decimal(21))
        made = draft(sessions, plan, criteria=heavy)
        with pytest.raises(errors.WeightsOff):
            publish(sessions, made)
        assert events(sessions) == [] and rows(sessions, rfps)[0].published_at is None

    def test_a_vendor_who_is_not_admitted_is_not_invited(
        self, sessions: Sessions, plan: Plan
    ) -> None:
        made = draft(sessions, plan, invitations=[Invitation(STRANGER.vendor_id)])
        with pytest.raises(errors.VendorNotAdmitted):
            publish(sessions, made)

    def test_the_committee_holds_its_roles_in_the_directory(
        self, sessions: Sessions, plan: Plan
    ) -> None:
        made = draft(sessions, plan)
        with sessions.begin() as session:
            session.execute(
                sa.update(people).where(people.c.id == an_id("opener1")).values(roles=["finance"])
            )
        with pytest.raises(errors.RoleMissing):
            publish(sessions, made)


class TestQuestions:
    def test_the_buyer_is_told_and_not_by_whom(self, sessions: Sessions, rfp: Rfp) -> None:
        ask(sessions, rfp)
        [notice] = notices(sessions, "question_asked")
        assert notice["person_id"] == str(rfp.buyer_id)
        assert "huayun" not in str(notice) and str(HUAYUN.vendor_id) not in str(notice)

    def test_an_answer_reaches_every_invited_person_once(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        colleague = vendor("li", "huayun-org")
        know(sessions, replace(colleague, organisation_id=HUAYUN.vendor_id))
        question = ask(sessions, rfp)
        answer(sessions, question)
        with pytest.raises(errors.QuestionAnswered):
            answer(sessions, question, "Or not.")
        told = [notice["person_id"] for notice in notices(sessions, "question_answered")]
        assert sorted(told) == sorted(str(an_id(n)) for n in (*BIDDERS, "li"))

    def test_a_vendors_own_system_may_ask(self, sessions: Sessions, rfp: Rfp) -> None:
        client = vendor_client("erp", "huayun-org")
        asked = ask(sessions, rfp, client)
        assert asked.asked_by is None and asked.organisation_id == HUAYUN.vendor_id

    def test_nobody_asks_at_the_deadline_but_just_before(
        self, sessions: Sessions, rfp: Rfp, clock: Callable[[datetime], None]
    ) -> None:
        clock(rfp.deadline_at)
        with pytest.raises(errors.RfpClosed):
            ask(sessions, rfp)
        clock(rfp.deadline_at - timedelta(microseconds=1))
        ask(sessions, rfp)
        assert len(rows(sessions, questions)) == 1

    def test_who_is_not_invited_finds_nothing(self, sessions: Sessions, rfp: Rfp) -> None:
        with pytest.raises(NotFound):
            ask(sessions, rfp, STRANGER)

    def test_a_draft_is_found_by_no_vendor(self, sessions: Sessions, plan: Plan) -> None:
        with pytest.raises(NotFound):
            ask(sessions, stored(sessions, an_rfp(plan, draft=True)))

    def test_others_see_the_answer_and_only_then_the_question(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        question = ask(sessions, rfp)

        def seen(who: Vendor) -> list[tuple[str, bool]]:
            with sessions.begin() as session:
                found = vendor_queries.opportunity(session, who, rfp.id).questions
                return [(each.text, each.own) for each in found]

        assert seen(HUAYUN) == [("Why?", True)] and seen(NORDWIND) == []
        answer(sessions, question)
        assert seen(HUAYUN) == [("Why?", True)] and seen(NORDWIND) == [("Why?", False)]


class TestReading:
    def test_a_vendor_sees_neither_the_others_nor_the_committee(
        self, sessions: Sessions, rfp: Rfp
    ) -> None:
        with sessions.begin() as session:
            shown = str(vendor_queries.opportunity(session, HUAYUN, rfp.id))
        for hidden in (*BIDDERS, *map(str, map(an_id, ("nordwind-org", "opener1", "buyer")))):
            assert hidden not in shown

    def test_committee_members_see_what_they_serve_on(self, sessions: Sessions, rfp: Rfp) -> None:
        serving, other = staff("evaluator1"), staff("evaluator9", "evaluator")
        with sessions.begin() as session:
            assert staff_queries.show_rfp(session, serving, rfp.id).stage is Stage.OPEN
            with pytest.raises(NotFound):
                staff_queries.show_rfp(session, other, rfp.id)
            assert len(session.execute(staff_queries.all_rfps(serving)).all()) == 1
            assert session.execute(staff_queries.all_rfps(other)).all() == []


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run on connections of their own; the name of what each raised, or nothing."""
    outcomes: list[str] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
            outcomes.append("")
        except DomainError as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


def test_two_buyers_who_publish_at_once_publish_once(committed: Sessions) -> None:
    rfp = stored(committed, an_rfp(stored(committed, a_plan()), draft=True))
    both = at_once(*[lambda: publish(committed, rfp)] * 2)
    assert both == ["", "rfp_published"]
    assert len(events(committed, "rfp_published")) == 1


def test_two_buyers_who_answer_at_once_answer_once(committed: Sessions) -> None:
    rfp = stored(committed, an_rfp(stored(committed, a_plan())))
    question = ask(committed, rfp)
    both = at_once(*[lambda: answer(committed, question)] * 2)
    assert both == ["", "question_answered"]
    assert len(notices(committed, "question_answered")) == len(BIDDERS)


def test_a_question_that_waited_for_the_lock_past_the_deadline_is_refused(
    committed: Sessions,
) -> None:
    with committed() as session:
        in_a_second = session.scalar(sa.text("SELECT clock_timestamp() + interval '1 second'"))
    rfp = stored(committed, an_rfp(stored(committed, a_plan()), deadline_at=in_a_second))
    outcome: list[str] = []
    with committed.begin() as other:
        load_rfp(other, rfp.id)
        asker = threading.Thread(
            target=lambda: outcome.extend(at_once(lambda: ask(committed, rfp)))
        )
        asker.start()
        waiting = sa.text("SELECT clock_timestamp() FROM pg_locks WHERE NOT granted LIMIT 1")
        while (since := other.scalar(waiting)) is None and asker.is_alive():
            time.sleep(0.02)
        assert since and since < in_a_second, "the question did not wait for the lock"
        other.execute(sa.text("SELECT pg_sleep_until(:at)"), {"at": in_a_second})
    asker.join(timeout=30)
    assert outcome == ["rfp_closed"] and rows(committed, questions) == []
