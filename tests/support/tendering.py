"""RFPs as a buyer drafts and publishes them, and questions about them."""

import json
from datetime import timedelta
from typing import Any

from services.rfp.plans.domain import Plan
from services.rfp.tenders import usecases
from services.rfp.tenders.domain import (
    Question,
    Rfp,
    RfpContent,
)
from shared.kernel import Vendor
from support.actors import staff, vendor
from support.database import Sessions, events
from support.rfps import NOW, an_rfp

BUYER, HUAYUN, NORDWIND = staff("buyer"), vendor("huayun"), vendor("nordwind")
STRANGER = vendor("stranger")
LEAD = timedelta(seconds=5)
CONTENT = (
    "title", "description", "currency", "time_zone", "starts_on", "ends_on", "deadline_at",
    "price_formula", "lots", "criteria", "sla_targets", "milestones", "invitations", "committee",
)  # fmt: skip


def content(plan: Plan, **changes: Any) -> RfpContent:
    written = an_rfp(plan, draft=True, **changes)
    return RfpContent(**{name: getattr(written, name) for name in CONTENT})


def draft(sessions: Sessions, plan: Plan, **changes: Any) -> Rfp:
    with sessions.begin() as session:
        made = content(plan, **changes)
        return usecases.draft_rfp(session, BUYER, made, plan_id=plan.id, now=NOW)


def publish(sessions: Sessions, rfp: Rfp) -> None:
    with sessions.begin() as session:
        usecases.publish_rfp(session, BUYER, rfp_id=rfp.id, least_lead=LEAD)


def ask(sessions: Sessions, rfp: Rfp, who: Vendor = HUAYUN, text: str = "Why?") -> Question:
    with sessions.begin() as session:
        return usecases.ask_question(session, who, rfp_id=rfp.id, text=text)


def answer(sessions: Sessions, question: Question, text: str = "Because.") -> None:
    with sessions.begin() as session:
        asked = {"question_id": question.id, "text": text, "now": NOW}
        usecases.answer_question(session, BUYER, **asked)


def notices(sessions: Sessions, template: str) -> list[dict[str, Any]]:
    found = [json.loads(row.payload) for row in events(sessions, "notice_raised")]
    return [notice for notice in found if notice["template"] == template]
