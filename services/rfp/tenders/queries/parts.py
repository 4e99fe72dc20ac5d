"""What an RFP asks for, as both sides read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.tenders.domain import Direction, Formula, PriceFormula, Stage, Tier, Window
from services.rfp.tenders.persistence import (
    criteria,
    lots,
    milestone_targets,
    rfps,
    sla_targets,
    stage_at,
)

T = TypeVar("T")


@dataclass(frozen=True)
class LotView:
    id: UUID
    position: int
    title: str
    description: str


@dataclass(frozen=True)
class CriterionView:
    id: UUID
    key: str
    title: str
    weight: Decimal
    is_price: bool
    minimum: Decimal | None


@dataclass(frozen=True)
class TargetView:
    id: UUID
    position: int
    title: str
    unit: str
    formula: Formula
    direction: Direction
    target: Decimal
    minimum: Decimal | None
    window: Window
    tiers: Sequence[Tier]


@dataclass(frozen=True)
class MilestoneView:
    id: UUID
    position: int
    title: str
    due_on: date
    percent: Decimal
    acceptance_criteria: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The content of an RFP: nothing of who is invited, who decides, or what it may cost."""

    id: UUID
    number: str
    title: str
    description: str
    currency: str
    time_zone: str
    starts_on: date
    ends_on: date
    deadline_at: datetime
    price_formula: PriceFormula
    standstill_days: int
    version: int
    published_at: datetime | None
    stage: Stage
    lots: Sequence[LotView]
    criteria: Sequence[CriterionView]
    sla_targets: Sequence[TargetView]
    milestones: Sequence[MilestoneView]


PARTS: dict[str, tuple[sa.Table, type]] = {
    "lots": (lots, LotView),
    "criteria": (criteria, CriterionView),
    "sla_targets": (sla_targets, TargetView),
    "milestones": (milestone_targets, MilestoneView),
}
OWN = [
    stage_at().label(name) if name == "stage" else rfps.c[name]
    for name in Asked.__dataclass_fields__
    if name not in PARTS
]


def parts_of(session: Session, rfp_id: UUID) -> dict[str, Any]:
    return {name: rows_of(session, table, view, rfp_id) for name, (table, view) in PARTS.items()}


def rows_of(session: Session, table: sa.Table, view: type[T], rfp_id: UUID) -> list[T]:
    columns = [table.c[name] for name in view.__dataclass_fields__]  # type: ignore[attr-defined]
    own = select(*columns).where(table.c.rfp_id == rfp_id)
    return [view(*row) for row in session.execute(own.order_by(table.c.position).limit(200))]
