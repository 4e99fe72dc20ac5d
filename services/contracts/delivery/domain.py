"""How a milestone is delivered: versions are handed in, and levels of review decide in turn.

A new version has changed content, so its review begins at level 1 again, whichever level asked
for the rework. Nobody reviews one version at two levels, and nobody reviews what they handed in
themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from services.contracts.agreements.domain import end_of
from shared.calendar import WorkingDays
from shared.kernel import N_, DomainError, Forbidden, Labelled, uuid7

LEVELS = 2  # of review; at each level any one reviewer decides
REVIEW_DAYS = 5  # working days that a level has
LARGEST_FILE = 50 * 1024**2  # bytes


class DeliveryState(Labelled):
    PLANNED = "planned", N_("Planned")
    SUBMITTED = "submitted", N_("Handed in")
    IN_REVIEW = "in_review", N_("In review")
    REWORK = "rework", N_("Rework")
    ACCEPTED = "accepted", N_("Accepted")
    REJECTED = "rejected", N_("Rejected")


class Decision(Labelled):
    APPROVE = "approve", N_("Approve")
    REWORK = "rework", N_("Request changes")
    REJECT = "reject", N_("Reject")


class Outcome(Labelled):
    APPROVED = "approved", N_("Approved")
    REWORK = "rework", N_("Changes requested")
    REJECTED = "rejected", N_("Rejected")


class Move(Labelled):
    SUBMIT = "submit", N_("Hand in")
    PASS_ON = "pass_on", N_("Pass on to the next level")
    ACCEPT = "accept", N_("Accept")
    SEND_BACK = "send_back", N_("Send back")
    REJECT = "reject", N_("Reject")


MOVES: Mapping[tuple[DeliveryState, Move], DeliveryState] = {
    (DeliveryState.PLANNED, Move.SUBMIT): DeliveryState.SUBMITTED,
    (DeliveryState.REWORK, Move.SUBMIT): DeliveryState.SUBMITTED,
    (DeliveryState.SUBMITTED, Move.PASS_ON): DeliveryState.IN_REVIEW,
    (DeliveryState.SUBMITTED, Move.SEND_BACK): DeliveryState.REWORK,
    (DeliveryState.SUBMITTED, Move.REJECT): DeliveryState.REJECTED,
    (DeliveryState.IN_REVIEW, Move.ACCEPT): DeliveryState.ACCEPTED,
    (DeliveryState.IN_REVIEW, Move.SEND_BACK): DeliveryState.REWORK,
    (DeliveryState.IN_REVIEW, Move.REJECT): DeliveryState.REJECTED,
}
WANTED = frozenset(state for state, move in MOVES if move == Move.SUBMIT)
REVIEWED = frozenset(state for state, move in MOVES if move == Move.SEND_BACK)
OUTCOMES: Mapping[Decision, Outcome] = {
    Decision.APPROVE: Outcome.APPROVED,
    Decision.REWORK: Outcome.REWORK,
    Decision.REJECT: Outcome.REJECTED,
}


class NotWanted(DomainError):
    code = "deliverable_not_wanted"
    message = N_("Nothing can be handed in now: the milestone is in the state “%(state)s”.")
    final = True


class NotWaiting(DomainError):
    code = "review_not_waiting"
    message = N_("No review is possible now: the milestone is in the state “%(state)s”.")
    final = True


class NewerVersion(DomainError):
    code = "newer_version"
    message = N_("Version %(version)s has been handed in since. Review that one.")
    final = True


class LevelDecided(DomainError):
    code = "level_decided"
    message = N_("Level %(level)s has been decided by somebody else.")
    final = True


class ReasonNeeded(DomainError):
    code = "reason_needed"
    message = N_("Give a reason. The vendor reads it.")


class OwnDeliverable(Forbidden):
    code = "own_deliverable"
    message = N_("You handed this in yourself, so somebody else reviews it.")


class ReviewedOtherLevel(Forbidden):
    code = "reviewed_other_level"
    message = N_(
        "You have reviewed level %(level)s of this version. Somebody else decides on this level."
    )


@dataclass(eq=False)
class Review:
    level: int
    outcome: Outcome
    reason: str
    reviewer: str
    reviewed_at: datetime
    id: UUID = field(default_factory=uuid7)


@dataclass(eq=False)
class Deliverable:
    """One version of what was handed in."""

    version: int
    file_id: UUID
    submitted_by: str
    submitted_at: datetime
    reviews: list[Review] = field(default_factory=list)
    id: UUID = field(default_factory=uuid7)


@dataclass(eq=False)
class Delivery:
    """What becomes of one milestone. `level` decides now, since `waits_since`; 0 means none."""

    milestone_id: UUID
    contract_id: UUID
    organisation_id: UUID
    state: DeliveryState = DeliveryState.PLANNED
    level: int = 0
    waits_since: datetime | None = None
    accepted_at: datetime | None = None
    versions: list[Deliverable] = field(default_factory=list)

    @property
    def current(self) -> Deliverable | None:
        return self.versions[-1] if self.versions else None

    def require_wanted(self) -> None:
        if self.state not in WANTED:
            raise NotWanted(state=self.state)

    def submit(self, file_id: UUID, by: str, now: datetime) -> Deliverable:
        self.require_wanted()
        deliverable = Deliverable(len(self.versions) + 1, file_id, by, now)
        self.versions.append(deliverable)
        self.move(Move.SUBMIT, level=1, now=now)
        return deliverable

    def review(
        self,
        deliverable_id: UUID,
        decision: Decision,
        *,
        reviewer: str,
        reason: str,
        level: int | None,
        now: datetime,
    ) -> Review:
        """Decide for the level whose turn it is. `level` is the one the reviewer was shown."""
        current = self.current
        if current is None or self.state not in REVIEWED:
            raise NotWaiting(state=self.state)
        if current.id != deliverable_id:
            raise NewerVersion(version=current.version)
        if level is not None and level != self.level:
            raise LevelDecided(level=level)
        if refusal := self.refusal(reviewer):
            raise refusal
        if needs_reason(decision) and not reason:
            raise ReasonNeeded
        review = Review(self.level, OUTCOMES[decision], reason, reviewer, now)
        current.reviews.append(review)
        self.follow(decision, now)
        return review

    def refusal(self, reviewer: str) -> Forbidden | None:
        """Why somebody may not decide at this level; None where they may."""
        if any(version.submitted_by == reviewer for version in self.versions):
            return OwnDeliverable()
        reviews = self.current.reviews if self.current else []
        other = {each.level for each in reviews if each.reviewer == reviewer} - {self.level}
        return ReviewedOtherLevel(level=min(other)) if other else None

    def follow(self, decision: Decision, now: datetime) -> None:
        if decision == Decision.REWORK:
            self.move(Move.SEND_BACK, level=0, now=now)
        elif decision == Decision.REJECT:
            self.move(Move.REJECT, level=0, now=now)
        elif self.level < LEVELS:
            self.move(Move.PASS_ON, level=self.level + 1, now=now)
        else:
            self.move(Move.ACCEPT, level=0, now=now)
            self.accepted_at = now

    def move(self, move: Move, *, level: int, now: datetime) -> None:
        self.state = MOVES[self.state, move]
        self.level = level
        self.waits_since = now if level else None


def needs_reason(decision: Decision) -> bool:
    return decision != Decision.APPROVE


def review_due_at(waits_since: datetime, zone: str) -> datetime:
    """The end of the fifth working day after a level's turn began, where the contract counts."""
    began = waits_since.astimezone(ZoneInfo(zone)).date()
    return end_of(WorkingDays().after(began, REVIEW_DAYS), zone)
