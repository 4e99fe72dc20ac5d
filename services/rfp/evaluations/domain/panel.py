"""The evaluators of an RFP: what connects them with bidders, and who has submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from services.rfp.evaluations.domain.errors import (
    ConflictUnexplained,
    DeclarationMissing,
    DeclarationStands,
    Excluded,
    LastEvaluator,
    NotAnEvaluator,
    ScoresSubmitted,
)
from shared.kernel import N_, Labelled


class Conflict(Labelled):
    """In the order of gravity: a declaration is only ever made graver."""

    NONE = "none", N_("No conflict")
    POTENTIAL = "potential", N_("Potential conflict")
    ACTUAL = "actual", N_("Actual conflict")

    @property
    def graver(self) -> list["Conflict"]:
        order = list(Conflict)
        return order[order.index(self) + 1 :]


@dataclass(eq=False)
class Evaluator:
    """Somebody of the committee who has declared their interests."""

    rfp_id: UUID
    person_id: UUID
    conflict: Conflict
    text: str
    declared_at: datetime
    submitted_at: datetime | None = None

    @property
    def is_excluded(self) -> bool:
        return self.conflict is Conflict.ACTUAL

    def require_scoring(self) -> None:
        if self.is_excluded:
            raise Excluded
        if self.submitted_at:
            raise ScoresSubmitted

    def declare_graver(self, conflict: Conflict, text: str, now: datetime) -> None:
        if conflict not in self.conflict.graver:
            raise DeclarationStands
        self.conflict, self.text, self.declared_at = conflict, text, now


@dataclass(frozen=True)
class Score:
    """One evaluator's grade for one bid on one criterion; without a grade it is a blank."""

    bid_id: UUID
    criterion_id: UUID
    grade: Decimal | None
    comment: str


@dataclass(frozen=True)
class Panel:
    """`members` are the evaluators that the RFP names; `declared` those who have declared.

    `departed` have left the committee after they had submitted: their scores stay.
    """

    members: Sequence[UUID]
    declared: Mapping[UUID, Evaluator]
    departed: Sequence[UUID] = ()

    def require_member(self, person_id: UUID) -> None:
        if person_id not in self.members:
            raise NotAnEvaluator

    def scorer(self, person_id: UUID) -> Evaluator:
        """Somebody who may see the bids and grade them now."""
        self.require_member(person_id)
        evaluator = self.declared.get(person_id)
        if evaluator is None:
            raise DeclarationMissing
        evaluator.require_scoring()
        return evaluator

    def require_declarable(self, person_id: UUID, conflict: Conflict, text: str) -> None:
        """A conflict has to be explained, and somebody has to remain who can score."""
        self.require_member(person_id)
        if conflict is not Conflict.NONE and not text.strip():
            raise ConflictUnexplained
        if conflict is Conflict.ACTUAL and self.scoring() == [person_id]:
            raise LastEvaluator

    def scoring(self) -> list[UUID]:
        """Those whose scores count, whether they have given them or not."""
        return [each for each in (*self.members, *self.departed) if not self.is_excluded(each)]

    def is_excluded(self, person_id: UUID) -> bool:
        evaluator = self.declared.get(person_id)
        return evaluator is not None and evaluator.is_excluded

    def waiting_for(self) -> list[UUID]:
        return [each for each in self.scoring() if not self.has_submitted(each)]

    def has_submitted(self, person_id: UUID) -> bool:
        evaluator = self.declared.get(person_id)
        return evaluator is not None and evaluator.submitted_at is not None
