"""Questions and answers. No view of them says who asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.rfp.tenders.persistence import questions
from shared.kernel import NotFound, Vendor


@dataclass(frozen=True)
class QuestionView:
    id: UUID
    rfp_id: UUID
    text: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None
    own: bool = False


VIEW = [questions.c[name] for name in QuestionView.__dataclass_fields__ if name != "own"]


def all_questions(session: Session, rfp_id: UUID) -> list[QuestionView]:
    return found(session, select(*VIEW).where(questions.c.rfp_id == rfp_id))


def questions_for(session: Session, vendor: Vendor, rfp_id: UUID) -> Sequence[QuestionView]:
    """What has been answered, and the vendor's own questions that have not yet."""
    mine = questions.c.organisation_id == vendor.vendor_id
    shown = mine | questions.c.answered_at.is_not(None)
    return found(session, select(*VIEW, mine).where(questions.c.rfp_id == rfp_id, shown))


def show_question(session: Session, question_id: UUID) -> QuestionView:
    one = found(session, select(*VIEW).where(questions.c.id == question_id))
    if not one:
        raise NotFound
    return one[0]


def found(session: Session, statement: sa.Select[Any]) -> list[QuestionView]:
    ordered = statement.order_by(questions.c.asked_at, questions.c.id).limit(500)
    return [QuestionView(*row) for row in session.execute(ordered)]
