"""The rules of evaluating: who scores, and how scores become a ranking."""

from services.rfp.evaluations.domain import working
from services.rfp.evaluations.domain.errors import (
    ConflictUnexplained,
    DeclarationMissing,
    DeclarationStands,
    EvaluationComplete,
    Excluded,
    GradesMissing,
    LastEvaluator,
    NotAnEvaluator,
    NotOpened,
    ScoresSubmitted,
    ScoreUnknown,
)
from services.rfp.evaluations.domain.panel import Conflict, Evaluator, Panel, Score
from services.rfp.evaluations.domain.scoring import (
    FULL_GRADE,
    Cell,
    Offer,
    Ranking,
    Result,
    published,
    rank_bids,
)

__all__ = [
    "FULL_GRADE",
    "Cell",
    "Conflict",
    "ConflictUnexplained",
    "DeclarationMissing",
    "DeclarationStands",
    "EvaluationComplete",
    "Evaluator",
    "Excluded",
    "GradesMissing",
    "LastEvaluator",
    "NotAnEvaluator",
    "NotOpened",
    "Offer",
    "Panel",
    "Ranking",
    "Result",
    "Score",
    "ScoreUnknown",
    "ScoresSubmitted",
    "published",
    "rank_bids",
    "working",
]
