"""Drafts, their files and bids of one vendor: whose they are stands in each `WHERE`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.rfp.bids.domain import Bid
from services.rfp.bids.persistence.tables import bid_drafts, bid_files, bids, is_current
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import lots, require_invited, rfps
from services.rfp.vendors.persistence import may_be_invited, vendors
from shared.files import files
from shared.kernel import NotFound, Vendor


@dataclass(frozen=True)
class FileRow:
    """A sealed file: `key` is where its ciphertext lies, `sha256` and `padded_size` are of that."""

    id: UUID
    key: str
    sha256: str
    padded_size: int
    idempotency_key: UUID | None


def rfp_of_lot(session: Session, vendor: Vendor, lot_id: UUID, *, hold: bool) -> Rfp:
    """To read, not to change. Many may hold it at once, but nobody opens the bids meanwhile."""
    lot = select(lots.c.rfp_id).where(lots.c.id == lot_id).scalar_subquery()
    own = select(Rfp).where(rfps.c.id == lot, require_invited(vendor))
    if hold:
        own = own.with_for_update(read=True, of=rfps).execution_options(populate_existing=True)
    rfp = session.scalars(own).one_or_none()
    if rfp is None:
        raise NotFound
    return rfp


def is_admitted(session: Session, vendor: Vendor) -> bool:
    admitted = select(vendors.c.organisation_id).where(
        vendors.c.organisation_id == vendor.vendor_id, may_be_invited
    )
    return session.scalar(admitted) is not None


def current_bid(session: Session, vendor: Vendor, lot_id: UUID) -> Bid | None:
    own = select(Bid).where(bids.c.vendor_id == vendor.vendor_id, bids.c.lot_id == lot_id)
    return session.scalars(own.where(is_current)).one_or_none()


def last_version(session: Session, vendor: Vendor, lot_id: UUID) -> int:
    own = (bids.c.vendor_id == vendor.vendor_id) & (bids.c.lot_id == lot_id)
    return session.scalar(select(func.max(bids.c.version)).where(own)) or 0


def find_draft(session: Session, vendor: Vendor, lot_id: UUID) -> tuple[bytes, datetime] | None:
    """The sealed draft and when it was saved."""
    columns = select(bid_drafts.c.envelope, bid_drafts.c.updated_at)
    own = (bid_drafts.c.lot_id == lot_id) & (bid_drafts.c.vendor_id == vendor.vendor_id)
    row = session.execute(columns.where(own)).one_or_none()
    return (row.envelope, row.updated_at) if row else None


def lock_draft(session: Session, vendor: Vendor, lot_id: UUID) -> tuple[bytes, datetime] | None:
    """The same to change it. Two who begin a draft at once stand in line behind each other."""
    place = func.hashtextextended(f"{lot_id}|{vendor.vendor_id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(place)))
    return find_draft(session, vendor, lot_id)


def write_draft(
    session: Session, vendor: Vendor, lot_id: UUID, envelope: bytes, now: datetime
) -> None:
    place = {"lot_id": lot_id, "vendor_id": vendor.vendor_id}
    news = {"envelope": envelope, "updated_at": now}
    saved = insert(bid_drafts).values(**place, **news)
    session.execute(saved.on_conflict_do_update(index_elements=list(place), set_=news))


def files_on(vendor: Vendor, lot_id: UUID) -> sa.ColumnElement[bool]:
    return (bid_files.c.lot_id == lot_id) & (bid_files.c.vendor_id == vendor.vendor_id)


def count_files(session: Session, vendor: Vendor, lot_id: UUID) -> int:
    counted = select(func.count()).select_from(bid_files).where(files_on(vendor, lot_id))
    return session.scalars(counted).one()


def find_file(session: Session, vendor: Vendor, lot_id: UUID, idempotency_key: UUID) -> UUID | None:
    """The file that came with this key."""
    same_key = bid_files.c.idempotency_key == idempotency_key
    return session.scalar(select(bid_files.c.id).where(files_on(vendor, lot_id), same_key))


def find_location(session: Session, vendor: Vendor, lot_id: UUID, file_id: UUID) -> str:
    """Where the ciphertext of a file lies."""
    own = select(bid_files.c.key).where(files_on(vendor, lot_id), bid_files.c.id == file_id)
    location: str = session.scalars(own).one()
    return location


def move_file(
    session: Session, file_id: UUID, location: str, sha256: str, padded_size: int
) -> None:
    """Its ciphertext was made anew."""
    moved = {"key": location, "sha256": sha256, "padded_size": padded_size}
    session.execute(sa.update(bid_files).where(bid_files.c.id == file_id).values(moved))


def locations_named(session: Session, locations: Sequence[str]) -> set[str]:
    """Which of these places a row names, of a sealed file or of one that was decrypted."""
    named = [select(each.c.key).where(each.c.key.in_(locations)) for each in (bid_files, files)]
    return set(session.scalars(sa.union_all(*named)))


def add_file_row(
    session: Session, vendor: Vendor, lot_id: UUID, row: FileRow, now: datetime
) -> None:
    owner = {"lot_id": lot_id, "vendor_id": vendor.vendor_id, "created_at": now}
    session.execute(sa.insert(bid_files).values(**owner, **vars(row)))


def forget_file_key(session: Session, file_id: UUID) -> None:
    """The file is out of the draft, so that its Idempotency-Key stands for nothing any more."""
    freed = sa.update(bid_files).where(bid_files.c.id == file_id)
    session.execute(freed.values(idempotency_key=None))
