"""Tables, their mapping, who sees which contract, and how to load one to change it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, composite, registry, relationship

from services.contracts.agreements.domain import (
    READERS,
    Acceptance,
    Contract,
    ContractState,
    Direction,
    Formula,
    MilestoneTerm,
    Side,
    SlaTerm,
    Tier,
)
from services.contracts.metadata import metadata
from shared.db import Instant, choice, locked
from shared.directory import is_of_buyer
from shared.kernel import Actor, Auditor, Money, Staff, Vendor


class Tiers(sa.types.TypeDecorator[tuple[Tier, ...]]):
    """Tiers as the event spells them: decimal strings, null for an open end."""

    impl = JSONB
    cache_ok = True

    def process_bind_param(self, value: Sequence[Tier] | None, dialect: Any) -> Any:
        return None if value is None else [tier.terms() for tier in value]

    def process_result_value(self, value: Any, dialect: Any) -> tuple[Tier, ...] | None:
        return None if value is None else tuple(Tier.read(each) for each in value)


# Plain sa.Numeric keeps the digits as they were written, so the terms keep their fingerprint.
contracts = Table(
    "contracts",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("number", sa.String, nullable=False, unique=True),
    Column("title", sa.String, nullable=False),
    Column("rfp_id", sa.Uuid, nullable=False),
    Column("lot_id", sa.Uuid, nullable=False),
    Column("award_id", sa.Uuid, nullable=False, unique=True),
    Column("plan_id", sa.Uuid, nullable=False),
    Column("organisation_id", sa.Uuid, nullable=False, index=True),
    Column("buyer_id", sa.Uuid, nullable=False),
    Column("tier", sa.Integer, nullable=False),
    Column("amount", sa.Numeric, nullable=False),
    Column("currency", sa.String(3), nullable=False),
    Column("monthly", sa.Numeric, nullable=False),
    Column("one_off", sa.Numeric, nullable=False),
    Column("starts_on", sa.Date, nullable=False),
    Column("ends_on", sa.Date, nullable=False),
    Column("time_zone", sa.String, nullable=False),
    Column("standstill_ends_at", Instant, nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("documents", JSONB, nullable=False),
    Column("state", choice(ContractState), nullable=False, index=True),
    Column("activated_at", Instant),
    Column("declined_at", Instant),
    Column("declined_side", choice(Side)),
    Column("decline_reason", sa.Text, nullable=False),
    sa.CheckConstraint(
        "(state = 'active') = (activated_at IS NOT NULL)", name="active_since_a_time"
    ),
    sa.CheckConstraint(
        "(state = 'declined') = (declined_at IS NOT NULL AND declined_side IS NOT NULL)",
        name="declined_by_a_side",
    ),
)

sla_terms = Table(
    "sla_terms",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("contract_id", ForeignKey(contracts.c.id), nullable=False),
    Column("number", sa.Integer, nullable=False),
    Column("title", sa.String, nullable=False),
    Column("unit", sa.String, nullable=False),
    Column("formula", choice(Formula), nullable=False),
    Column("direction", choice(Direction), nullable=False),
    Column("target", sa.Numeric, nullable=False),
    Column("minimum", sa.Numeric),
    Column("window", sa.String, nullable=False),
    Column("tiers", Tiers, nullable=False),
    UniqueConstraint("contract_id", "number"),
)

milestones = Table(
    "milestones",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("contract_id", ForeignKey(contracts.c.id), nullable=False),
    Column("number", sa.Integer, nullable=False),
    Column("title", sa.String, nullable=False),
    Column("due_on", sa.Date, nullable=False),
    Column("percent", sa.Numeric, nullable=False),
    Column("acceptance_criteria", sa.Text, nullable=False),
    UniqueConstraint("contract_id", "number"),
)

acceptances = Table(
    "acceptances",
    metadata,
    Column("contract_id", ForeignKey(contracts.c.id), primary_key=True),
    Column("side", choice(Side), primary_key=True),  # each side accepts once
    Column("accepted_at", Instant, nullable=False),
    Column("accepted_by", sa.String, nullable=False),
    Column("terms_sha256", sa.String(64), nullable=False),
)

mapper = registry(metadata=metadata)
mapper.map_imperatively(SlaTerm, sla_terms)
mapper.map_imperatively(MilestoneTerm, milestones)
mapper.map_imperatively(Acceptance, acceptances)
mapper.map_imperatively(
    Contract,
    contracts,
    properties={
        "value": composite(Money, contracts.c.amount, contracts.c.currency),
        "sla": relationship(SlaTerm, order_by=sla_terms.c.number),
        "milestones": relationship(MilestoneTerm, order_by=milestones.c.number),
        "acceptances": relationship(Acceptance, order_by=acceptances.c.accepted_at),
    },
)


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which contracts somebody may see. It stands in the WHERE of every read and load.

    A vendor sees its own, staff by role. An auditor of the buying organisation sees all; one from
    outside sees what is named for them, and here nothing is.
    """
    if isinstance(actor, Vendor):
        return contracts.c.organisation_id == actor.vendor_id
    if isinstance(actor, Staff):
        return sa.literal(not actor.roles.isdisjoint(READERS))
    if isinstance(actor, Auditor):
        return is_of_buyer(actor)
    return sa.false()


def load_contract(
    session: Session, contract_id: UUID, *conditions: sa.ColumnElement[bool]
) -> Contract:
    """Load a contract to change it. Its row stays locked until the transaction ends."""
    return locked(session, Contract, contracts.c.id == contract_id, *conditions)


def contract_of_award(session: Session, award_id: UUID) -> UUID | None:
    return session.scalar(select(contracts.c.id).where(contracts.c.award_id == award_id))
