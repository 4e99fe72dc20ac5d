"""RFPs as an invited vendor sees them: what is asked for, never who else is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.rfp.tenders.domain import Stage
from services.rfp.tenders.persistence import require_invited, rfps, stage_at
from services.rfp.tenders.queries.parts import OWN, Asked, parts_of
from services.rfp.tenders.queries.questions import QuestionView, questions_for
from shared.kernel import NotFound, Vendor


@dataclass(frozen=True)
class OpportunityRow:
    id: UUID
    number: str
    title: str
    stage: Stage
    deadline_at: datetime


@dataclass(frozen=True, kw_only=True)
class Opportunity(Asked):
    questions: Sequence[QuestionView]

    @property
    def is_open(self) -> bool:
        return self.stage is Stage.OPEN


ORDER = (rfps.c.deadline_at, rfps.c.id)
ROW = (rfps.c.id, rfps.c.number, rfps.c.title, stage_at(), rfps.c.deadline_at)
STAGES = select(stage_at().label("stage"))


def opportunities(vendor: Vendor, *, stage: Stage | None = None) -> sa.Select[Any]:
    """Published RFPs the vendor is invited to, for `paginate` with ORDER and OpportunityRow."""
    own = select(*ROW).where(require_invited(vendor))
    return own.where(stage_at() == stage) if stage else own


def opportunity_counts(session: Session, vendor: Vendor) -> Mapping[Stage, int]:
    stages = STAGES.where(require_invited(vendor)).subquery()
    counted = select(stages.c.stage, func.count()).group_by(stages.c.stage)
    return dict(session.execute(counted).all())


def opportunity(session: Session, vendor: Vendor, rfp_id: UUID) -> Opportunity:
    own = select(*OWN).where(rfps.c.id == rfp_id, require_invited(vendor))
    row = session.execute(own).one_or_none()
    if row is None:
        raise NotFound
    asked: Any = parts_of(session, rfp_id)
    return Opportunity(**row._mapping, **asked, questions=questions_for(session, vendor, rfp_id))
