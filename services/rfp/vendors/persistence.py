"""The register of vendors. Their names are in the directory."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Column, Table, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session, registry

from services.rfp.metadata import metadata
from services.rfp.vendors.domain import MAY_BE_INVITED, Registration, Standing
from shared.db import Instant, choice, locked

vendors = Table(
    "vendors",
    metadata,
    Column("organisation_id", sa.Uuid, primary_key=True),
    Column("standing", choice(Standing), nullable=False),
    Column("tier", sa.Integer),
    Column("categories", ARRAY(sa.String), nullable=False, server_default="{}"),
    Column("note", sa.Text, nullable=False, server_default=""),
    Column("admitted_at", Instant),
    Column("admitted_by", sa.Uuid),
)
may_be_invited = vendors.c.standing.in_(MAY_BE_INVITED)

mapper = registry(metadata=metadata)
mapper.map_imperatively(Registration, vendors)


def load_vendor(session: Session, organisation_id: UUID) -> Registration:
    """Load a vendor's registration to change it. Its row stays locked until we commit."""
    return locked(session, Registration, vendors.c.organisation_id == organisation_id)


def register_vendor(session: Session, organisation_id: UUID) -> None:
    """A vendor we hear of for the first time is prospective; others stay what they are."""
    new = insert(vendors).values(organisation_id=organisation_id, standing=Standing.PROSPECTIVE)
    session.execute(new.on_conflict_do_nothing())


def admitted_ids(session: Session, organisation_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the organisations that may be invited now."""
    named = vendors.c.organisation_id.in_(organisation_ids)
    return set(session.scalars(select(vendors.c.organisation_id).where(named, may_be_invited)))
