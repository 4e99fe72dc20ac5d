"""What the opening room shows, by stage: before the deadline nothing of bids, not even whether."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.rfp.bids.domain import BidState, DocumentState, opening_due
from services.rfp.bids.persistence import bid_documents, bids, is_current, openings
from services.rfp.tenders.domain import Duty, Stage
from services.rfp.tenders.persistence import committee, lots, rfps, stage_at
from shared.directory import is_of_buyer, organisations, people
from shared.kernel import Auditor, NotFound, Staff

Reader = Staff | Auditor
READERS = ("opener", "buyer", "auditor")
SEE_ALL = frozenset({"buyer", "auditor"})
SEALED = (Stage.DRAFT, Stage.OPEN, Stage.CANCELLED)


@dataclass(frozen=True)
class Opener:
    person_id: UUID
    name: str | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Minute:
    """One bid. Whose it is and its hash are there only once the bids are open."""

    number: int
    received_at: datetime
    lot: str
    bid_id: UUID | None = None
    organisation_id: UUID | None = None
    bidder: str = ""
    version: int | None = None
    sha256: str = ""
    state: BidState | None = None
    documents: int = 0
    damaged: int = 0
    stuck: int = 0


@dataclass(frozen=True, kw_only=True)
class OpeningRoom:
    """`bids` is None as long as not even their number may be known."""

    rfp_id: UUID
    number: str
    title: str
    deadline_at: datetime
    time_zone: str
    opened_at: datetime | None
    stage: Stage
    openers: Sequence[Opener]
    bids: Sequence[Minute] | None

    def waits_for(self, reader: Reader) -> bool:
        """The reader is an opener who has not confirmed yet, and it is time."""
        return self.stage is Stage.CLOSED and any(
            each.person_id == reader.person_id and not each.confirmed_at for each in self.openers
        )

    @property
    def missing(self) -> Sequence[Opener]:
        return [each for each in self.openers if not each.confirmed_at]


def opening_room(session: Session, reader: Reader, rfp_id: UUID) -> OpeningRoom:
    row = session.execute(room_facts(rfp_id).where(visible_to(reader))).one_or_none()
    if row is None:
        raise NotFound
    return OpeningRoom(
        **row._mapping,
        openers=openers(session, rfp_id),
        bids=None if row.stage in SEALED else minutes(session, rfp_id, opened=bool(row.opened_at)),
    )


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """Buyers see all, openers where they serve; nothing is named for an auditor from outside."""
    if isinstance(reader, Auditor):
        return is_of_buyer(reader)
    if not SEE_ALL.isdisjoint(reader.roles):
        return sa.true()
    seat = (committee.c.person_id == reader.person_id) & (committee.c.duty == Duty.OPENER)
    return rfps.c.id.in_(select(committee.c.rfp_id).where(seat))


def room_facts(rfp_id: UUID) -> sa.Select[tuple[object, ...]]:
    names = ("number", "title", "deadline_at", "time_zone", "opened_at")
    facts = select(
        rfps.c.id.label("rfp_id"), *(rfps.c[name] for name in names), stage_at().label("stage")
    )
    return facts.where(rfps.c.id == rfp_id, rfps.c.published_at.is_not(None))


def openers(session: Session, rfp_id: UUID) -> list[Opener]:
    confirmed = (openings.c.rfp_id == rfp_id) & (openings.c.person_id == committee.c.person_id)
    rows = session.execute(
        select(committee.c.person_id, people.c.name, openings.c.at)
        .outerjoin(people, people.c.id == committee.c.person_id)
        .outerjoin(openings, confirmed)
        .where(committee.c.rfp_id == rfp_id, committee.c.duty == Duty.OPENER)
        .order_by(people.c.name, committee.c.person_id)
        .limit(100)
    )
    return [Opener(*row) for row in rows]


def minutes(session: Session, rfp_id: UUID, *, opened: bool) -> list[Minute]:
    """By number and time; the rest after the opening."""
    visible = select(bids.c.received_at, lots.c.title)
    if opened:
        visible = visible.add_columns(
            bids.c.id, bids.c.vendor_id, func.coalesce(organisations.c.name, ""),
            bids.c.version, bids.c.sha256, bids.c.state,
            count_documents(), count_documents(DocumentState.DAMAGED),
            count_documents(DocumentState.SEALED, bid_documents.c.failed_at.is_not(None)),
        )  # fmt: skip
    rows = session.execute(
        visible.join_from(bids, lots)
        .outerjoin(organisations, organisations.c.id == bids.c.vendor_id)
        .where(lots.c.rfp_id == rfp_id, is_current)
        .order_by(bids.c.received_at, bids.c.id)
        .limit(1000)
    )
    return [Minute(number, *row) for number, row in enumerate(rows, start=1)]


def count_documents(
    state: DocumentState | None = None, *conditions: sa.ColumnElement[bool]
) -> sa.ScalarSelect[int]:
    counted = select(func.count()).where(bid_documents.c.bid_id == bids.c.id, *conditions)
    if state:
        counted = counted.where(bid_documents.c.state == state)
    return counted.correlate(bids).scalar_subquery()


@dataclass(frozen=True)
class OpeningDue:
    rfp_id: UUID
    number: str
    title: str
    deadline_at: datetime
    time_zone: str
    confirmed: bool

    @property
    def due_at(self) -> datetime:
        return opening_due(self.deadline_at, self.time_zone)


def openings_due(session: Session, opener: Staff) -> list[OpeningDue]:
    """RFPs whose bids this opener has to open, or has confirmed and waits for another opener."""
    mine = (committee.c.person_id == opener.user_id) & (committee.c.duty == Duty.OPENER)
    confirmed = (openings.c.rfp_id == rfps.c.id) & (openings.c.person_id == opener.user_id)
    rows = session.execute(
        select(
            rfps.c.id,
            rfps.c.number,
            rfps.c.title,
            rfps.c.deadline_at,
            rfps.c.time_zone,
            openings.c.at.is_not(None),
        )
        .join(committee, (committee.c.rfp_id == rfps.c.id) & mine)
        .outerjoin(openings, confirmed)
        .where(stage_at() == Stage.CLOSED)
        .order_by(rfps.c.deadline_at, rfps.c.id)
        .limit(100)
    )
    return [OpeningDue(*row) for row in rows]
