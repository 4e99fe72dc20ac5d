"""Awards, one per lot, and what is read to make one."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.orm import Session, registry

from services.rfp.awards.domain import Award, Winner
from services.rfp.bids.persistence import bid_documents, bid_promises, opened_bids
from services.rfp.metadata import metadata
from services.rfp.tenders.persistence import lots, rfps
from shared.db import Instant

awards = Table(
    "awards",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("lot_id", ForeignKey(lots.c.id), nullable=False, unique=True),  # one per lot, ever
    Column("rfp_id", ForeignKey(rfps.c.id), nullable=False, index=True),
    Column("bid_id", ForeignKey(opened_bids.c.bid_id), nullable=False, unique=True),
    Column("organisation_id", sa.Uuid, nullable=False, index=True),
    Column("rank", sa.Integer, nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("awarded_by", sa.Uuid, nullable=False),
    Column("awarded_at", Instant, nullable=False),
    Column("standstill_ends_at", Instant, nullable=False),
)
sa.Index("ix_awards_awarded_at", awards.c.awarded_at, awards.c.id)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Award, awards)


def awarded_lots(session: Session, rfp_id: UUID) -> set[UUID]:
    return set(session.scalars(select(awards.c.lot_id).where(awards.c.rfp_id == rfp_id)))


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


def losers_of(session: Session, lot_id: UUID, bid_id: UUID) -> list[tuple[UUID, UUID]]:
    """Bid and organisation of all others who bid on the lot."""
    others = select(opened_bids.c.bid_id, opened_bids.c.vendor_id).where(
        opened_bids.c.lot_id == lot_id, opened_bids.c.bid_id != bid_id
    )
    rows = session.execute(others.order_by(opened_bids.c.bid_id))
    return [(bid_id, vendor_id) for bid_id, vendor_id in rows]
