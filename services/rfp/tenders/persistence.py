"""Tables, their mapping, and how to load an RFP that a use case will change."""

from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, registry, relationship

from services.rfp.metadata import metadata
from services.rfp.plans.persistence import plans
from services.rfp.tenders.domain import (
    MOMENTS,
    Circumstances,
    Criterion,
    Direction,
    Duty,
    Formula,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    Preset,
    PriceFormula,
    Question,
    Rfp,
    SlaTarget,
    Stage,
    Window,
    is_open,
)
from services.rfp.vendors.persistence import admitted_ids
from shared.db import Instant, choice, locked
from shared.directory import people_with_role
from shared.kernel import Vendor

rfps = Table(
    "rfps",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("number", sa.String, nullable=False, unique=True),
    Column("plan_id", ForeignKey(plans.c.id), nullable=False, index=True),
    Column("title", sa.String, nullable=False),
    Column("description", sa.Text, nullable=False),
    Column("currency", sa.String(3), nullable=False),
    Column("time_zone", sa.String, nullable=False),
    Column("starts_on", sa.Date, nullable=False),
    Column("ends_on", sa.Date, nullable=False),
    Column("deadline_at", Instant, nullable=False),
    Column("price_formula", choice(PriceFormula), nullable=False),
    Column("preset", choice(Preset), nullable=False),
    Column("standstill_days", sa.Integer, nullable=False),
    Column("buyer_id", sa.Uuid, nullable=False),
    Column("version", sa.Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("opened_at", Instant),
    Column("evaluated_at", Instant),
    Column("awarded_at", Instant),
    Column("unsuccessful_at", Instant),
    Column("cancelled_at", Instant),
)


def part_of_rfp(name: str, *columns: sa.Column[object] | CheckConstraint) -> Table:
    """A table of numbered parts. A rewritten draft has old and new parts until the flush ends."""
    return Table(
        name,
        metadata,
        Column("id", sa.Uuid, primary_key=True),
        Column("rfp_id", ForeignKey(rfps.c.id), nullable=False),
        Column("position", sa.Integer, nullable=False),
        Column("title", sa.String, nullable=False),
        *columns,
        UniqueConstraint("rfp_id", "position", deferrable=True, initially="DEFERRED"),
    )


lots = part_of_rfp("lots", Column("description", sa.Text, nullable=False))

criteria = part_of_rfp(
    "criteria",
    Column("key", sa.String, nullable=False),
    Column("weight", sa.Numeric, nullable=False),
    Column("is_price", sa.Boolean, nullable=False),
    Column("minimum", sa.Numeric),
    CheckConstraint("weight > 0 AND weight <= 100", name="weight"),
)

sla_targets = part_of_rfp(
    "sla_targets",
    Column("unit", sa.String, nullable=False),
    Column("formula", choice(Formula), nullable=False),
    Column("direction", choice(Direction), nullable=False),
    Column("target", sa.Numeric, nullable=False),
    Column("minimum", sa.Numeric),
    Column("window", choice(Window), nullable=False),
    Column("tiers", JSONB, nullable=False),
)

milestone_targets = part_of_rfp(
    "milestone_targets",
    Column("due_on", sa.Date, nullable=False),
    Column("percent", sa.Numeric, nullable=False),
    Column("acceptance_criteria", sa.Text, nullable=False),
    CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("rfp_id", ForeignKey(rfps.c.id), primary_key=True),
    Column("organisation_id", sa.Uuid, primary_key=True),
)
sa.Index("ix_invitations_organisation_id", invitations.c.organisation_id)

committee = Table(
    "committee",
    metadata,
    Column("rfp_id", ForeignKey(rfps.c.id), primary_key=True),
    Column("person_id", sa.Uuid, primary_key=True),  # so that nobody has two duties
    Column("duty", choice(Duty), nullable=False),
)
sa.Index("ix_committee_person_id", committee.c.person_id)

questions = Table(
    "questions",
    metadata,
    Column("id", sa.Uuid, primary_key=True),
    Column("rfp_id", ForeignKey(rfps.c.id), nullable=False, index=True),
    Column("organisation_id", sa.Uuid, nullable=False),
    Column("asked_by", sa.Uuid),
    Column("text", sa.Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("answer", sa.Text),
    Column("answered_by", sa.Uuid),
    Column("answered_at", Instant),
)

mapper = registry(metadata=metadata)
PARTS = {
    "lots": (Lot, lots),
    "criteria": (Criterion, criteria),
    "sla_targets": (SlaTarget, sla_targets),
    "milestones": (MilestoneTarget, milestone_targets),
}
for part, table in PARTS.values():
    mapper.map_imperatively(part, table)
mapper.map_imperatively(Invitation, invitations)
mapper.map_imperatively(Member, committee)
mapper.map_imperatively(Question, questions)
OWNED = "all, delete-orphan"
mapper.map_imperatively(
    Rfp,
    rfps,
    properties={
        name: relationship(part, order_by=table.c.position, cascade=OWNED)
        for name, (part, table) in PARTS.items()
    }
    | {
        "invitations": relationship(
            Invitation, order_by=invitations.c.organisation_id, cascade=OWNED
        ),
        "committee": relationship(
            Member, order_by=[committee.c.duty, committee.c.person_id], cascade=OWNED
        ),
    },
)


def load_rfp(session: Session, rfp_id: UUID, *conditions: sa.ColumnElement[bool]) -> Rfp:
    """Load an RFP to change it or what belongs to it. Its row stays locked until we commit."""
    return locked(session, Rfp, rfps.c.id == rfp_id, *conditions)


def load_rfp_of_lot(session: Session, lot_id: UUID, *conditions: sa.ColumnElement[bool]) -> Rfp:
    """The same by one of its lots. For vendors add `require_invited(vendor)`."""
    lot = select(lots.c.rfp_id).where(lots.c.id == lot_id).scalar_subquery()
    return locked(session, Rfp, rfps.c.id == lot, *conditions)


def load_question(session: Session, question_id: UUID) -> Question:
    return locked(session, Question, questions.c.id == question_id)


def require_invited(vendor: Vendor) -> sa.ColumnElement[bool]:
    """For the `WHERE` of everything a vendor sees: published, and they are invited."""
    invited = select(invitations.c.rfp_id).where(invitations.c.organisation_id == vendor.vendor_id)
    return rfps.c.published_at.is_not(None) & rfps.c.id.in_(invited)


def stage_at(
    now: sa.ColumnElement[object] = func.clock_timestamp(),  # noqa: B008  # the same each time
) -> sa.ColumnElement[str]:
    """The domain's `stage`, in SQL: the columns of `MOMENTS`, the last first, then the clock."""
    reached = [(rfps.c[name].is_not(None), stage.value) for name, stage in MOMENTS.items()]
    clock = (is_open(rfps.c.deadline_at, now), Stage.OPEN.value)
    draft = (rfps.c.published_at.is_(None), Stage.DRAFT.value)
    case = sa.case(draft, *reached, clock, else_=Stage.CLOSED.value)
    return sa.type_coerce(case, choice(Stage))


def able_people(session: Session) -> set[tuple[UUID, Duty]]:
    """Who may open and who may evaluate: the roles of the directory are named as our duties."""
    found = people_with_role(session, *Duty)
    return {(person.id, duty) for person in found for duty in Duty if duty in person.roles}


def circumstances(
    session: Session, rfp: Rfp, *, now: datetime, least_lead: timedelta
) -> Circumstances:
    invited = [each.organisation_id for each in rfp.invitations]
    return Circumstances(
        now=now,
        least_lead=least_lead,
        plan_period=plan_period(session, rfp.plan_id),
        admitted=admitted_ids(session, invited),
        able=able_people(session),
    )


def requester_of(session: Session, rfp: Rfp) -> UUID:
    """Who wrote the plan."""
    found = select(plans.c.requester_id).where(plans.c.id == rfp.plan_id)
    requester_id: UUID = session.scalars(found).one()
    return requester_id


def plan_period(session: Session, plan_id: UUID) -> tuple[date, date]:
    row = session.execute(select(plans.c.starts_on, plans.c.ends_on).where(plans.c.id == plan_id))
    starts_on, ends_on = row.one()
    return starts_on, ends_on
