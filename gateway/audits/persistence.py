"""Tables of checkpoints: as they came, and head by head."""

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Integer, String, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from gateway.metadata import metadata
from shared.db import Instant

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("service", String, nullable=False),
    Column("signed_at", Instant, nullable=False),
    Column("data", JSONB, nullable=False),  # with its signature, as it came
)
sa.Index("ix_checkpoints_service_signed_at", checkpoints.c.service, checkpoints.c.signed_at)

checkpoint_heads = Table(
    "checkpoint_heads",
    metadata,
    Column("service", String, primary_key=True),
    Column("chain", String(64), primary_key=True),  # opaque: SHA-256 of its name
    Column("length", Integer, primary_key=True),
    Column("hash", String(64), primary_key=True),  # two of one length would be a fault to find
    Column("event_id", ForeignKey(checkpoints.c.event_id), nullable=False),
)
