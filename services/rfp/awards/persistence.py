"""Awards, one per lot, and what is read to make one."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.orm import Session, registry

from services.rfp.awards.domain import Award, Bidder, Closure, Decided, Winner
from services.rfp.bids.persistence import (
    bid_documents,
    bid_promises,
    bids,
    is_current,
    opened_bids,
    openings,
)
from services.rfp.evaluations.persistence import evaluators
from services.rfp.metadata import metadata
from services.rfp.plans.persistence import plans
from services.rfp.tenders.persistence import committee, lots, rfps
from shared.db import Instant
from shared.kernel import Money

awards = Table(
    "awards",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("lot_id", ForeignKey(lots.c.id), nullable=False),
    Column("rfp_id", ForeignKey(rfps.c.id), nullable=False, index=True),
    Column("bid_id", ForeignKey(opened_bids.c.bid_id), nullable=False, unique=True),
    Column("organisation_id", sa.Uuid, nullable=False, index=True),
    Column("rank", sa.Integer, nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("awarded_by", sa.Uuid, nullable=False),
    Column("awarded_at", Instant, nullable=False),
    Column("standstill_ends_at", Instant, nullable=False),
    Column("over_ceiling_reason", sa.Text),
    Column("declined_at", Instant),
)
stands = awards.c.declined_at.is_(None)
sa.Index("uq_awards_lot_id", awards.c.lot_id, unique=True, postgresql_where=stands)  # one per lot
sa.Index("ix_awards_awarded_at", awards.c.awarded_at, awards.c.id)

closures = Table(
    "lot_closures",
    metadata,
    Column("lot_id", ForeignKey(lots.c.id), primary_key=True),
    Column("rfp_id", ForeignKey(rfps.c.id), nullable=False, index=True),
    Column("reason", sa.Text, nullable=False),
    Column("closed_by", sa.Uuid, nullable=False),
    Column("closed_at", Instant, nullable=False),
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Award, awards)
mapper.map_imperatively(Closure, closures)


def served_on(session: Session, rfp_id: UUID) -> set[UUID]:
    """All who are on the committee, and those who were and have acted or declared something."""
    tables = (committee, evaluators, openings)
    people = [select(each.c.person_id).where(each.c.rfp_id == rfp_id) for each in tables]
    return set(session.scalars(sa.union_all(*people)))


def decided_lots(session: Session, rfp_id: UUID) -> Decided:
    """Of an RFP whose row the caller has locked."""
    bid_on = select(bids.c.lot_id).join(lots).where(lots.c.rfp_id == rfp_id, is_current)
    awarded = select(awards.c.lot_id).where(awards.c.rfp_id == rfp_id, stands)
    closed = select(closures.c.lot_id).where(closures.c.rfp_id == rfp_id)
    return Decided(*(set(session.scalars(each)) for each in (bid_on, awarded, closed)))


def winner_of(session: Session, bid_id: UUID) -> Winner:
    facts = [opened_bids.c[name] for name in ("vendor_id", "monthly", "one_off", "total")]
    said = session.execute(select(*facts).where(opened_bids.c.bid_id == bid_id)).one()
    promised = select(bid_promises.c.target_id, bid_promises.c.value)
    promises = session.execute(promised.where(bid_promises.c.bid_id == bid_id))
    named = select(bid_documents.c.name, bid_documents.c.sha256)
    own = named.where(bid_documents.c.bid_id == bid_id).order_by(bid_documents.c.position)
    return Winner(
        said.vendor_id,
        said.monthly,
        said.one_off,
        said.total,
        dict(promises.all()),
        [(name, sha256) for name, sha256 in session.execute(own)],
    )


def bidders_on(session: Session, lot_id: UUID) -> list[Bidder]:
    """All who bid on the lot, whether or not their bid could be read."""
    own = select(bids.c.id, bids.c.vendor_id, bids.c.state)
    mine = own.where(bids.c.lot_id == lot_id, is_current).order_by(bids.c.id)
    return [Bidder(*row) for row in session.execute(mine)]


def declined_bids(session: Session, lot_id: UUID) -> set[UUID]:
    """Whose contracts were declined."""
    own = select(awards.c.bid_id).where(awards.c.lot_id == lot_id, ~stands)
    return set(session.scalars(own))


def load_award(session: Session, award_id: UUID) -> Award | None:
    """An award that stands, to change it. The caller has locked its RFP."""
    own = select(Award).where(awards.c.id == award_id, stands)
    return session.scalars(own.execution_options(populate_existing=True)).one_or_none()


def left_of_ceiling(session: Session, plan_id: UUID) -> Money:
    """What the awards of all RFPs of a plan leave of its ceiling; below zero if they exceed it."""
    made = (
        select(sa.func.coalesce(sa.func.sum(opened_bids.c.total), 0))
        .join(awards, awards.c.bid_id == opened_bids.c.bid_id)
        .join(rfps, rfps.c.id == awards.c.rfp_id)
        .where(rfps.c.plan_id == plan_id, stands)
        .scalar_subquery()
    )
    left = select(plans.c.cost_ceiling - made, plans.c.currency).where(plans.c.id == plan_id)
    return Money(*session.execute(left).one())
