"""Tables of metrics and grants. A metric never changes; a grant comes and goes."""

from collections.abc import Collection
from dataclasses import fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from services.monitoring.metadata import metadata
from services.monitoring.metrics.domain import Direction, Formula, Metric, Tier
from shared.db import Instant, choice
from shared.kernel import NotFound

metrics = Table(
    "metrics",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("contract_id", sa.Uuid, nullable=False),
    Column("organisation_id", sa.Uuid, nullable=False, index=True),  # the vendor
    Column("contract_number", sa.String, nullable=False),
    Column("contract_title", sa.String, nullable=False),
    Column("position", sa.Integer, nullable=False),  # in the contract: SLA-1, SLA-2 …
    Column("title", sa.String, nullable=False),
    Column("unit", sa.String, nullable=False),
    Column("formula", choice(Formula), nullable=False),
    Column("direction", choice(Direction), nullable=False),
    Column("target", sa.Numeric, nullable=False),
    Column("minimum", sa.Numeric),
    Column("tiers", JSONB, nullable=False),
    Column("starts_on", sa.Date, nullable=False),
    Column("ends_on", sa.Date, nullable=False),
    Column("time_zone", sa.String, nullable=False),
    sa.UniqueConstraint("contract_id", "position"),
)
sa.Index("ix_metrics_listed", metrics.c.contract_number, metrics.c.position, metrics.c.id)

metric_grants = Table(
    "metric_grants",
    metadata,
    Column("metric_id", ForeignKey(metrics.c.id), primary_key=True),
    Column("organisation_id", sa.Uuid, primary_key=True),
    Column("granted_by", sa.Uuid, nullable=False),
    Column("granted_at", Instant, nullable=False),
)
sa.Index("ix_metric_grants_organisation_id", metric_grants.c.organisation_id)

METRIC = [metrics.c[each.name] for each in fields(Metric)]


def metric_of(*values: Any) -> Metric:
    """A metric from a row of the columns METRIC."""
    found = {column.name: value for column, value in zip(METRIC, values, strict=True)}
    return Metric(**found | {"tiers": tuple(map(Tier.read, found["tiers"]))})


def add_metric(session: Session, metric: Metric) -> bool:
    """Whether it is new. A metric that is known stays as it is."""
    row = {column.name: getattr(metric, column.name) for column in METRIC}
    new = insert(metrics).values(row | {"tiers": [tier.spelled() for tier in metric.tiers]})
    added = new.on_conflict_do_nothing().returning(metrics.c.id)
    return session.scalar(added) is not None


def load_metric(session: Session, metric_id: UUID) -> Metric:
    """Load a metric to change what belongs to it. Its row stays locked until commit."""
    found = select(*METRIC).where(metrics.c.id == metric_id).with_for_update(key_share=True)
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound
    return metric_of(*row)


def metrics_by_id(
    session: Session, metric_ids: Collection[UUID], *, granted_to: UUID | None = None
) -> dict[UUID, Metric]:
    """Those of the metrics that exist and, if an organisation is named, that it may write to."""
    found = select(*METRIC).where(metrics.c.id.in_(metric_ids))
    if granted_to is not None:
        found = found.where(is_granted(granted_to))
    return {row.id: metric_of(*row) for row in session.execute(found)}


def is_granted(organisation_id: UUID) -> sa.ColumnElement[bool]:
    granted = (metric_grants.c.metric_id == metrics.c.id) & (
        metric_grants.c.organisation_id == organisation_id
    )
    return sa.exists().where(granted)


def add_grant(session: Session, **grant: Any) -> bool:
    new = insert(metric_grants).values(grant).on_conflict_do_nothing()
    return session.scalar(new.returning(metric_grants.c.metric_id)) is not None


def remove_grant(session: Session, *, metric_id: UUID, organisation_id: UUID) -> bool:
    own = (metric_grants.c.metric_id == metric_id) & (
        metric_grants.c.organisation_id == organisation_id
    )
    gone = sa.delete(metric_grants).where(own).returning(metric_grants.c.metric_id)
    return session.scalar(gone) is not None
