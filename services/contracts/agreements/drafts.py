"""Drafts that wait to be accepted, as work of those who accept and of those who wait for it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.contracts.agreements import events
from services.contracts.agreements.domain import ACCEPTANCE, ContractState, Side
from services.contracts.agreements.persistence import contracts, visible_to
from services.contracts.agreements.queries import Task, TaskKind, accepts, side_of
from shared.kernel import N_, Actor, Staff, Vendor

MAY_ACCEPT = {
    Side.VENDOR: N_("You may accept for your company"),
    Side.BUYER: N_("You are a contract manager"),
}


def tasks(session: Session, actor: Actor, contract_id: UUID | None = None) -> list[Task]:
    """Drafts that the reader can accept, or whose acceptance by others they wait for."""
    columns = (contracts.c.id, contracts.c.number, contracts.c.title, contracts.c.state)
    open_still = contracts.c.state.in_({state for state, _ in ACCEPTANCE})
    drafts = select(*columns, contracts.c.standstill_ends_at).where(
        visible_to(actor), concerns(actor), open_still
    )
    if contract_id:
        drafts = drafts.where(contracts.c.id == contract_id)
    rows = session.execute(drafts.order_by(contracts.c.id).limit(200))
    now = session.scalars(select(sa.func.clock_timestamp())).one()
    return [draft_task(actor, now, *row) for row in rows]


def concerns(actor: Actor) -> sa.ColumnElement[bool]:
    """All drafts those who accept and their colleagues, a buyer what they have awarded."""
    if side_of(actor) or "vendor_member" in actor.roles:
        return sa.true()
    if isinstance(actor, Staff) and "buyer" in actor.roles:
        return contracts.c.buyer_id == actor.person_id
    return sa.false()


def draft_task(
    actor: Actor,
    now: datetime,
    contract_id: UUID,
    number: str,
    title: str,
    state: ContractState,
    standstill_ends_at: datetime,
) -> Task:
    side, runs = accepts(actor, state), now < standstill_ends_at
    reason = MAY_ACCEPT[side] if side else state.label
    why = N_("The standstill still runs") if runs else reason
    mine = side is not None and not runs
    path = events.vendor_path if isinstance(actor, Vendor) else events.staff_path
    return Task(TaskKind.ACCEPT, mine, contract_id, number, title, path(contract_id), None, why)
