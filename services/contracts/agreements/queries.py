"""Reads. Each takes who is asking and returns only what they may see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.contracts.agreements import events
from services.contracts.agreements.domain import (
    ACCEPTANCE,
    DECLINABLE,
    Contract,
    ContractState,
    Fault,
    MilestoneTerm,
    Side,
    SlaTerm,
)
from services.contracts.agreements.persistence import contracts, visible_to
from shared import directory
from shared.directory import organisations
from shared.kernel import N_, Actor, Labelled, Money, NotFound, Staff, Vendor, subject_id


class Listing(NamedTuple):
    """A long list for `paginate`: its rows, the keys of their order, and what each becomes."""

    statement: sa.Select[Any]
    keys: Sequence[sa.ColumnElement[Any]]
    make: Callable[..., Any]


@dataclass(frozen=True)
class ContractRow:
    id: UUID
    number: str
    title: str
    vendor: str
    state: ContractState
    amount: Any
    currency: str
    starts_on: date
    ends_on: date

    @property
    def value(self) -> Money:
        return Money(self.amount, self.currency)


@dataclass(frozen=True)
class AcceptanceView:
    side: Side
    accepted_at: datetime
    who: str
    terms_sha256: str


@dataclass(frozen=True)
class ContractView:
    """A contract as both sides read it. `accepts` is the side that the reader may accept for."""

    id: UUID
    number: str
    title: str
    state: ContractState
    rfp_id: UUID
    lot_id: UUID
    award_id: UUID
    organisation_id: UUID
    vendor: str
    buyer: str
    value: Money
    monthly: Money
    one_off: Money
    starts_on: date
    ends_on: date
    time_zone: str
    standstill_ends_at: datetime
    drafted_at: datetime
    activated_at: datetime | None
    declined_at: datetime | None
    declined_side: Side | None
    decline_reason: str
    sla: Sequence[SlaTerm]
    milestones: Sequence[MilestoneTerm]
    documents: Sequence[Mapping[str, str]]
    acceptances: Sequence[AcceptanceView]
    terms_sha256: str
    faults: Sequence[Fault]
    accepts: Side | None
    declines: Side | None

    @property
    def is_active(self) -> bool:
        return self.state == ContractState.ACTIVE

    @property
    def has_standstill(self) -> bool:
        """One of no days has ended before the contract was drafted."""
        return self.standstill_ends_at > self.drafted_at


class TaskKind(Labelled):
    """What somebody can do, as a verb with its object; the name of the thing follows."""

    ACCEPT = "accept", N_("Accept contract")
    SUBMIT = "submit", N_("Upload deliverable")
    RESUBMIT = "resubmit", N_("Upload reworked deliverable")
    REVIEW = "review", N_("Review deliverable")
    DECIDE = "decide", N_("Decide on service credit")


@dataclass(frozen=True)
class Task:
    """What waits, for whom and until when: a row of My work, and the next step of a contract.

    `mine` tells whether the reader is the one who can do it; `why` says why it is theirs, or for
    whom it waits.
    """

    kind: TaskKind
    mine: bool
    contract_id: UUID
    number: str
    title: str
    path: str
    due_at: datetime | None
    why: str


def contracts_seen_by(actor: Actor, award_id: UUID | None = None) -> Listing:
    """Newest first."""
    names = ("id", "number", "title", "state", "amount", "currency", "starts_on", "ends_on")
    columns: list[Any] = [contracts.c[name] for name in names]
    columns.insert(3, sa.func.coalesce(organisations.c.name, ""))
    statement = (
        select(*columns)
        .outerjoin(organisations, organisations.c.id == contracts.c.organisation_id)
        .where(visible_to(actor))
    )
    if award_id:
        statement = statement.where(contracts.c.award_id == award_id)
    return Listing(statement, [contracts.c.id], ContractRow)


def contract_counts(session: Session, actor: Actor) -> Mapping[ContractState, int]:
    state = contracts.c.state
    counted = select(state, sa.func.count()).where(visible_to(actor)).group_by(state)
    return dict(session.execute(counted).all())


def contract(session: Session, actor: Actor, contract_id: UUID) -> ContractView:
    return view(session, actor, find(session, actor, contract_id))


def find(session: Session, actor: Actor, contract_id: UUID) -> Contract:
    """The entity, to read from; nothing is locked."""
    own = select(Contract).where(contracts.c.id == contract_id, visible_to(actor))
    found = session.scalars(own).one_or_none()
    if found is None:
        raise NotFound
    return found


def view(session: Session, actor: Actor, found: Contract) -> ContractView:
    copied = (
        "id number title state rfp_id lot_id award_id organisation_id value starts_on ends_on"
        " time_zone standstill_ends_at drafted_at activated_at"
        " declined_at declined_side decline_reason sla milestones documents"
    )
    currency = found.value.currency
    return ContractView(
        **{name: getattr(found, name) for name in copied.split()},
        monthly=Money(found.monthly, currency),
        one_off=Money(found.one_off, currency),
        vendor=directory.organisation_name(session, found.organisation_id),
        buyer=buying_organisation(session),
        acceptances=[acceptance_view(session, actor, each) for each in found.acceptances],
        terms_sha256=found.terms_sha256(),
        faults=found.faults(),
        accepts=accepts(actor, found.state),
        declines=side_of(actor) if found.state in DECLINABLE else None,
    )


def buying_organisation(session: Session) -> str:
    """One installation serves one buying organisation."""
    return next((each.name for each in directory.organisations_of_kind(session, "buyer")), "")


def acceptance_view(session: Session, actor: Actor, each: Any) -> AcceptanceView:
    """A vendor reads the names of its own people only; staff read both, as in the history."""
    named = not isinstance(actor, Vendor) or each.side == Side.VENDOR
    who = directory.person_name(session, subject_id(each.accepted_by, "usr")) if named else ""
    return AcceptanceView(each.side, each.accepted_at, who, each.terms_sha256)


def accepts(actor: Actor, state: ContractState) -> Side | None:
    """The side that somebody may now accept for."""
    side = side_of(actor)
    return side if side and (state, side) in ACCEPTANCE else None


def side_of(actor: Actor) -> Side | None:
    if isinstance(actor, Vendor) and "vendor_admin" in actor.roles:
        return Side.VENDOR
    if isinstance(actor, Staff) and "contract_manager" in actor.roles:
        return Side.BUYER
    return None


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


MAY_ACCEPT = {
    Side.VENDOR: N_("You may accept for your company"),
    Side.BUYER: N_("You are a contract manager"),
}
