"""Reads of the register. Staff see all vendors, a vendor sees itself alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.rfp.vendors.domain import Category, Standing
from services.rfp.vendors.persistence import may_be_invited, vendors
from shared.directory import is_of_buyer, organisations, people_of, person_name
from shared.kernel import Auditor, NotFound, Staff, Vendor

Reader = Staff | Auditor
READERS = ("buyer", "admin", "auditor")


@dataclass(frozen=True)
class VendorRow:
    organisation_id: UUID
    name: str
    standing: Standing
    tier: int | None
    categories: Sequence[str]
    admitted_at: datetime | None

    @property
    def category_words(self) -> list[str]:
        """Labels of the categories, to be translated where they are shown."""
        return [Category(each).label for each in self.categories]

    @property
    def waits_for_admission(self) -> bool:
        return self.standing is Standing.PROSPECTIVE


@dataclass(frozen=True)
class Company(VendorRow):
    """What a vendor sees of itself: not what the buyer noted."""

    people: Sequence[str]


@dataclass(frozen=True)
class VendorView(Company):
    note: str
    admitted_by: str


COLUMNS = [
    vendors.c.organisation_id,
    organisations.c.name,
    vendors.c.standing,
    vendors.c.tier,
    vendors.c.categories,
    vendors.c.admitted_at,
]
ORDER = (organisations.c.name, vendors.c.organisation_id)


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """Staff see all of them. An auditor from outside sees what is named for them: here nothing."""
    return is_of_buyer(reader) if isinstance(reader, Auditor) else sa.true()


def all_vendors(reader: Reader, *, standing: Standing | None = None) -> sa.Select[Any]:
    """All vendors or those of one standing, for `paginate` with ORDER and VendorRow."""
    known = select(*COLUMNS).join(organisations, organisations.c.id == vendors.c.organisation_id)
    active = known.where(organisations.c.active, visible_to(reader))
    return active.where(vendors.c.standing == standing) if standing else active


def vendor_counts(session: Session, reader: Reader) -> Mapping[Standing, int]:
    active = all_vendors(reader).subquery()
    counted = select(active.c.standing, func.count()).group_by(active.c.standing)
    return dict(session.execute(counted).all())


def show_vendor(session: Session, reader: Reader, organisation_id: UUID) -> VendorView:
    row = one_vendor(session, organisation_id, visible_to(reader))
    return VendorView(
        **facts(session, row), note=row.note, admitted_by=person_name(session, row.admitted_by)
    )


def own_company(session: Session, vendor: Vendor) -> Company:
    return Company(**facts(session, one_vendor(session, vendor.vendor_id)))


def facts(session: Session, row: Any) -> dict[str, Any]:
    names = [person.name for person in people_of(session, row.organisation_id)]
    return {column.name: getattr(row, column.name) for column in COLUMNS} | {"people": names}


def one_vendor(session: Session, organisation_id: UUID, *conditions: sa.ColumnElement[bool]) -> Any:
    known = select(*COLUMNS, vendors.c.note, vendors.c.admitted_by)
    named = known.join(organisations, organisations.c.id == vendors.c.organisation_id)
    own = named.where(vendors.c.organisation_id == organisation_id, *conditions)
    row = session.execute(own).one_or_none()
    if row is None:
        raise NotFound
    return row


def vendors_to_invite(session: Session, reader: Reader) -> list[VendorRow]:
    """Those whose standing allows it, by name."""
    allowed = all_vendors(reader).where(may_be_invited).order_by(*ORDER).limit(500)
    return [VendorRow(*row) for row in session.execute(allowed)]


def vendors_to_admit(session: Session, reader: Reader) -> list[VendorRow]:
    waiting = all_vendors(reader, standing=Standing.PROSPECTIVE).order_by(*ORDER).limit(100)
    return [VendorRow(*row) for row in session.execute(waiting)]
