"""Awards as the buying side sees them, and the files of the winner for both sides."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.awards.persistence import awards
from services.rfp.bids.persistence import bid_documents, opened_bids
from services.rfp.tenders.persistence import lots, rfps
from shared.directory import is_of_buyer, organisations, people
from shared.files import StoredFile, load_file
from shared.kernel import Auditor, NotFound, Staff, Vendor

Reader = Staff | Auditor
READERS = ("buyer", "contract_manager", "auditor")
CONTRACT_READERS = (*READERS, "requester", "quality", "finance", "legal")


@dataclass(frozen=True)
class AwardView:
    """`value` in `currency`; `rank` is where the winner stood."""

    id: UUID
    rfp_id: UUID
    number: str
    title: str
    lot_id: UUID
    lot: str
    bid_id: UUID
    organisation_id: UUID
    organisation: str
    value: Decimal
    currency: str
    rank: int
    reason: str
    awarded_by: UUID
    buyer: str
    awarded_at: datetime
    standstill_ends_at: datetime
    time_zone: str
    declined_at: datetime | None
    over_ceiling_reason: str | None
    plan_id: UUID

    @property
    def has_standstill(self) -> bool:
        return self.standstill_ends_at > self.awarded_at


ORDER = (awards.c.awarded_at, awards.c.id)
known = sa.func.coalesce
VIEW = (
    awards.c.id, awards.c.rfp_id, rfps.c.number, rfps.c.title, awards.c.lot_id,
    lots.c.title.label("lot"), awards.c.bid_id, awards.c.organisation_id,
    known(organisations.c.name, ""), opened_bids.c.total, opened_bids.c.currency, awards.c.rank,
    awards.c.reason, awards.c.awarded_by, known(people.c.name, ""), awards.c.awarded_at,
    awards.c.standstill_ends_at, rfps.c.time_zone, awards.c.declined_at,
    awards.c.over_ceiling_reason, rfps.c.plan_id,
)  # fmt: skip


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """Staff see all awards. An auditor from outside sees what is named for them: here nothing."""
    return is_of_buyer(reader) if isinstance(reader, Auditor) else sa.true()


def all_awards(reader: Reader) -> sa.Select[Any]:
    """For `paginate` with ORDER and AwardView."""
    return (
        select(*VIEW)
        .select_from(awards)
        .join(rfps, rfps.c.id == awards.c.rfp_id)
        .join(lots, lots.c.id == awards.c.lot_id)
        .join(opened_bids, opened_bids.c.bid_id == awards.c.bid_id)
        .outerjoin(organisations, organisations.c.id == awards.c.organisation_id)
        .outerjoin(people, people.c.id == awards.c.awarded_by)
        .where(visible_to(reader))
    )


def show_award(session: Session, reader: Reader, award_id: UUID) -> AwardView:
    row = session.execute(all_awards(reader).where(awards.c.id == award_id)).one_or_none()
    if row is None:
        raise NotFound
    return AwardView(*row)


def winning_document(
    session: Session, reader: Reader | Vendor, award_id: UUID, sha256: str
) -> StoredFile:
    """For both sides of the contract. A file that could not be decrypted is not found."""
    found = (
        select(bid_documents.c.file_id)
        .join(awards, awards.c.bid_id == bid_documents.c.bid_id)
        .where(awards.c.id == award_id, bid_documents.c.sha256 == sha256, reads_contract(reader))
        .where(bid_documents.c.file_id.is_not(None))
        .order_by(bid_documents.c.position)
        .limit(1)
    )
    file_id = session.scalar(found)
    if file_id is None:
        raise NotFound
    return load_file(session, file_id)


def reads_contract(reader: Reader | Vendor) -> sa.ColumnElement[bool]:
    """The winner, and on the buying side whoever may see the award."""
    if isinstance(reader, Vendor):
        return awards.c.organisation_id == reader.vendor_id
    return visible_to(reader)
