"""Reads of raw measurements and imports. Each takes who is asking."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.monitoring.measurements.domain.rows import Fault, RowFault, Way
from services.monitoring.measurements.persistence import (
    IN_ORDER,
    imports,
    is_within,
    measurements,
)
from services.monitoring.metrics.persistence import metrics
from services.monitoring.metrics.queries import visible_to
from shared.calendar import Window
from shared.kernel import Actor, NotFound

LISTED_BY = IN_ORDER


@dataclass(frozen=True)
class RawValue:
    taken_at: datetime
    source: str
    external_id: str
    value: Decimal
    way: Way
    arrived_at: datetime


@dataclass(frozen=True)
class Import:
    """A file that was uploaded. Where `refusal` says why, nothing of it was taken."""

    id: UUID
    metric_id: UUID
    name: str
    size: int
    sha256: str
    accepted: int
    repeated: int
    refusal: str
    refusal_params: dict[str, Any]
    faults: Sequence[RowFault]
    uploaded_by: str
    uploaded_at: datetime


IMPORT = [imports.c[name] for name in Import.__dataclass_fields__]


def listed_measurements(actor: Actor, metric_id: UUID, window: Window) -> Any:
    """For `paginate`, in the order of LISTED_BY; each row makes a RawValue."""
    columns = [measurements.c[name] for name in RawValue.__dataclass_fields__]
    return (
        select(*columns)
        .join(metrics, metrics.c.id == measurements.c.metric_id)
        .where(measurements.c.metric_id == metric_id, is_within(window), visible_to(actor))
    )


def all_measurements(
    session: Session, actor: Actor, metric_id: UUID, window: Window
) -> Iterator[RawValue]:
    """Of a window, in the order in which they are hashed."""
    found = listed_measurements(actor, metric_id, window).order_by(*LISTED_BY)
    for row in session.execute(found, execution_options={"yield_per": 5000}):
        yield RawValue(*row)


def show_import(session: Session, actor: Actor, import_id: UUID) -> Import:
    found = select(*IMPORT).join(metrics).where(imports.c.id == import_id, visible_to(actor))
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound
    return import_of(row)


def imports_of(session: Session, actor: Actor, metric_id: UUID) -> list[Import]:
    """The latest files of a metric, newest first."""
    found = select(*IMPORT).join(metrics).where(imports.c.metric_id == metric_id, visible_to(actor))
    rows = session.execute(found.order_by(imports.c.id.desc()).limit(10))
    return [import_of(row) for row in rows]


def import_of(row: Any) -> Import:
    faults = [RowFault(line, field, Fault(code)) for line, field, code in row.faults]
    return Import(**{**row._mapping, "faults": faults})
