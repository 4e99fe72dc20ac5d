"""Drafts, their files and bids of one vendor: whose they are stands in each `WHERE`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, joinedload, load_only

from services.rfp.bids.domain import Bid
from services.rfp.bids.persistence.tables import bid_drafts, bid_files, bids, is_current
from services.rfp.tenders.domain import MOMENTS, Rfp
from services.rfp.tenders.persistence import invitations, lots, rfps
from services.rfp.vendors.persistence import may_be_invited, vendors
from shared import db
from shared.files import files
from shared.kernel import NotFound, Vendor

LOT_ID, VENDOR_ID = (sa.bindparam(name, type_=sa.Uuid) for name in ("lot_id", "vendor_id"))
OWN_RFP = (
    select(Rfp)
    .join(invitations, invitations.c.rfp_id == rfps.c.id)
    .where(
        rfps.c.id == select(lots.c.rfp_id).where(lots.c.id == LOT_ID).scalar_subquery(),
        rfps.c.published_at.is_not(None),
        invitations.c.organisation_id == VENDOR_ID,
    )
)
TO_BID_ON = "title", "published_at", "deadline_at", *MOMENTS
LOCKED_RFP = (
    OWN_RFP.options(
        load_only(*(getattr(Rfp, name) for name in TO_BID_ON)),
        joinedload(Rfp.sla_targets),  # type: ignore[arg-type,misc]  # mapped
    )
    .with_for_update(read=True, of=rfps)
    .suffix_with("FOR UPDATE OF invitations")
    .execution_options(populate_existing=True)
)
OWN_BIDS = (bids.c.lot_id == LOT_ID) & (bids.c.vendor_id == VENDOR_ID)
OWN_DRAFT = (bid_drafts.c.lot_id == LOT_ID) & (bid_drafts.c.vendor_id == VENDOR_ID)
ADMITTED = select(vendors).where(vendors.c.organisation_id == VENDOR_ID, may_be_invited)
STANDING = select(
    db.MOMENT,
    ADMITTED.exists(),
    select(func.coalesce(func.max(bids.c.version), 0)).where(OWN_BIDS).scalar_subquery(),
    select(bids.c.id).where(OWN_BIDS, is_current).scalar_subquery(),
    select(bid_drafts.c.envelope).where(OWN_DRAFT).scalar_subquery(),
    select(bid_drafts.c.updated_at).where(OWN_DRAFT).scalar_subquery(),
)
SAVE_DRAFT = insert(bid_drafts)
SAVE_DRAFT = SAVE_DRAFT.on_conflict_do_update(
    index_elements=["lot_id", "vendor_id"],
    set_={name: SAVE_DRAFT.excluded[name] for name in ("envelope", "updated_at")},
)

OF_DRAFT: dict[str, Any] = {
    "envelope": sa.bindparam("draft"),
    "updated_at": sa.bindparam("received_at"),
}
SAVED = SAVE_DRAFT.values(lot_id=LOT_ID, vendor_id=VENDOR_ID, **OF_DRAFT).cte("saved")
RECORD_BID = insert(bids).values({each: sa.bindparam(each.name) for each in bids.c}).add_cte(SAVED)


@dataclass(frozen=True)
class Standing:
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
    return found(session.scalars(OWN_RFP, place(vendor, lot_id)).one_or_none())


def lock_place(session: Session, vendor: Vendor, lot_id: UUID) -> Rfp:
    """The RFP of a lot for one who bids there; what they do there, they do one after the other.

    Their invitation is locked. The RFP is only held, by many at once, so that nobody opens the
    bids or calls them off until all who hold it have committed.
    """
    return found(session.scalars(LOCKED_RFP, place(vendor, lot_id)).unique().one_or_none())


def found(rfp: Rfp | None) -> Rfp:
    if rfp is None:
        raise NotFound
    return rfp


def read_standing(session: Session, vendor: Vendor, lot_id: UUID) -> Standing:
    """Ask after the place is locked: what was read before may be old by then."""
    return Standing(*session.execute(STANDING, place(vendor, lot_id)).one())


def place(vendor: Vendor, lot_id: UUID) -> dict[str, UUID]:
    return {"lot_id": lot_id, "vendor_id": vendor.vendor_id}


def is_admitted(session: Session, vendor: Vendor) -> bool:
    own = ADMITTED.with_only_columns(vendors.c.organisation_id)
    return session.scalar(own, {"vendor_id": vendor.vendor_id}) is not None


def current_bid(session: Session, vendor: Vendor, lot_id: UUID) -> Bid | None:
    own = select(Bid).where(bids.c.vendor_id == vendor.vendor_id, bids.c.lot_id == lot_id)
    return session.scalars(own.where(is_current)).one_or_none()


def add_bid(session: Session, bid: Bid, draft: bytes) -> None:
    """Write a bid, and the draft to replace it from."""
    said = {each.name: getattr(bid, each.name) for each in bids.c}
    session.execute(RECORD_BID, said | {"draft": draft})


def find_draft(session: Session, vendor: Vendor, lot_id: UUID) -> tuple[bytes, datetime] | None:
    """The sealed draft and when it was saved."""
    columns = select(bid_drafts.c.envelope, bid_drafts.c.updated_at)
    row = session.execute(columns.where(OWN_DRAFT), place(vendor, lot_id)).one_or_none()
    return (row.envelope, row.updated_at) if row else None


def write_draft(
    session: Session, vendor: Vendor, lot_id: UUID, envelope: bytes, now: datetime
) -> None:
    news = {"envelope": envelope, "updated_at": now}
    session.execute(SAVE_DRAFT, place(vendor, lot_id) | news)


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


def move_file(session: Session, vendor: Vendor, lot_id: UUID, file_id: UUID, made: FileRow) -> None:
    """Its ciphertext was made anew."""
    moved = {"key": made.key, "sha256": made.sha256, "padded_size": made.padded_size}
    own = files_on(vendor, lot_id) & (bid_files.c.id == file_id)
    session.execute(sa.update(bid_files).where(own).values(moved))


def locations_named(session: Session, locations: Sequence[str]) -> set[str]:
    """Which of these places a row names, of a sealed file or of one that was decrypted."""
    named = [select(each.c.key).where(each.c.key.in_(locations)) for each in (bid_files, files)]
    return set(session.scalars(sa.union_all(*named)))


def add_file_row(
    session: Session, vendor: Vendor, lot_id: UUID, row: FileRow, now: datetime
) -> None:
    owner = {"lot_id": lot_id, "vendor_id": vendor.vendor_id, "created_at": now}
    session.execute(sa.insert(bid_files).values(**owner, **vars(row)))


def forget_file_keys(
    session: Session, vendor: Vendor, lot_id: UUID, file_ids: Collection[UUID]
) -> None:
    """These are out of the draft: their Idempotency-Keys stand for nothing any more."""
    left = files_on(vendor, lot_id) & bid_files.c.id.in_(file_ids)
    session.execute(sa.update(bid_files).where(left).values(idempotency_key=None))
