"""What is written, who hears of it, and what happens at the deadline."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from support.actors import an_id, staff, vendor, vendor_client
from support.database import Sessions, events, know, rows
from support.rfps import BIDDERS, NOW, a_plan, an_rfp, stored
from support.tendering import (
    BUYER,
    HUAYUN,
    LEAD,
    NORDWIND,
    STRANGER,
    answer,
    ask,
    content,
    draft,
    notices,
    publish,
)

from services.rfp.plans.domain import Plan, PlanState
from services.rfp.tenders import usecases
from services.rfp.tenders.domain import (
    Duty,
    Invitation,
    Lot,
    Member,
    Rfp,
    Stage,
    default_criteria,
    errors,
)
from services.rfp.tenders.persistence import criteria, lots, questions, rfps
from services.rfp.tenders.queries import staff as staff_queries
from services.rfp.tenders.queries import vendors as vendor_queries
from shared.audit import audit_entries
from shared.directory import people
from shared.kernel import NotFound, Vendor


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
