"""What people do to plans. Callers own the transaction; nothing here commits."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.plans.domain import Decision, Plan, PlanContent
from services.rfp.plans.persistence import load_plan, plans
from shared import audit, directory
from shared.db import next_number
from shared.kernel import Staff
from shared.messaging.notices import notify

SOURCE = "/tandem/rfp"


def write_plan(session: Session, requester: Staff, content: PlanContent, *, now: datetime) -> Plan:
    content.check()
    number = next_number(session, "PLAN", now.year)
    written = vars(content) | {"lines": list(content.lines)}
    plan = Plan(number=number, requester_id=requester.user_id, created_at=now, **written)
    session.add(plan)
    note(session, requester, plan, "plan_written")
    return plan


def rewrite_plan(
    session: Session,
    requester: Staff,
    content: PlanContent,
    *,
    plan_id: UUID,
    seen: str | None = None,
) -> None:
    """`seen`: see `Plan.require_seen`."""
    plan = own_plan(session, requester, plan_id)
    plan.require_seen(seen)
    plan.rewrite(content)
    note(session, requester, plan, "plan_changed")


def submit_plan(session: Session, requester: Staff, *, plan_id: UUID, now: datetime) -> None:
    """From here on somebody with the role of an approver has to decide."""
    plan = own_plan(session, requester, plan_id)
    plan.submit()
    note(session, requester, plan, "plan_submitted")
    approvers = directory.ids(directory.people_with_role(session, "approver"))
    others = [person_id for person_id in approvers if person_id != plan.requester_id]
    tell(session, plan, "plan_submitted", others, now)


def decide_plan(
    session: Session,
    approver: Staff,
    *,
    plan_id: UUID,
    decision: Decision,
    reason: str,
    now: datetime,
    seen: str | None = None,
) -> None:
    """`seen`: see `Plan.require_seen`. The entry keeps the fingerprint of what was decided on."""
    plan = load_plan(session, plan_id)
    plan.require_seen(seen)
    plan.decide(decision, approver_id=approver.user_id, reason=reason, now=now)
    action = "plan_approved" if decision is Decision.APPROVE else "plan_rejected"
    note(session, approver, plan, action, reason=reason, sha256=plan.sha256())
    if decision is Decision.APPROVE:
        tell_of_approval(session, plan, now)
    else:
        tell(session, plan, "plan_sent_back", [plan.requester_id], now, reason=reason)


def tell_of_approval(session: Session, plan: Plan, now: datetime) -> None:
    """The next step is any buyer's: nobody is the buyer of a plan before there is an RFP."""
    buyers = directory.ids(directory.people_with_role(session, "buyer"))
    tell(session, plan, "plan_approved", [plan.requester_id], now)
    tell(session, plan, "plan_to_tender", buyers, now)


def own_plan(session: Session, requester: Staff, plan_id: UUID) -> Plan:
    return load_plan(session, plan_id, plans.c.requester_id == requester.user_id)


def note(session: Session, actor: Staff, plan: Plan, action: str, **detail: str) -> None:
    audit.record(session, actor, chain=f"plan:{plan.id}", action=action, detail=detail)


def tell(
    session: Session, plan: Plan, template: str, to: list[UUID], now: datetime, **said: str
) -> None:
    """A plan may be submitted and decided several times: each time is news."""
    notify(
        session,
        source=SOURCE,
        to=to,
        template=template,
        subject_type="plan",
        subject_id=plan.id,
        path=f"/admin/plans/{plan.id}",
        now=now,
        dedupe=f"{plan.id}:{now.isoformat()}",
        params={"number": plan.number, "title": plan.title, **said},
    )
