"""Tables, their mapping, and how to load what a use case will change."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint, select
from sqlalchemy.orm import Session, composite, registry

from services.contracts.agreements.persistence import contracts, sla_terms
from services.contracts.metadata import metadata
from services.contracts.settlement.domain import (
    Credit,
    CreditState,
    Window,
    WindowOutcome,
    Working,
)
from shared.db import Instant, choice, locked

windows = Table(  # as monitoring told us, every revision
    "windows",
    metadata,
    Column("window_id", sa.Uuid, primary_key=True),
    Column("revision", sa.Integer, primary_key=True),
    Column("contract_id", ForeignKey(contracts.c.id), nullable=False),
    Column("metric_id", ForeignKey(sla_terms.c.id), nullable=False, index=True),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("attained", sa.Numeric),
    Column("outcome", choice(WindowOutcome), nullable=False),
    Column("input_sha256", sa.String(64), nullable=False),
    Column("evaluated_at", Instant, nullable=False),
)

credits = Table(
    "credits",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("calculation_id", sa.Uuid, nullable=False, unique=True),
    Column("contract_id", ForeignKey(contracts.c.id), nullable=False, index=True),
    Column("metric_id", ForeignKey(sla_terms.c.id), nullable=False),
    Column("organisation_id", sa.Uuid, nullable=False, index=True),
    Column("window_id", sa.Uuid, nullable=False),
    Column("revision", sa.Integer, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("input_sha256", sa.String(64), nullable=False),
    Column("attained", sa.Numeric),
    Column("band_from", sa.Numeric),
    Column("band_below", sa.Numeric),
    Column("percent", sa.Numeric, nullable=False),
    Column("monthly", sa.Numeric, nullable=False),
    Column("covered_days", sa.Integer, nullable=False),
    Column("month_days", sa.Integer, nullable=False),
    Column("full_amount", sa.Numeric, nullable=False),
    Column("settled", sa.Numeric, nullable=False),
    Column("amount", sa.Numeric, nullable=False),
    Column("currency", sa.String(3), nullable=False),
    Column("state", choice(CreditState), nullable=False, index=True),
    Column("proposed_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", sa.String),
    Column("reason", sa.Text, nullable=False),
    UniqueConstraint("window_id", "revision"),
    sa.ForeignKeyConstraint(
        ["window_id", "revision"],
        [windows.c.window_id, windows.c.revision],
        name="fk_credits_window",
    ),
    sa.CheckConstraint(
        "(state IN ('approved', 'rejected')) = (decided_at IS NOT NULL)", name="decided_at_a_time"
    ),
)
# One open proposal per window, whatever happens concurrently.
is_open = credits.c.state == CreditState.PROPOSED
sa.Index("uq_credits_open", credits.c.window_id, unique=True, postgresql_where=is_open)

WORKING = [credits.c[name] for name in Working.__dataclass_fields__]
mapper = registry(metadata=metadata)
mapper.map_imperatively(Window, windows)
mapper.map_imperatively(Credit, credits, properties={"working": composite(Working, *WORKING)})


def newest_revision(session: Session, window_id: UUID) -> int:
    heard = select(sa.func.max(windows.c.revision)).where(windows.c.window_id == window_id)
    return session.scalar(heard) or 0


def load_credit(session: Session, credit_id: UUID) -> Credit:
    """Load a credit to decide on it. Its row stays locked until the transaction ends."""
    return locked(session, Credit, credits.c.id == credit_id)


def load_credits_of(session: Session, window_id: UUID) -> Sequence[Credit]:
    """All credits of a window, oldest first, locked until the transaction ends."""
    of_window = select(Credit).where(credits.c.window_id == window_id)
    in_order = of_window.order_by(credits.c.revision).with_for_update()
    return session.scalars(in_order, execution_options={"populate_existing": True}).all()
