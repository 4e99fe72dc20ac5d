"""Tables of bids. Up to `openings` only ciphertext and its measures; below, what was opened."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import deferred, registry

from services.rfp.bids.domain import Bid, BidState, DocumentState, LineKind
from services.rfp.metadata import metadata
from services.rfp.tenders.persistence import lots, rfps, sla_targets
from shared.db import Instant, choice

bids = Table(
    "bids",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("lot_id", ForeignKey(lots.c.id), nullable=False),
    Column("vendor_id", sa.Uuid, nullable=False, index=True),
    Column("version", sa.Integer, nullable=False),
    Column("state", choice(BidState), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("sha256", sa.String(64), nullable=False),
    Column("padded_size", sa.Integer, nullable=False),
    Column("envelope", sa.LargeBinary, nullable=False),
    UniqueConstraint("lot_id", "vendor_id", "version"),
)
is_current = bids.c.state.not_in((BidState.REPLACED, BidState.WITHDRAWN))
sa.Index(
    "uq_bids_current", bids.c.lot_id, bids.c.vendor_id, unique=True, postgresql_where=is_current
)

bid_drafts = Table(
    "bid_drafts",
    metadata,
    Column("lot_id", ForeignKey(lots.c.id), primary_key=True),
    Column("vendor_id", sa.Uuid, primary_key=True),
    Column("envelope", sa.LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
)
sa.Index("ix_bid_drafts_vendor_id", bid_drafts.c.vendor_id)

# Names, true sizes and keys of files lie in the envelopes.
bid_files = Table(
    "bid_files",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("lot_id", ForeignKey(lots.c.id), nullable=False),
    Column("vendor_id", sa.Uuid, nullable=False),
    Column("key", sa.String, nullable=False),  # where the ciphertext is kept
    Column("sha256", sa.String(64), nullable=False),  # of the ciphertext
    Column("padded_size", sa.BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("idempotency_key", sa.Uuid),
    UniqueConstraint("lot_id", "vendor_id", "idempotency_key"),
)

openings = Table(
    "openings",
    metadata,
    Column("rfp_id", ForeignKey(rfps.c.id), primary_key=True),
    Column("person_id", sa.Uuid, primary_key=True),
    Column("at", Instant, nullable=False),
)

opening_notices = Table(  # whose openers have been told that the deadline has passed
    "opening_notices",
    metadata,
    Column("rfp_id", ForeignKey(rfps.c.id), primary_key=True),
    Column("at", Instant, nullable=False),
)

opening_reminders = Table(  # on which of their days an opener was asked again
    "opening_reminders",
    metadata,
    Column("rfp_id", ForeignKey(rfps.c.id), primary_key=True),
    Column("person_id", sa.Uuid, primary_key=True),
    Column("day", sa.Date, primary_key=True),
)

opened_bids = Table(
    "opened_bids",
    metadata,
    Column("bid_id", ForeignKey(bids.c.id), primary_key=True),
    Column("lot_id", ForeignKey(lots.c.id), nullable=False, index=True),
    Column("vendor_id", sa.Uuid, nullable=False, index=True),
    Column("solution", sa.Text, nullable=False),
    Column("currency", sa.String(3), nullable=False),
    Column("monthly", sa.Numeric, nullable=False),
    Column("one_off", sa.Numeric, nullable=False),
    Column("months", sa.Integer, nullable=False),
    Column("total", sa.Numeric, nullable=False),
    Column("submitted_by", sa.String, nullable=False),
)

bid_lines = Table(
    "bid_lines",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("bid_id", ForeignKey(opened_bids.c.bid_id), nullable=False),
    Column("position", sa.Integer, nullable=False),
    Column("title", sa.String, nullable=False),
    Column("kind", choice(LineKind), nullable=False),
    Column("quantity", sa.Numeric, nullable=False),
    Column("unit_price", sa.Numeric, nullable=False),
    UniqueConstraint("bid_id", "position"),
)

bid_promises = Table(
    "bid_promises",
    metadata,
    Column("bid_id", ForeignKey(opened_bids.c.bid_id), primary_key=True),
    Column("target_id", ForeignKey(sla_targets.c.id), primary_key=True),
    Column("value", sa.Numeric, nullable=False),
)

bid_documents = Table(
    "bid_documents",
    metadata,
    Column("id", ForeignKey(bid_files.c.id), nullable=False),  # the sealed file
    Column("bid_id", ForeignKey(opened_bids.c.bid_id), nullable=False),
    Column("position", sa.Integer, nullable=False),
    Column("name", sa.String, nullable=False),
    Column("media_type", sa.String, nullable=False),
    Column("size", sa.BigInteger, nullable=False),
    Column("sha256", sa.String(64), nullable=False),  # of the plain file
    Column("state", choice(DocumentState), nullable=False),
    Column("key", sa.LargeBinary),  # until the file is decrypted
    Column("file_id", sa.Uuid),  # in `files`, once it is decrypted
    Column("failed_at", Instant),  # when the store first failed; it is tried again
    sa.PrimaryKeyConstraint("bid_id", "id"),
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Bid, bids, properties={"envelope": deferred(bids.c.envelope)})
