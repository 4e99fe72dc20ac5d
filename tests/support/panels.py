"""What an evaluator does and what is there afterwards, for tests of evaluations."""

from typing import Any

from services.rfp.evaluations import queries
from services.rfp.tenders.domain import Rfp
from services.rfp.tenders.persistence import rfps
from shared import audit
from support.actors import staff
from support.database import Sessions, rows
from support.rfps import EVALUATORS

FIRST, SECOND, THIRD = EVALUATORS
GRADES = {"huayun": "4", "nordwind": "3"}


def evaluated_at(sessions: Sessions, rfp: Rfp) -> Any:
    [row] = rows(sessions, rfps, id=rfp.id)
    return row.evaluated_at


def actions(sessions: Sessions, rfp: Rfp) -> list[tuple[str, str]]:
    with sessions() as session:
        entries = audit.history(session, f"rfp:{rfp.id}")
    return [(entry.action, entry.actor) for entry in reversed(entries)]


def view(sessions: Sessions, who: str, rfp: Rfp) -> queries.EvaluationView:
    with sessions() as session:
        return queries.show_evaluation(session, staff(who), rfp.id)
