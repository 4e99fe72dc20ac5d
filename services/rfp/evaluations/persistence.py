"""Evaluators and their scores, and how to load what a use case will change."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, registry

from services.rfp.bids.persistence import bids, opened_bids, openings
from services.rfp.evaluations.domain import Conflict, Evaluator, Offer, Panel, Score
from services.rfp.metadata import metadata
from services.rfp.tenders.domain import Duty, Stage
from services.rfp.tenders.persistence import committee, criteria, lots, rfps, stage_at
from shared.db import Instant, choice

evaluators = Table(
    "evaluators",
    metadata,
    Column("rfp_id", ForeignKey(rfps.c.id), primary_key=True),
    Column("person_id", sa.Uuid, primary_key=True),
    Column("conflict", choice(Conflict), nullable=False),
    Column("text", sa.Text, nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("submitted_at", Instant),
)

scores = Table(
    "scores",
    metadata,
    Column("rfp_id", sa.Uuid, nullable=False),
    Column("person_id", sa.Uuid, primary_key=True),
    Column("bid_id", ForeignKey(opened_bids.c.bid_id), primary_key=True),
    Column("criterion_id", ForeignKey(criteria.c.id), primary_key=True),
    Column("grade", sa.Numeric),  # null is a blank: not yet graded
    Column("comment", sa.Text, nullable=False),
    sa.ForeignKeyConstraint(["rfp_id", "person_id"], [evaluators.c.rfp_id, evaluators.c.person_id]),
    CheckConstraint("grade BETWEEN 0 AND 5", name="grade"),
)
sa.Index("ix_scores_rfp_id", scores.c.rfp_id)
sa.Index("ix_scores_bid_id", scores.c.bid_id)

score_reminders = Table(  # whose scores were asked for
    "score_reminders",
    metadata,
    Column("rfp_id", ForeignKey(rfps.c.id), primary_key=True),
    Column("person_id", sa.Uuid, primary_key=True),
    Column("at", Instant, nullable=False),
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Evaluator, evaluators)


SCORE = [scores.c[name] for name in Score.__dataclass_fields__]


def load_panel(session: Session, rfp_id: UUID) -> Panel:
    """The evaluators of an RFP whose row the caller has locked."""
    return panels(session, [rfp_id])[rfp_id]


def panels(session: Session, rfp_ids: Sequence[UUID]) -> Mapping[UUID, Panel]:
    named = select(committee.c.rfp_id, committee.c.person_id).where(
        committee.c.rfp_id.in_(rfp_ids), committee.c.duty == Duty.EVALUATOR
    )
    members: dict[UUID, list[UUID]] = {rfp_id: [] for rfp_id in rfp_ids}
    for rfp_id, person_id in session.execute(named.order_by(committee.c.person_id)):
        members[rfp_id].append(person_id)
    known = session.scalars(select(Evaluator).where(evaluators.c.rfp_id.in_(rfp_ids))).all()
    declared = {rfp_id: {e.person_id: e for e in known if e.rfp_id == rfp_id} for rfp_id in members}
    return {
        rfp_id: Panel(people, declared[rfp_id], departed(people, declared[rfp_id]))
        for rfp_id, people in members.items()
    }


def departed(members: Sequence[UUID], declared: Mapping[UUID, Evaluator]) -> list[UUID]:
    gone = (each for each in declared.values() if each.submitted_at)
    return sorted(each.person_id for each in gone if each.person_id not in members)


def has_acted(session: Session, rfp_id: UUID, person_id: UUID, duty: Duty) -> bool:
    """Opened, or declared something about the bidders."""
    table = openings if duty is Duty.OPENER else evaluators
    mine = (table.c.rfp_id == rfp_id) & (table.c.person_id == person_id)
    return session.scalar(select(table.c.person_id).where(mine)) is not None


def scores_of(session: Session, rfp_id: UUID, person_id: UUID) -> list[Score]:
    own = select(*SCORE).where(scores.c.rfp_id == rfp_id, scores.c.person_id == person_id)
    rows = session.execute(own.order_by(scores.c.bid_id, scores.c.criterion_id))
    return [Score(*row) for row in rows]


def sheets_of(session: Session, rfp_id: UUID, people: Sequence[UUID]) -> dict[UUID, list[Score]]:
    return {person_id: scores_of(session, rfp_id, person_id) for person_id in people}


def replace_scores(session: Session, rfp_id: UUID, person_id: UUID, given: Iterable[Score]) -> None:
    """The sheet of one evaluator as it now is."""
    own = (scores.c.rfp_id == rfp_id) & (scores.c.person_id == person_id)
    session.execute(sa.delete(scores).where(own))
    rows = [{"rfp_id": rfp_id, "person_id": person_id} | vars(score) for score in given]
    if rows:
        session.execute(sa.insert(scores), rows)


def cells_to_score(session: Session, rfp_id: UUID) -> set[tuple[UUID, UUID]]:
    """Every opened bid with every criterion but the price."""
    cells = (
        select(opened_bids.c.bid_id, criteria.c.id)
        .join(lots, lots.c.id == opened_bids.c.lot_id)
        .join(criteria, criteria.c.rfp_id == lots.c.rfp_id)
        .where(lots.c.rfp_id == rfp_id, ~criteria.c.is_price)
    )
    return {(bid_id, criterion_id) for bid_id, criterion_id in session.execute(cells)}


def offers_by_lot(
    session: Session, rfp_id: UUID, people: Sequence[UUID]
) -> dict[UUID, list[Offer]]:
    """The opened bids of each lot with what `people` gave them."""
    grades = grades_by_bid(session, rfp_id, people)
    rows = (
        select(opened_bids.c.lot_id, bids.c.id, opened_bids.c.total, bids.c.received_at)
        .join(bids, bids.c.id == opened_bids.c.bid_id)
        .join(lots, lots.c.id == opened_bids.c.lot_id)
        .where(lots.c.rfp_id == rfp_id)
        .order_by(bids.c.received_at, bids.c.id)
    )
    offers: dict[UUID, list[Offer]] = {}
    for lot_id, bid_id, price, received_at in session.execute(rows):
        offer = Offer(bid_id, price, received_at, grades.get(bid_id, {}))
        offers.setdefault(lot_id, []).append(offer)
    return offers


def grades_by_bid(
    session: Session, rfp_id: UUID, people: Sequence[UUID]
) -> dict[UUID, dict[UUID, list[Decimal]]]:
    given = (
        select(scores.c.bid_id, scores.c.criterion_id, scores.c.grade)
        .where(scores.c.rfp_id == rfp_id, scores.c.person_id.in_(people))
        .where(scores.c.grade.is_not(None))
        .order_by(scores.c.bid_id, scores.c.criterion_id, scores.c.person_id)
    )
    found: dict[UUID, dict[UUID, list[Decimal]]] = {}
    for bid_id, criterion_id, grade in session.execute(given):
        found.setdefault(bid_id, {}).setdefault(criterion_id, []).append(grade)
    return found


def rfps_in_evaluation(session: Session, *, opened_before: datetime) -> Sequence[Any]:
    """Number and title of RFPs that have been in evaluation for some time."""
    slow = select(rfps.c.id, rfps.c.number, rfps.c.title).where(
        stage_at() == Stage.OPENED, rfps.c.opened_at < opened_before
    )
    return session.execute(slow.order_by(rfps.c.opened_at, rfps.c.id).limit(100)).all()


def remember_reminder(session: Session, rfp_id: UUID, person_id: UUID) -> bool:
    """Say whether this person is reminded for the first time."""
    row = insert(score_reminders).values(
        rfp_id=rfp_id, person_id=person_id, at=func.clock_timestamp()
    )
    first = row.on_conflict_do_nothing().returning(score_reminders.c.person_id)
    return session.scalar(first) is not None
