"""RFPs as the buying side sees them. Members of a committee see those they serve on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.rfp.plans.domain import PlanState
from services.rfp.plans.persistence import plans
from services.rfp.plans.queries import ORDER as PLAN_ORDER
from services.rfp.plans.queries import PlanRow, all_plans
from services.rfp.tenders.domain import Duty, Rfp, Stage
from services.rfp.tenders.persistence import (
    circumstances,
    committee,
    invitations,
    questions,
    rfps,
    stage_at,
)
from services.rfp.tenders.queries.parts import OWN, Asked, parts_of
from services.rfp.tenders.queries.questions import QuestionView, all_questions
from shared import db
from shared.directory import is_of_buyer, organisations, people, person_name
from shared.kernel import Auditor, DomainError, NotFound, Staff

Reader = Staff | Auditor
SEE_ALL = frozenset({"requester", "buyer", "approver", "auditor"})
OVERSEERS = frozenset({"buyer", "auditor"})  # of evaluations
READERS = (*sorted(SEE_ALL), *Duty)


@dataclass(frozen=True)
class RfpRow:
    id: UUID
    number: str
    title: str
    stage: Stage
    deadline_at: datetime
    created_at: datetime
    buyer: str | None


@dataclass(frozen=True)
class Named:
    id: UUID
    name: str


@dataclass(frozen=True, kw_only=True)
class RfpView(Asked):
    """All of an RFP but the bids."""

    plan_id: UUID
    plan_number: str
    plan_title: str
    buyer_id: UUID
    buyer: str
    created_at: datetime
    opened_at: datetime | None
    cancelled_at: datetime | None
    sha256: str
    invitees: Sequence[Named]
    openers: Sequence[Named]
    evaluators: Sequence[Named]
    questions: Sequence[QuestionView]

    def evaluation_is_for(self, reader: Reader) -> bool:
        """Whoever oversees it or serves on it."""
        evaluators = {member.id for member in self.evaluators}
        return reader.person_id in evaluators or not OVERSEERS.isdisjoint(reader.roles)

    @property
    def unanswered(self) -> int:
        return sum(question.answered_at is None for question in self.questions)

    @property
    def first_unanswered(self) -> str:
        waiting = (str(each.id) for each in self.questions if each.answered_at is None)
        return next(waiting, "")


ORDER = (rfps.c.created_at, rfps.c.id)
ROW = (rfps.c.id, rfps.c.number, rfps.c.title, stage_at(), rfps.c.deadline_at, rfps.c.created_at)
ROWS = select(*ROW, people.c.name).outerjoin(people, people.c.id == rfps.c.buyer_id)
STAGES = select(stage_at().label("stage"))
MOMENTS_OF = (rfps.c.created_at, rfps.c.opened_at, rfps.c.cancelled_at)


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """An auditor from outside sees what is named for them, and here nothing is."""
    if isinstance(reader, Auditor):
        return is_of_buyer(reader)
    if not SEE_ALL.isdisjoint(reader.roles):
        return sa.true()
    served = select(committee.c.rfp_id).where(committee.c.person_id == reader.person_id)
    return rfps.c.id.in_(served) & rfps.c.published_at.is_not(None)


def all_rfps(reader: Reader, *, stage: Stage | None = None) -> sa.Select[Any]:
    """All RFPs or those in one stage, for `paginate` with ORDER and RfpRow."""
    seen = ROWS.where(visible_to(reader))
    return seen.where(stage_at() == stage) if stage else seen


def rfp_counts(session: Session, reader: Reader) -> Mapping[Stage, int]:
    stages = STAGES.where(visible_to(reader)).subquery()
    counted = select(stages.c.stage, func.count()).group_by(stages.c.stage)
    return dict(session.execute(counted).all())


def show_rfp(session: Session, reader: Reader, rfp_id: UUID) -> RfpView:
    more = (rfps.c.plan_id, plans.c.number.label("plan_number"), plans.c.title.label("plan_title"))
    known = select(*OWN, *more, rfps.c.buyer_id, *MOMENTS_OF).join_from(rfps, plans)
    row = session.execute(known.where(rfps.c.id == rfp_id, visible_to(reader))).one_or_none()
    if row is None:
        raise NotFound
    people_on_it: Any = {
        "openers": members(session, rfp_id, Duty.OPENER),
        "evaluators": members(session, rfp_id, Duty.EVALUATOR),
        "invitees": invited(session, rfp_id),
        "questions": all_questions(session, rfp_id),
        "buyer": person_name(session, row.buyer_id),
        "sha256": session.get_one(Rfp, rfp_id).sha256(),
    }
    return RfpView(**row._mapping, **parts_of(session, rfp_id), **people_on_it)


def members(session: Session, rfp_id: UUID, duty: Duty) -> list[Named]:
    serving = select(committee.c.person_id, people.c.name)
    named = serving.outerjoin(people, people.c.id == committee.c.person_id)
    own = named.where(committee.c.rfp_id == rfp_id, committee.c.duty == duty)
    rows = session.execute(own.order_by(people.c.name, committee.c.person_id).limit(100))
    return [Named(person_id, name or "") for person_id, name in rows]


def invited(session: Session, rfp_id: UUID) -> list[Named]:
    asked = select(invitations.c.organisation_id, organisations.c.name)
    named = asked.outerjoin(organisations, organisations.c.id == invitations.c.organisation_id)
    own = named.where(invitations.c.rfp_id == rfp_id)
    rows = session.execute(own.order_by(organisations.c.name, organisations.c.id).limit(500))
    return [Named(organisation_id, name or "") for organisation_id, name in rows]


def obstacles(session: Session, rfp_id: UUID, *, least_lead: timedelta) -> list[DomainError]:
    """What would keep this draft from being published now. The use case asks again."""
    rfp = session.get_one(Rfp, rfp_id)
    now = db.clock(session)
    return rfp.obstacles(circumstances(session, rfp, now=now, least_lead=least_lead))


def plans_without_rfp(session: Session, buyer: Staff) -> list[PlanRow]:
    """Approved plans of which no RFP is under way or awarded, the oldest first."""
    counting = stage_at().not_in((Stage.UNSUCCESSFUL, Stage.CANCELLED))
    made = select(rfps.c.id).where(rfps.c.plan_id == plans.c.id, counting).exists()
    waiting = all_plans(buyer, state=PlanState.APPROVED).where(~made)
    rows = session.execute(waiting.order_by(*PLAN_ORDER).limit(100))
    return [PlanRow(*row) for row in rows]


def drafts_to_publish(session: Session, buyer: Staff) -> list[RfpRow]:
    """One's own drafts, the most urgent first."""
    own = all_rfps(buyer, stage=Stage.DRAFT).where(rfps.c.buyer_id == buyer.user_id)
    rows = session.execute(own.order_by(rfps.c.deadline_at, rfps.c.id).limit(100))
    return [RfpRow(*row) for row in rows]


def rfps_with_questions(session: Session, buyer: Staff) -> list[RfpRow]:
    """One's own RFPs in which somebody waits for an answer, the most urgent first."""
    waiting = select(questions.c.rfp_id).where(questions.c.answered_at.is_(None))
    own = all_rfps(buyer).where(rfps.c.buyer_id == buyer.user_id, rfps.c.id.in_(waiting))
    own = own.where(stage_at().not_in((Stage.UNSUCCESSFUL, Stage.CANCELLED)))
    rows = session.execute(own.order_by(rfps.c.deadline_at, rfps.c.id).limit(100))
    return [RfpRow(*row) for row in rows]


def rfps_to_watch(session: Session, buyer: Staff) -> list[RfpRow]:
    """One's own RFPs that take bids or wait for their openers, the most urgent first."""
    own = all_rfps(buyer).where(stage_at().in_([Stage.OPEN, Stage.CLOSED]))
    own = own.where(rfps.c.buyer_id == buyer.user_id)
    rows = session.execute(own.order_by(rfps.c.deadline_at, rfps.c.id).limit(100))
    return [RfpRow(*row) for row in rows]
