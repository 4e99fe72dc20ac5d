"""What people do to RFPs and questions. Callers own the transaction; nothing here commits."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.plans.domain import PlanState
from services.rfp.plans.persistence import load_plan
from services.rfp.tenders import events
from services.rfp.tenders.domain import Ending, Question, Rfp, RfpContent, errors
from services.rfp.tenders.events import tell, tell_invited
from services.rfp.tenders.persistence import (
    circumstances,
    load_question,
    load_rfp,
    requester_of,
    require_invited,
)
from shared import audit, db
from shared.db import next_number
from shared.kernel import Staff, Vendor
from shared.messaging import outbox


def draft_rfp(
    session: Session, buyer: Staff, content: RfpContent, *, plan_id: UUID, now: datetime
) -> Rfp:
    """An RFP begins as a draft that only the buying side sees."""
    plan = load_plan(session, plan_id)
    if plan.state is not PlanState.APPROVED:
        raise errors.PlanNotApproved
    content.check(currency=plan.currency, buyer_id=buyer.user_id)
    number = next_number(session, "RFP", now.year)
    rfp = Rfp(
        number=number, plan_id=plan_id, buyer_id=buyer.user_id, created_at=now, **content.parts()
    )
    session.add(rfp)
    note(session, buyer, rfp, "rfp_drafted")
    return rfp


def rewrite_rfp(
    session: Session, buyer: Staff, content: RfpContent, *, rfp_id: UUID, seen: str | None = None
) -> None:
    """`seen`: see `Rfp.require_seen`."""
    rfp = load_rfp(session, rfp_id)
    rfp.require_seen(seen)
    content.check(currency=rfp.currency, buyer_id=rfp.buyer_id)
    rfp.rewrite(content)
    note(session, buyer, rfp, "rfp_changed")


def publish_rfp(
    session: Session,
    buyer: Staff,
    *,
    rfp_id: UUID,
    least_lead: timedelta,
    seen: str | None = None,
) -> None:
    """Opens the RFP for bids, unless something is missing. The database's clock decides.

    `seen`: see `Rfp.require_seen`. The entry keeps the fingerprint of what was published.
    """
    rfp = load_rfp(session, rfp_id)
    rfp.require_seen(seen)
    now = db.clock(session)
    rfp.publish(circumstances(session, rfp, now=now, least_lead=least_lead))
    note(session, buyer, rfp, "rfp_published", sha256=rfp.sha256())
    outbox.record(session, events.rfp_published(rfp))
    tell_invited(session, rfp, "rfp_published", now, due_at=rfp.deadline_at)
    to, path = [requester_of(session, rfp)], f"/admin/rfps/{rfp.id}"
    tell(session, rfp, "plan_tendered", to, now, path=path)


def ask_question(session: Session, vendor: Vendor, *, rfp_id: UUID, text: str) -> Question:
    """Whoever asks stays unnamed: to the other bidders and in the notice to the buyer."""
    rfp = load_rfp(session, rfp_id, require_invited(vendor))
    now = db.clock(session)  # only now: the wait for the lock may have lasted past the deadline
    rfp.require_open(now)
    question = Question(rfp_id, vendor.vendor_id, vendor.person_id, text, now)
    session.add(question)
    note(session, vendor, rfp, "question_asked", question_id=str(question.id))
    path = f"/admin/rfps/{rfp.id}?tab=questions"
    tell(session, rfp, "question_asked", [rfp.buyer_id], now, path=path, dedupe=str(question.id))
    return question


def answer_question(
    session: Session, buyer: Staff, *, question_id: UUID, text: str, now: datetime
) -> None:
    """All invited vendors get question and answer alike, unless the RFP came to nothing."""
    question = load_question(session, question_id)
    rfp = load_rfp(session, question.rfp_id)
    rfp.require_going_on(now)
    question.reply(text, by=buyer.user_id, now=now)
    note(session, buyer, rfp, "question_answered", question_id=str(question.id))
    tell_invited(session, rfp, "question_answered", now, dedupe=str(question.id))


def cancel(session: Session, buyer: Staff, rfp: Rfp, reason: str, now: datetime) -> None:
    """Call off an RFP that the caller has locked.

    All invited, the committee, and whoever wrote the plan are told.
    """
    rfp.cancel(now)
    note(session, buyer, rfp, "rfp_cancelled", reason=reason)
    outbox.record(session, events.rfp_cancelled(rfp))
    tell_invited(session, rfp, "rfp_cancelled", now)
    members = [member.person_id for member in rfp.committee]
    path = f"/admin/rfps/{rfp.id}"
    to = [*members, requester_of(session, rfp)]
    tell(session, rfp, "rfp_cancelled", to, now, path=path)


def end_unsuccessful(
    session: Session, actor: Staff | str, rfp: Rfp, cause: Ending, now: datetime
) -> None:
    """No lot of it is awarded and none will be. The caller has locked it and tells the others."""
    rfp.unsuccessful_at = now
    note(session, actor, rfp, "rfp_unsuccessful", cause=cause)
    tell_invited(session, rfp, "rfp_unsuccessful", now)
    path = f"/admin/rfps/{rfp.id}"
    to = [rfp.buyer_id, requester_of(session, rfp)]
    tell(session, rfp, "rfp_unsuccessful", to, now, path=path)


def note(
    session: Session, actor: Staff | Vendor | str, rfp: Rfp, action: str, **detail: str
) -> None:
    audit.record(session, actor, chain=f"rfp:{rfp.id}", action=action, detail=detail)
