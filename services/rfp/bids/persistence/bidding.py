"""Drafts, their files and bids of one vendor: whose they are stands in each `WHERE`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload

from services.rfp.bids.domain import Bid
from services.rfp.bids.persistence.tables import bid_drafts, bid_files, bids, is_current
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import invitations, lots, rfps
from services.rfp.vendors.persistence import may_be_invited, vendors
from shared import db
from shared.files import files
from shared.kernel import NotFound, Vendor


@dataclass(frozen=True)
class Desk:
    """What decides on a vendor's bid for a lot, at one moment. `draft` is sealed."""

    now: datetime
    is_admitted: bool
    last_version: int
    current_id: UUID | None
    draft: bytes | None
    saved_at: datetime | None


@dataclass(frozen=True)
class FileRow:
    """A sealed file: `key` is where its ciphertext lies, `sha256` and `padded_size` are of that."""

    id: UUID
    key: str
    sha256: str
    padded_size: int
    idempotency_key: UUID | None


def rfp_of_lot(session: Session, vendor: Vendor, lot_id: UUID) -> Rfp:
    """To read, not to change."""
    return found(session.scalars(own_rfp(vendor, lot_id)).one_or_none())


def lock_place(session: Session, vendor: Vendor, lot_id: UUID) -> Rfp:
    """The RFP of a lot for one who bids there; what they do there, they do one after the other.

    Their invitation is locked. The RFP is only held, by many at once, so that nobody opens the
    bids or calls them off until all who hold it have committed.
    """
    own = (
        own_rfp(vendor, lot_id)
        .options(joinedload(Rfp.sla_targets))  # type: ignore[arg-type,misc]  # mapped imperatively
        .with_for_update(read=True, of=rfps)
        .suffix_with("FOR UPDATE OF invitations")
    )
    rfps_found = session.scalars(own, execution_options={"populate_existing": True})
    return found(rfps_found.unique().one_or_none())


def own_rfp(vendor: Vendor, lot_id: UUID) -> sa.Select[Rfp]:
    lot = select(lots.c.rfp_id).where(lots.c.id == lot_id).scalar_subquery()
    invited = select(Rfp).join(invitations, invitations.c.rfp_id == rfps.c.id)
    return invited.where(
        rfps.c.id == lot,
        rfps.c.published_at.is_not(None),
        invitations.c.organisation_id == vendor.vendor_id,
    )


def found(rfp: Rfp | None) -> Rfp:
    if rfp is None:
        raise NotFound
    return rfp


def read_desk(session: Session, vendor: Vendor, lot_id: UUID) -> Desk:
    """Ask after the place is locked: what was read before may be old by then."""
    mine = (bids.c.lot_id == lot_id) & (bids.c.vendor_id == vendor.vendor_id)
    own_draft = drafts_of(vendor, lot_id)
    row = session.execute(
        select(
            db.moment(),
            admitted(vendor).exists(),
            select(func.coalesce(func.max(bids.c.version), 0)).where(mine).scalar_subquery(),
            select(bids.c.id).where(mine, is_current).scalar_subquery(),
            select(bid_drafts.c.envelope).where(own_draft).scalar_subquery(),
            select(bid_drafts.c.updated_at).where(own_draft).scalar_subquery(),
        )
    ).one()
    return Desk(*row)


def is_admitted(session: Session, vendor: Vendor) -> bool:
    return session.scalar(admitted(vendor)) is not None


def admitted(vendor: Vendor) -> sa.Select[UUID]:
    own = vendors.c.organisation_id == vendor.vendor_id
    return select(vendors.c.organisation_id).where(own, may_be_invited)


def current_bid(session: Session, vendor: Vendor, lot_id: UUID) -> Bid | None:
    own = select(Bid).where(bids.c.vendor_id == vendor.vendor_id, bids.c.lot_id == lot_id)
    return session.scalars(own.where(is_current)).one_or_none()


def drafts_of(vendor: Vendor, lot_id: UUID) -> sa.ColumnElement[bool]:
    return (bid_drafts.c.lot_id == lot_id) & (bid_drafts.c.vendor_id == vendor.vendor_id)


def find_draft(session: Session, vendor: Vendor, lot_id: UUID) -> tuple[bytes, datetime] | None:
    """The sealed draft and when it was saved."""
    columns = select(bid_drafts.c.envelope, bid_drafts.c.updated_at)
    row = session.execute(columns.where(drafts_of(vendor, lot_id))).one_or_none()
    return (row.envelope, row.updated_at) if row else None


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
