"""What an opening reads and writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rfp.bids.domain import Bid, DocumentState
from services.rfp.bids.persistence.tables import (
    bid_documents,
    bid_drafts,
    bid_files,
    bids,
    is_current,
    opened_bids,
    opening_notices,
    openings,
)
from services.rfp.tenders.domain import Duty, Stage
from services.rfp.tenders.persistence import committee, lots, rfps, stage_at


@dataclass(frozen=True)
class SealedDocument:
    """A file of an opened bid that has not been decrypted. `size`, `sha256`: of the plain file."""

    location: str
    key: bytes
    name: str
    media_type: str
    size: int
    sha256: str
    submitted_by: str


def add_row(session: Session, table: Table, **values: Any) -> bool:
    """Insert unless it is there already, and say whether it was new."""
    new = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return session.execute(new).one_or_none() is not None


def insert_all(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(sa.insert(table), rows)


def lots_of(rfp_id: UUID) -> sa.Select[Any]:
    return select(lots.c.id).where(lots.c.rfp_id == rfp_id)


def confirmed_by(session: Session, rfp_id: UUID) -> Sequence[UUID]:
    """The openers who have confirmed and still serve, in that order."""
    confirmed = select(openings.c.person_id).where(openings.c.rfp_id == rfp_id)
    serving = select(committee.c.person_id).where(
        committee.c.rfp_id == rfp_id, committee.c.duty == Duty.OPENER
    )
    confirmed = confirmed.where(openings.c.person_id.in_(serving))
    return session.scalars(confirmed.order_by(openings.c.at, openings.c.person_id)).all()


def sealed_bids(session: Session, rfp_id: UUID) -> Sequence[Bid]:
    """All bids that count, without their envelopes, in the order in which they were received."""
    counting = select(Bid).where(bids.c.lot_id.in_(lots_of(rfp_id)), is_current)
    return session.scalars(counting.order_by(bids.c.received_at, bids.c.id)).all()


def envelope_of(session: Session, bid_id: UUID) -> bytes:
    """One at a time: hundreds of them need not be in memory together."""
    envelope: bytes = session.scalars(select(bids.c.envelope).where(bids.c.id == bid_id)).one()
    return envelope


def delete_drafts(session: Session, rfp_id: UUID) -> None:
    session.execute(sa.delete(bid_drafts).where(bid_drafts.c.lot_id.in_(lots_of(rfp_id))))


def cancelled_rfps(session: Session) -> Sequence[UUID]:
    """The latest first."""
    ended = select(rfps.c.id).where(rfps.c.cancelled_at.is_not(None))
    return session.scalars(ended.order_by(rfps.c.cancelled_at.desc(), rfps.c.id).limit(1000)).all()


def rfps_past_deadline(session: Session) -> Sequence[UUID]:
    """Closed, and their openers have not been told yet."""
    told = select(opening_notices.c.rfp_id)
    due = select(rfps.c.id).where(stage_at() == Stage.CLOSED, rfps.c.id.not_in(told))
    return session.scalars(due.order_by(rfps.c.deadline_at, rfps.c.id).limit(100)).all()


def rfps_to_open(session: Session) -> Sequence[UUID]:
    """Closed, and their openers have been told, but have not opened them."""
    told = select(opening_notices.c.rfp_id)
    waiting = select(rfps.c.id).where(stage_at() == Stage.CLOSED, rfps.c.id.in_(told))
    return session.scalars(waiting.order_by(rfps.c.deadline_at, rfps.c.id).limit(1000)).all()


def sealed_documents(session: Session) -> Sequence[tuple[UUID, UUID]]:
    """Bid and document of each file of an opened bid that waits to be decrypted."""
    waiting = (
        select(bid_documents.c.bid_id, bid_documents.c.id)
        .where(bid_documents.c.state == DocumentState.SEALED)
        .order_by(bid_documents.c.failed_at.nulls_first(), bid_documents.c.bid_id)
        .order_by(bid_documents.c.position)
        .limit(1000)
    )
    return [(bid_id, document_id) for bid_id, document_id in session.execute(waiting)]


def load_sealed_document(
    session: Session, bid_id: UUID, document_id: UUID
) -> SealedDocument | None:
    """Load a file to decrypt it, unless that is done. Its row stays locked until we commit."""
    mine = [bid_documents.c[name] for name in ("key", "name", "media_type", "size", "sha256")]
    sealed: sa.Select[Any] = (
        select(bid_files.c.key.label("location"), *mine, opened_bids.c.submitted_by)
        .join_from(bid_documents, bid_files, bid_files.c.id == bid_documents.c.id)
        .join(opened_bids, opened_bids.c.bid_id == bid_documents.c.bid_id)
        .where(document(bid_id, document_id), bid_documents.c.state == DocumentState.SEALED)
        .with_for_update(of=bid_documents)
    )
    row = session.execute(sealed).one_or_none()
    return SealedDocument(*row) if row else None


def document(bid_id: UUID, document_id: UUID) -> sa.ColumnElement[bool]:
    return (bid_documents.c.bid_id == bid_id) & (bid_documents.c.id == document_id)


def mark_failed(session: Session, bid_id: UUID, document_id: UUID) -> bool:
    """Remember when the store first failed. Says whether this is the first time."""
    first = (
        sa.update(bid_documents)
        .where(document(bid_id, document_id), bid_documents.c.failed_at.is_(None))
        .values(failed_at=sa.func.clock_timestamp())
    )
    return session.scalar(first.returning(bid_documents.c.id)) is not None


def settle_document(
    session: Session,
    bid_id: UUID,
    document_id: UUID,
    state: DocumentState,
    file_id: UUID | None = None,
) -> None:
    """Decrypted or not to be: either way the key is needed no more."""
    settled = sa.update(bid_documents).where(document(bid_id, document_id))
    session.execute(settled.values(state=state, file_id=file_id, key=None))
