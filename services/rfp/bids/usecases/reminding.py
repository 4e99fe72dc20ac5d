"""Openers who let bids wait are asked again, once on each working day."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.bids import events
from services.rfp.bids.domain import reminder_day
from services.rfp.bids.persistence import add_row, confirmed_by, opening_reminders, rfps_to_open
from services.rfp.tenders.domain import Duty, Stage
from services.rfp.tenders.persistence import load_rfp
from shared import db


def waiting_for_openers(session: Session) -> Sequence[UUID]:
    return rfps_to_open(session)


def remind_openers(session: Session, *, rfp_id: UUID) -> None:
    """Those who have not confirmed, until the bids are open or the RFP is cancelled."""
    rfp = load_rfp(session, rfp_id)
    now = db.clock(session)
    day = reminder_day(rfp.deadline_at, now, rfp.time_zone)
    if day is None or rfp.stage(now) is not Stage.CLOSED:
        return
    confirmed = confirmed_by(session, rfp_id)
    late = [
        person_id
        for person_id in rfp.people(Duty.OPENER)
        if person_id not in confirmed
        and add_row(session, opening_reminders, rfp_id=rfp_id, person_id=person_id, day=day)
    ]
    events.remind_openers(session, rfp, late, day, now)
