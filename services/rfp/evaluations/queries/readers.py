"""Who reads an evaluation, and what part they have in it."""

from enum import StrEnum

from services.rfp.evaluations.domain import Panel
from services.rfp.tenders.domain import Stage
from shared.kernel import Auditor, NotFound, Staff

Reader = Staff | Auditor
READERS = ("buyer", "evaluator", "auditor")
OVERSEERS = frozenset({"buyer", "auditor"})


class Part(StrEnum):
    """What a reader does with an evaluation, and with it what they see."""

    WATCH = "watch"  # who has declared and submitted; no bid, no score
    DECLARE = "declare"  # the names of the bidders, nothing of their bids
    SCORE = "score"  # the bids without their prices, and one's own sheet
    SUBMITTED = "submitted"  # the same, locked
    EXCLUDED = "excluded"  # nothing
    COMPARE = "compare"  # everything


SEES_BIDS = frozenset({Part.SCORE, Part.SUBMITTED, Part.COMPARE})


def oversees(reader: Reader) -> bool:
    return not OVERSEERS.isdisjoint(reader.roles)


def part_of(reader: Reader, panel: Panel, stage: Stage) -> Part:
    """Evaluators of the RFP first of all; besides them those who oversee it.

    An actual conflict outlasts the seat on the committee.
    """
    if reader.person_id and panel.is_excluded(reader.person_id):
        return Part.EXCLUDED
    complete = stage is not Stage.OPENED
    if reader.person_id in panel.members:
        return part_of_member(reader, panel, complete=complete)
    if not oversees(reader):
        raise NotFound
    return Part.COMPARE if complete else Part.WATCH


def part_of_member(reader: Reader, panel: Panel, *, complete: bool) -> Part:
    assert reader.person_id
    evaluator = panel.declared.get(reader.person_id)
    if evaluator is None:
        return Part.DECLARE
    if evaluator.is_excluded:
        return Part.EXCLUDED
    if complete:
        return Part.COMPARE
    return Part.SUBMITTED if evaluator.submitted_at else Part.SCORE
