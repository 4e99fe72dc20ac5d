"""Reads of credits and windows. Each takes who is asking and returns only what they may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from services.contracts.agreements.domain import Direction, Tier, for_reading
from services.contracts.agreements.persistence import contracts, sla_terms, visible_to
from services.contracts.agreements.queries import Listing, Task, TaskKind
from services.contracts.settlement import events
from services.contracts.settlement.domain import (
    Credit,
    CreditState,
    WindowOutcome,
    Working,
    both_days,
    decision_due_at,
)
from services.contracts.settlement.persistence import credits, is_open, windows
from shared import directory
from shared.directory import organisations
from shared.kernel import N_, Actor, Money, NotFound, Staff, Vendor, subject_id


@dataclass(frozen=True)
class CreditRow:
    """`title`, `unit`, `direction`, `target` and `tiers` are those of the service level."""

    id: UUID
    contract_id: UUID
    contract_number: str
    contract_title: str
    time_zone: str
    vendor: str
    metric_id: UUID
    title: str
    unit: str
    direction: Direction
    target: Decimal
    tiers: Sequence[Tier]
    window_id: UUID
    revision: int
    starts_at: datetime
    ends_at: datetime
    state: CreditState
    percent: Decimal
    attained: Decimal | None
    amount: Decimal
    currency: str
    proposed_at: datetime
    settled: Decimal

    @property
    def is_correction(self) -> bool:
        return bool(self.settled)

    @property
    def month(self) -> date:
        """The first day of the window, for the name of its month."""
        return self.window[0]

    @property
    def value(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def window(self) -> tuple[date, date]:
        return both_days(self.starts_at, self.ends_at, self.time_zone)

    @property
    def due_at(self) -> datetime:
        return decision_due_at(self.proposed_at, self.time_zone)

    @property
    def shown(self) -> Decimal | None:
        if self.attained is None:
            return None
        return for_reading(self.attained, self.target, self.direction, self.tiers)

    @property
    def is_open(self) -> bool:
        return self.state == CreditState.PROPOSED


@dataclass(frozen=True)
class CreditView:
    """A credit with its working. Who decided is shown on the buyer's side only."""

    row: CreditRow
    organisation_id: UUID
    calculation_id: UUID
    input_sha256: str
    working: Working
    decided_at: datetime | None
    who: str
    reason: str
    may_decide: bool
    others: Sequence[CreditRow]


@dataclass(frozen=True)
class WindowRow:
    window_id: UUID
    metric_id: UUID
    revision: int
    starts_at: datetime
    ends_at: datetime
    attained: Decimal | None
    outcome: WindowOutcome
    evaluated_at: datetime
    time_zone: str

    @property
    def window(self) -> tuple[date, date]:
        return both_days(self.starts_at, self.ends_at, self.time_zone)


ROW: list[Any] = [
    credits.c.id,
    contracts.c.id,
    contracts.c.number,
    contracts.c.title,
    contracts.c.time_zone,
    sa.func.coalesce(organisations.c.name, ""),
    credits.c.metric_id,
    *(sla_terms.c[name] for name in ("title", "unit", "direction", "target", "tiers")),
    *(credits.c[name] for name in ("window_id", "revision", "starts_at", "ends_at", "state")),
    *(credits.c[name] for name in ("percent", "attained", "amount", "currency")),
    credits.c.proposed_at,
    credits.c.settled,
]


def rows_seen_by(actor: Actor, contract_id: UUID | None = None) -> sa.Select[Any]:
    seen = (
        select(*ROW)
        .select_from(credits)
        .join(contracts, contracts.c.id == credits.c.contract_id)
        .join(sla_terms, sla_terms.c.id == credits.c.metric_id)
        .outerjoin(organisations, organisations.c.id == contracts.c.organisation_id)
        .where(visible_to(actor))
    )
    return seen.where(contracts.c.id == contract_id) if contract_id else seen


def credits_seen_by(actor: Actor, contract_id: UUID | None = None) -> Listing:
    """Newest first."""
    return Listing(rows_seen_by(actor, contract_id), [credits.c.id], CreditRow)


def rows_of(session: Session, actor: Actor, contract_id: UUID, *, limit: int) -> list[CreditRow]:
    newest = rows_seen_by(actor, contract_id).order_by(credits.c.id.desc()).limit(limit)
    return [CreditRow(*row) for row in session.execute(newest)]


def credits_waiting(reader: Actor) -> Listing:
    """Proposals that finance has to decide on, the longest waiting first."""
    waiting = rows_seen_by(reader).where(is_open)
    return Listing(waiting, [credits.c.proposed_at, credits.c.id], CreditRow)


def count_waiting(session: Session, reader: Actor) -> int:
    waiting = credits_waiting(reader).statement.subquery()
    return session.scalar(select(sa.func.count()).select_from(waiting)) or 0


def credit(
    session: Session, actor: Actor, credit_id: UUID, contract_id: UUID | None = None
) -> CreditView:
    found = rows_seen_by(actor, contract_id).where(credits.c.id == credit_id)
    row = session.execute(found).one_or_none()
    if row is None:
        raise NotFound
    return credit_view(session, actor, CreditRow(*row))


def credit_view(session: Session, actor: Actor, row: CreditRow) -> CreditView:
    entity = session.get_one(Credit, row.id)
    decided_by = None if isinstance(actor, Vendor) else subject_id(entity.decided_by or "", "usr")
    same_window = rows_seen_by(actor).where(
        credits.c.window_id == row.window_id, credits.c.id != row.id
    )
    others = session.execute(same_window.order_by(credits.c.revision).limit(100))
    return CreditView(
        row=row,
        organisation_id=entity.organisation_id,
        calculation_id=entity.calculation_id,
        input_sha256=entity.input_sha256,
        working=entity.working,
        decided_at=entity.decided_at,
        who=directory.person_name(session, decided_by),
        reason=entity.reason,
        may_decide=decides(actor) and row.is_open,
        others=[CreditRow(*other) for other in others],
    )


def decides(actor: Actor) -> bool:
    return isinstance(actor, Staff) and "finance" in actor.roles


def newest_windows(
    session: Session, actor: Actor, contract_id: UUID, *, limit: int = 60
) -> list[WindowRow]:
    """The windows of a contract as last evaluated, newest first."""
    told = [name for name in WindowRow.__dataclass_fields__ if name != "time_zone"]
    last = (
        select(*(windows.c[name] for name in told), contracts.c.time_zone)
        .join(contracts, contracts.c.id == windows.c.contract_id)
        .where(contracts.c.id == contract_id, visible_to(actor))
        .ext(distinct_on(windows.c.window_id))
        .order_by(windows.c.window_id, windows.c.revision.desc())
        .subquery()
    )
    newest = select(last).order_by(last.c.starts_at.desc(), last.c.window_id).limit(limit)
    return [WindowRow(*row) for row in session.execute(newest)]


def tasks(session: Session, actor: Actor, contract_id: UUID | None = None) -> list[Task]:
    """Proposals to decide on, and those that the reader waits for."""
    concerned = isinstance(actor, Vendor) or not actor.roles.isdisjoint(
        {"finance", "contract_manager"}
    )
    if not concerned and contract_id is None:
        return []
    waiting = rows_seen_by(actor, contract_id).where(is_open)
    rows = session.execute(waiting.order_by(credits.c.id).limit(200))
    return [task(actor, CreditRow(*row)) for row in rows]


def task(actor: Actor, row: CreditRow) -> Task:
    mine = decides(actor)
    place = events.vendor_path if isinstance(actor, Vendor) else events.staff_path
    return Task(
        TaskKind.DECIDE,
        mine,
        row.contract_id,
        row.contract_number,
        row.title,
        place(row.contract_id, row.id),
        row.due_at,
        N_("You work in finance") if mine else N_("Waits for finance"),
    )
