"""Reads of evaluations. Who asks decides what they see."""

from services.rfp.evaluations.queries.listing import (
    ORDER,
    EvaluationRow,
    evaluations,
    evaluations_of,
    evaluations_to_award,
    evaluations_to_watch,
)
from services.rfp.evaluations.queries.readers import READERS, Part, Reader
from services.rfp.evaluations.queries.showing import show_document, show_evaluation
from services.rfp.evaluations.queries.views import BidView, EvaluationView, LotView, PersonView

__all__ = [
    "ORDER",
    "READERS",
    "BidView",
    "EvaluationRow",
    "EvaluationView",
    "LotView",
    "Part",
    "PersonView",
    "Reader",
    "evaluations",
    "evaluations_of",
    "evaluations_to_award",
    "evaluations_to_watch",
    "show_document",
    "show_evaluation",
]
