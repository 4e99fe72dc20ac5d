"""Lists of evaluations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.rfp.bids.persistence import opened_bids
from services.rfp.evaluations.domain import Conflict
from services.rfp.evaluations.persistence import evaluators
from services.rfp.evaluations.queries.readers import Reader, oversees
from services.rfp.tenders.domain import Duty, Stage
from services.rfp.tenders.persistence import committee, lots, rfps, stage_at
from shared.directory import is_of_buyer
from shared.kernel import Auditor, Staff

IS_OPENED = rfps.c.opened_at.is_not(None)
ORDER = (rfps.c.opened_at, rfps.c.id)


@dataclass(frozen=True)
class EvaluationRow:
    """`scorers` are the evaluators without an actual conflict."""

    id: UUID
    number: str
    title: str
    stage: Stage
    opened_at: datetime
    evaluated_at: datetime | None
    lots: int
    bids: int
    scorers: int
    submitted: int


def count_of(table: sa.FromClause, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    counted = select(func.count()).select_from(table).where(*conditions)
    return counted.correlate(rfps).scalar_subquery()


OF_RFP = lots.c.rfp_id == rfps.c.id
OWN_EVALUATORS = evaluators.c.rfp_id == rfps.c.id
MEMBERS = (committee.c.rfp_id == rfps.c.id) & (committee.c.duty == Duty.EVALUATOR)
SEAT = (evaluators.c.rfp_id == committee.c.rfp_id) & (
    evaluators.c.person_id == committee.c.person_id
)
EXCLUDED = select(evaluators.c.rfp_id).where(SEAT, evaluators.c.conflict == Conflict.ACTUAL)
SUBMITTED = (
    OWN_EVALUATORS
    & evaluators.c.submitted_at.is_not(None)
    & (evaluators.c.conflict != Conflict.ACTUAL)
)
DEPARTED = ~sa.exists(select(committee.c.rfp_id).where(SEAT, committee.c.duty == Duty.EVALUATOR))
ROW = (
    *(rfps.c[name] for name in ("id", "number", "title")),
    stage_at().label("stage"),
    rfps.c.opened_at,
    rfps.c.evaluated_at,
    count_of(lots, OF_RFP),
    count_of(opened_bids.join(lots, lots.c.id == opened_bids.c.lot_id), OF_RFP),
    count_of(committee, MEMBERS & ~sa.exists(EXCLUDED)) + count_of(evaluators, SUBMITTED, DEPARTED),
    count_of(evaluators, SUBMITTED),
)


def evaluations(reader: Reader) -> sa.Select[Any]:
    """Of opened RFPs, for `paginate` with ORDER and EvaluationRow. Evaluators see their own."""
    return select(*ROW).where(IS_OPENED, visible_to(reader))


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """An auditor from outside sees what is named for them, and here nothing is."""
    if isinstance(reader, Auditor):
        return is_of_buyer(reader)
    return sa.true() if oversees(reader) else named(reader)


def named(reader: Reader) -> sa.ColumnElement[bool]:
    mine = select(committee.c.rfp_id).where(
        committee.c.person_id == reader.person_id, committee.c.duty == Duty.EVALUATOR
    )
    return rfps.c.id.in_(mine)


def evaluations_of(session: Session, evaluator: Staff) -> list[tuple[EvaluationRow, bool]]:
    """Where one's scores are still due, the oldest first, and whether one has declared."""
    seat = (evaluators.c.rfp_id == rfps.c.id) & (evaluators.c.person_id == evaluator.user_id)
    due = evaluators.c.submitted_at.is_(None) & (evaluators.c.conflict != Conflict.ACTUAL)
    waiting = (
        select(*ROW, evaluators.c.declared_at.is_not(None))
        .outerjoin(evaluators, seat)
        .where(stage_at() == Stage.OPENED, named(evaluator))
        .where(evaluators.c.rfp_id.is_(None) | due)
    )
    rows = session.execute(waiting.order_by(*ORDER).limit(100))
    return [(EvaluationRow(*row), declared) for *row, declared in rows]


def evaluations_to_watch(session: Session, buyer: Staff) -> list[EvaluationRow]:
    """One's own RFPs that evaluators are still scoring."""
    return own_in_stage(session, buyer, Stage.OPENED)


def evaluations_to_award(session: Session, buyer: Staff) -> list[EvaluationRow]:
    """One's own RFPs that have a ranking and wait for an award."""
    return own_in_stage(session, buyer, Stage.EVALUATED)


def own_in_stage(session: Session, buyer: Staff, stage: Stage) -> list[EvaluationRow]:
    own = select(*ROW).where(stage_at() == stage, rfps.c.buyer_id == buyer.user_id)
    return [EvaluationRow(*row) for row in session.execute(own.order_by(*ORDER).limit(100))]
