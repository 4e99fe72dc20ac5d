"""Tables, their mapping, and how to load a plan that a use case will change."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Session, registry, relationship

from services.rfp.metadata import metadata
from services.rfp.plans.domain import Category, Plan, PlanLine, PlanState
from shared.db import Instant, choice, locked

plans = Table(
    "plans",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("number", sa.String, nullable=False, unique=True),
    Column("title", sa.String, nullable=False),
    Column("objectives", sa.Text, nullable=False),
    Column("scope_in", sa.Text, nullable=False),
    Column("scope_out", sa.Text, nullable=False),
    Column("starts_on", sa.Date, nullable=False),
    Column("ends_on", sa.Date, nullable=False),
    Column("currency", sa.String(3), nullable=False),
    Column("cost_ceiling", sa.Numeric, nullable=False),
    Column("contingency", sa.Numeric, nullable=False),
    Column("state", choice(PlanState), nullable=False, index=True),
    Column("requester_id", sa.Uuid, nullable=False),
    Column("approver_id", sa.Uuid),
    Column("decided_at", Instant),
    Column("decision_reason", sa.Text),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("approver_id <> requester_id", name="nobody_approves_their_own"),
    CheckConstraint("cost_ceiling >= 0 AND contingency >= 0", name="amounts"),
)

plan_lines = Table(
    "plan_lines",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("plan_id", ForeignKey(plans.c.id), nullable=False),
    Column("position", sa.Integer, nullable=False),
    Column("title", sa.String, nullable=False),
    Column("category", choice(Category), nullable=False),
    Column("amount", sa.Numeric, nullable=False),
    # Deferred: a rewritten plan has its old and its new lines until the flush is over.
    UniqueConstraint("plan_id", "position", deferrable=True, initially="DEFERRED"),
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(PlanLine, plan_lines)
mapper.map_imperatively(
    Plan,
    plans,
    properties={
        "lines": relationship(
            PlanLine, order_by=plan_lines.c.position, cascade="all, delete-orphan"
        )
    },
)


def load_plan(session: Session, plan_id: UUID, *conditions: sa.ColumnElement[bool]) -> Plan:
    """Load a plan to change it. Its row stays locked until the transaction ends."""
    return locked(session, Plan, plans.c.id == plan_id, *conditions)
