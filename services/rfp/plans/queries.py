"""Reads of plans. Staff see all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.rfp.plans.domain import EDITABLE, Category, Plan, PlanState, planned_cost
from services.rfp.plans.persistence import plan_lines, plans
from shared import audit
from shared.directory import is_of_buyer, people, person_name
from shared.kernel import Auditor, NotFound, Staff

Reader = Staff | Auditor
READERS = ("requester", "buyer", "approver", "auditor")


@dataclass(frozen=True)
class PlanRow:
    id: UUID
    number: str
    title: str
    state: PlanState
    currency: str
    cost_ceiling: Decimal
    starts_on: date
    ends_on: date
    created_at: datetime
    requester: str | None


@dataclass(frozen=True)
class Line:
    title: str
    category: Category
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """A plan with all that its page shows. Amounts in `currency`."""

    id: UUID
    number: str
    title: str
    objectives: str
    scope_in: str
    scope_out: str
    starts_on: date
    ends_on: date
    currency: str
    cost_ceiling: Decimal
    contingency: Decimal
    state: PlanState
    requester_id: UUID
    approver_id: UUID | None
    decided_at: datetime | None
    decision_reason: str | None
    created_at: datetime
    lines: Sequence[Line]
    sha256: str
    requester: str
    approver: str

    @property
    def total(self) -> Decimal:
        """Cost lines and contingency together."""
        return planned_cost((line.amount for line in self.lines), self.contingency)

    def can_be_edited_by(self, reader: Reader) -> bool:
        return self.state in EDITABLE and self.requester_id == reader.person_id

    def can_be_decided_by(self, reader: Reader) -> bool:
        waits = self.state is PlanState.SUBMITTED and "approver" in reader.roles
        return waits and self.requester_id != reader.person_id


ROW = [plans.c[name] for name in PlanRow.__dataclass_fields__ if name != "requester"]
ORDER = (plans.c.created_at, plans.c.id)


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """Staff see all of them. An auditor from outside sees what is named for them: here nothing."""
    return is_of_buyer(reader) if isinstance(reader, Auditor) else sa.true()


def all_plans(reader: Reader, *, state: PlanState | None = None) -> sa.Select[Any]:
    """All plans or those in one state, for `paginate` with ORDER and PlanRow."""
    rows = select(*ROW, people.c.name).outerjoin(people, people.c.id == plans.c.requester_id)
    seen = rows.where(visible_to(reader))
    return seen.where(plans.c.state == state) if state else seen


def plan_counts(session: Session, reader: Reader) -> Mapping[PlanState, int]:
    counted = select(plans.c.state, func.count()).where(visible_to(reader)).group_by(plans.c.state)
    return dict(session.execute(counted).all())


def show_plan(session: Session, reader: Reader, plan_id: UUID) -> PlanView:
    own = select(plans).where(plans.c.id == plan_id, visible_to(reader))
    row = session.execute(own).one_or_none()
    if row is None:
        raise NotFound
    return PlanView(
        **row._mapping,
        lines=lines_of(session, plan_id),
        sha256=session.get_one(Plan, plan_id).sha256(),
        requester=person_name(session, row.requester_id),
        approver=person_name(session, row.approver_id),
    )


def last_action(session: Session, plan_id: UUID) -> str:
    """What was done with a plan last, as the audit names it."""
    entries = audit.history(session, f"plan:{plan_id}", limit=1)
    return entries[0].action if entries else ""


def own_plan(session: Session, requester: Staff, plan_id: UUID) -> PlanView:
    """One's own plan while it can still be changed."""
    plan = show_plan(session, requester, plan_id)
    if not plan.can_be_edited_by(requester):
        raise NotFound
    return plan


def lines_of(session: Session, plan_id: UUID) -> list[Line]:
    lines = select(plan_lines.c.title, plan_lines.c.category, plan_lines.c.amount)
    own = lines.where(plan_lines.c.plan_id == plan_id).order_by(plan_lines.c.position).limit(200)
    return [Line(*row) for row in session.execute(own)]


def plans_to_decide(session: Session, approver: Staff) -> list[PlanRow]:
    """Submitted plans of others, the oldest first."""
    others = plans.c.requester_id != approver.user_id
    waiting = all_plans(approver, state=PlanState.SUBMITTED).where(others)
    rows = session.execute(waiting.order_by(*ORDER).limit(100))
    return [PlanRow(*row) for row in rows]


def plans_to_rework(session: Session, requester: Staff) -> list[PlanRow]:
    """One's own plans that were rejected."""
    own = all_plans(requester, state=PlanState.REJECTED)
    mine = own.where(plans.c.requester_id == requester.user_id)
    return [PlanRow(*row) for row in session.execute(mine.order_by(*ORDER).limit(100))]


def drafts_to_submit(session: Session, requester: Staff) -> list[PlanRow]:
    """One's own plans that nobody has been asked to approve."""
    own = all_plans(requester, state=PlanState.DRAFT)
    mine = own.where(plans.c.requester_id == requester.user_id)
    return [PlanRow(*row) for row in session.execute(mine.order_by(*ORDER).limit(100))]


def plans_under_decision(session: Session, requester: Staff) -> list[PlanRow]:
    """One's own plans that wait for an approver."""
    own = all_plans(requester, state=PlanState.SUBMITTED)
    mine = own.where(plans.c.requester_id == requester.user_id)
    return [PlanRow(*row) for row in session.execute(mine.order_by(*ORDER).limit(100))]
