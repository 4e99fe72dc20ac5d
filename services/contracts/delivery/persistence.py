"""Tables, their mapping, and how to load a delivery that a use case will change."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint
from sqlalchemy.orm import Session, registry, relationship

from services.contracts.agreements.domain import ContractState
from services.contracts.agreements.persistence import contracts, milestones
from services.contracts.delivery.domain import (
    Deliverable,
    Delivery,
    DeliveryState,
    Outcome,
    Review,
)
from services.contracts.metadata import metadata
from shared.db import Instant, choice, locked
from shared.kernel import NotFound, Vendor

deliveries = Table(
    "deliveries",
    metadata,
    Column("milestone_id", ForeignKey(milestones.c.id), primary_key=True),
    Column("contract_id", ForeignKey(contracts.c.id), nullable=False, index=True),
    Column("organisation_id", sa.Uuid, nullable=False, index=True),
    Column("state", choice(DeliveryState), nullable=False, index=True),
    Column("level", sa.Integer, nullable=False),
    Column("waits_since", Instant),
    Column("accepted_at", Instant),
    sa.CheckConstraint("(level > 0) = (waits_since IS NOT NULL)", name="a_level_waits_since"),
    sa.CheckConstraint("(state IN ('submitted', 'in_review')) = (level > 0)", name="level_decides"),
)

deliverables = Table(
    "deliverables",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("milestone_id", ForeignKey(deliveries.c.milestone_id), nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("file_id", sa.Uuid, nullable=False, unique=True),
    Column("submitted_by", sa.String, nullable=False),
    Column("submitted_at", Instant, nullable=False),
    UniqueConstraint("milestone_id", "version"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("deliverable_id", ForeignKey(deliverables.c.id), nullable=False),
    Column("level", sa.Integer, nullable=False),
    Column("outcome", choice(Outcome), nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("reviewer", sa.String, nullable=False),
    Column("reviewed_at", Instant, nullable=False),
    UniqueConstraint("deliverable_id", "level"),
    UniqueConstraint("deliverable_id", "reviewer"),
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Review, reviews)
mapper.map_imperatively(
    Deliverable,
    deliverables,
    properties={"reviews": relationship(Review, order_by=reviews.c.level)},
)
mapper.map_imperatively(
    Delivery,
    deliveries,
    properties={"versions": relationship(Deliverable, order_by=deliverables.c.version)},
)


def find_own_delivery(session: Session, vendor: Vendor, milestone_id: UUID) -> Delivery:
    """A vendor's own, to read from: an upload takes long, and must not lock anybody out."""
    found = session.scalars(sa.select(Delivery).where(*own(vendor, milestone_id))).one_or_none()
    if found is None:
        raise NotFound
    return found


def load_own_delivery(session: Session, vendor: Vendor, milestone_id: UUID) -> Delivery:
    """Load a vendor's own to change it. Its row stays locked until the transaction ends."""
    return locked(session, Delivery, *own(vendor, milestone_id))


def own(vendor: Vendor, milestone_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    """Ownership stands in the WHERE: for others there is no such milestone."""
    of_vendor = deliveries.c.organisation_id == vendor.vendor_id
    return deliveries.c.milestone_id == milestone_id, of_vendor


def load_delivery_of(session: Session, deliverable_id: UUID) -> Delivery:
    """The delivery that a version belongs to."""
    of_version = sa.select(deliverables.c.milestone_id).where(deliverables.c.id == deliverable_id)
    return locked(session, Delivery, deliveries.c.milestone_id == of_version.scalar_subquery())


@dataclass(frozen=True)
class Promise:
    """What the contract says about a milestone."""

    contract_id: UUID
    contract_number: str
    contract_state: ContractState
    time_zone: str
    title: str
    percent: Decimal


def promise_of(session: Session, milestone_id: UUID) -> Promise:
    columns = (contracts.c.id, contracts.c.number, contracts.c.state, contracts.c.time_zone)
    said = sa.select(*columns, milestones.c.title, milestones.c.percent).join_from(
        milestones, contracts
    )
    row = session.execute(said.where(milestones.c.id == milestone_id)).one_or_none()
    if row is None:
        raise NotFound
    return Promise(*row)
