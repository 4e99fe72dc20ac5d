"""Reads of metrics. Each takes who is asking and returns only what they may see."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.monitoring.metrics.domain import READERS, Metric
from services.monitoring.metrics.persistence import (
    METRIC,
    is_granted,
    metric_grants,
    metric_of,
    metrics,
)
from shared.directory import (
    Organisation,
    is_of_buyer,
    organisations,
    organisations_of_kind,
    people,
)
from shared.kernel import Actor, Auditor, Forbidden, NotFound, Partner, Staff, Vendor

read_metric = metric_of  # of a row of `listed_metrics`
LISTED_BY = (metrics.c.contract_number, metrics.c.position, metrics.c.id)


@dataclass(frozen=True)
class Grant:
    """`organisation` and `granted_by` are names, empty where nobody here knows them."""

    organisation_id: UUID
    organisation: str
    granted_by: str
    granted_at: datetime


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which rows of `metrics` an actor may see: their own, those granted to them, or all.

    An auditor from outside sees the metrics of contracts named for them, and here none is.
    """
    if isinstance(actor, Vendor):
        return metrics.c.organisation_id == actor.vendor_id
    if isinstance(actor, Partner):
        return is_granted(actor.organisation_id)
    if actor.roles.isdisjoint(READERS):
        raise Forbidden
    if isinstance(actor, Staff):
        return sa.true()
    if isinstance(actor, Auditor):
        return is_of_buyer(actor)
    raise Forbidden


def listed_metrics(actor: Actor, contract_id: UUID | None = None) -> sa.Select[Any]:
    """For `paginate`, in the order of LISTED_BY; `read_metric` makes a metric of each row."""
    seen = select(*METRIC).where(visible_to(actor))
    return seen.where(metrics.c.contract_id == contract_id) if contract_id else seen


def show_metric(session: Session, actor: Actor, metric_id: UUID) -> Metric:
    found = select(*METRIC).where(metrics.c.id == metric_id, visible_to(actor))
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound
    return metric_of(*row)


def grants_on(session: Session, actor: Actor, metric_id: UUID) -> list[Grant]:
    """Who may send measurements of a metric, by name."""
    name = sa.func.coalesce(organisations.c.name, "")
    grants = metric_grants.c
    rows = session.execute(
        select(grants.organisation_id, name, sa.func.coalesce(people.c.name, ""), grants.granted_at)
        .join(metrics, metrics.c.id == grants.metric_id)
        .outerjoin(organisations, organisations.c.id == grants.organisation_id)
        .outerjoin(people, people.c.id == grants.granted_by)
        .where(grants.metric_id == metric_id, visible_to(actor))
        .order_by(name, grants.organisation_id)
        .limit(200)
    )
    return [Grant(*row) for row in rows]


def partners_to_grant(session: Session, granted: list[Grant]) -> list[Organisation]:
    """Partners who may not write yet."""
    have = {grant.organisation_id for grant in granted}
    return [each for each in organisations_of_kind(session, "partner") if each.id not in have]
