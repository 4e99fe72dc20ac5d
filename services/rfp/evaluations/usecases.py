"""What evaluators do. Callers own the transaction; nothing here commits."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.rfp.evaluations import events
from services.rfp.evaluations.domain import (
    Conflict,
    EvaluationComplete,
    Evaluator,
    GradesMissing,
    NotOpened,
    Panel,
    Ranking,
    Score,
    ScoreUnknown,
    published,
    rank_bids,
)
from services.rfp.evaluations.persistence import (
    cells_to_score,
    has_acted,
    load_panel,
    offers_by_lot,
    panels,
    remember_reminder,
    replace_scores,
    rfps_in_evaluation,
    scores_of,
)
from services.rfp.tenders.domain import Duty, Rfp, Stage, errors
from services.rfp.tenders.persistence import able_people, load_rfp, rfps
from shared import audit
from shared.kernel import Staff

PATIENCE = timedelta(days=2)


def declare_interests(
    session: Session, staff: Staff, *, rfp_id: UUID, conflict: Conflict, text: str, now: datetime
) -> None:
    """Before one sees a bid. Later it can only be made graver; an actual conflict excludes."""
    rfp = load_rfp_in_evaluation(session, rfp_id, now)
    panel = load_panel(session, rfp_id)
    panel.require_declarable(staff.user_id, conflict, text)
    known = panel.declared.get(staff.user_id)
    if known:
        known.declare_graver(conflict, text, now)
    else:
        session.add(Evaluator(rfp_id, staff.user_id, conflict, text, now))
    record(session, staff, rfp_id, "interests_declared", {"conflict": conflict})
    session.flush()
    complete_when_ready(session, staff, rfp, now)


def save_scores(
    session: Session, staff: Staff, *, rfp_id: UUID, given: Sequence[Score], now: datetime
) -> None:
    """Keep one's sheet as it now is; what it does not name is blank."""
    load_rfp_in_evaluation(session, rfp_id, now)
    load_panel(session, rfp_id).scorer(staff.user_id)
    cells = [(score.bid_id, score.criterion_id) for score in given]
    if len(set(cells)) < len(cells) or not cells_to_score(session, rfp_id).issuperset(cells):
        raise ScoreUnknown
    replace_scores(session, rfp_id, staff.user_id, given)
    record(session, staff, rfp_id, "scores_saved", {"count": len(cells)})


def submit_scores(session: Session, staff: Staff, *, rfp_id: UUID, now: datetime) -> None:
    """Lock one's sheet. The last one to submit completes the evaluation."""
    rfp = load_rfp_in_evaluation(session, rfp_id, now)
    scorer = load_panel(session, rfp_id).scorer(staff.user_id)
    sheet = scores_of(session, rfp_id, staff.user_id)
    graded = {(each.bid_id, each.criterion_id) for each in sheet if each.grade is not None}
    if missing := cells_to_score(session, rfp_id) - graded:
        raise GradesMissing(count=len(missing))
    scorer.submitted_at = now
    record(session, staff, rfp_id, "scores_submitted", {"sha256": digest(sheet)})
    session.flush()
    complete_when_ready(session, staff, rfp, now)


def complete_when_ready(session: Session, staff: Staff, rfp: Rfp, now: datetime) -> None:
    panel = load_panel(session, rfp.id)
    if panel.waiting_for() or not panel.scoring():
        return
    rfp.evaluated_at = now
    rankings = rank_lots(session, rfp, panel)
    detail = {"lots": {str(lot): summary(ranking) for lot, ranking in rankings.items()}}
    record(session, staff, rfp.id, "evaluation_completed", detail)
    events.tell_buyer(session, rfp, now)


def rank_lots(session: Session, rfp: Rfp, panel: Panel) -> dict[UUID, Ranking]:
    """Each lot of an RFP that everybody has scored, from raw grades: the same at any time."""
    offers = offers_by_lot(session, rfp.id, panel.scoring())
    return {
        lot.id: rank_bids(offers.get(lot.id, []), rfp.criteria, rfp.price_formula)
        for lot in rfp.lots
    }


def ranking_of_lots(session: Session, rfp: Rfp) -> dict[UUID, Ranking]:
    return rank_lots(session, rfp, load_panel(session, rfp.id))


def summary(ranking: Ranking) -> list[dict[str, Any]]:
    return [
        {
            "bid_id": str(result.offer.bid_id),
            "rank": result.rank,
            "total": str(published(result.total)) if result.total is not None else None,
        }
        for result in ranking.results
    ]


def remind_evaluators(session: Session, *, now: datetime) -> None:
    """Ask once for scores that have been due for two days."""
    slow = rfps_in_evaluation(session, opened_before=now - PATIENCE)
    waiting = panels(session, [rfp.id for rfp in slow])
    for rfp in slow:
        late = [
            person_id
            for person_id in waiting[rfp.id].waiting_for()
            if remember_reminder(session, rfp.id, person_id)
        ]
        events.remind(session, late, rfp.id, rfp.number, rfp.title, now)


def load_rfp_in_evaluation(session: Session, rfp_id: UUID, now: datetime) -> Rfp:
    rfp = load_rfp(session, rfp_id, rfps.c.published_at.is_not(None))
    stage = rfp.stage(now)
    if rfp.opened_at is None:
        raise NotOpened(title=rfp.title)
    if stage is not Stage.OPENED:
        raise EvaluationComplete(title=rfp.title)
    return rfp


def digest(sheet: Sequence[Score]) -> str:
    """SHA-256 over a sheet, so that the record proves what was submitted and does not show it."""
    return hashlib.sha256(audit.canonical([vars(score) for score in sheet]).encode()).hexdigest()


def record(
    session: Session, staff: Staff, rfp_id: UUID, action: str, detail: dict[str, Any]
) -> None:
    audit.record(session, staff, chain=f"rfp:{rfp_id}", action=action, detail=detail)


def replace_member(
    session: Session,
    buyer: Staff,
    *,
    rfp_id: UUID,
    leaving: UUID,
    joining: UUID,
    reason: str,
    now: datetime,
) -> None:
    """Somebody takes the seat of a member who leaves.

    Scores that were submitted stay; a sheet that was not is dropped. Declarations are kept.
    """
    rfp = load_rfp(session, rfp_id, rfps.c.published_at.is_not(None))
    if rfp.stage(now) not in (Stage.OPEN, Stage.CLOSED, Stage.OPENED):
        raise errors.CommitteeFixed(title=rfp.title)
    duty = rfp.replace_member(leaving, joining, able_people(session))
    other = Duty.OPENER if duty is Duty.EVALUATOR else Duty.EVALUATOR
    if has_acted(session, rfp_id, joining, other):
        raise errors.OtherDuty
    session.flush()
    detail = {"duty": duty, "leaving": leaving, "joining": joining, "reason": reason}
    record(session, buyer, rfp_id, "member_replaced", detail)
    settle_scores(session, rfp, leaving, now)
    events.tell_joined(session, rfp, joining, now)


def settle_scores(session: Session, rfp: Rfp, leaving: UUID, now: datetime) -> None:
    """Whoever leaves is told what becomes of what they have given."""
    if leaving in load_panel(session, rfp.id).departed:
        events.tell_left(session, rfp, leaving, "committee_left_scored", now)
    elif scores_of(session, rfp.id, leaving):
        replace_scores(session, rfp.id, leaving, [])
        events.tell_left(session, rfp, leaving, "committee_left_unscored", now)
    else:
        events.tell_left(session, rfp, leaving, "committee_left", now)
