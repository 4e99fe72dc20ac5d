"""delivery/domain: versions, levels, and who may decide."""

from datetime import UTC, datetime, timedelta

import pytest
from support.actors import an_id

from services.contracts.delivery.domain import (
    MOVES,
    Decision,
    Delivery,
    DeliveryState,
    LevelDecided,
    Move,
    NewerVersion,
    NotWaiting,
    NotWanted,
    Outcome,
    OwnDeliverable,
    ReasonNeeded,
    Review,
    ReviewedOtherLevel,
    review_due_at,
)
from shared.kernel import uuid7

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
S = DeliveryState
LEVEL = {S.SUBMITTED: 1, S.IN_REVIEW: 2}
DRAWN = {
    (S.PLANNED, Move.SUBMIT): S.SUBMITTED,
    (S.REWORK, Move.SUBMIT): S.SUBMITTED,
    (S.SUBMITTED, Move.PASS_ON): S.IN_REVIEW,
    (S.SUBMITTED, Move.SEND_BACK): S.REWORK,
    (S.SUBMITTED, Move.REJECT): S.REJECTED,
    (S.IN_REVIEW, Move.ACCEPT): S.ACCEPTED,
    (S.IN_REVIEW, Move.SEND_BACK): S.REWORK,
    (S.IN_REVIEW, Move.REJECT): S.REJECTED,
}


def a_delivery() -> Delivery:
    return Delivery(uuid7(), uuid7(), an_id("huayun"))


def hand_in(delivery: Delivery, by: str = "usr_vendor") -> None:
    delivery.submit(uuid7(), by, NOW)


def decide(
    delivery: Delivery, who: str, decision: Decision = Decision.APPROVE, level: int | None = None
) -> Review:
    assert delivery.current
    reason = "" if decision == Decision.APPROVE else "The list is missing."
    return delivery.review(
        delivery.current.id, decision, reviewer=who, reason=reason, level=level, now=NOW
    )


def in_state(state: DeliveryState) -> Delivery:
    delivery = a_delivery()
    if state == S.PLANNED:
        return delivery
    hand_in(delivery)
    if state in (S.IN_REVIEW, S.ACCEPTED):
        decide(delivery, "usr_a")
    if state == S.ACCEPTED:
        decide(delivery, "usr_b")
    if state == S.REWORK:
        decide(delivery, "usr_a", Decision.REWORK)
    if state == S.REJECTED:
        decide(delivery, "usr_a", Decision.REJECT)
    assert delivery.state == state
    return delivery


def test_the_table_is_what_was_drawn() -> None:
    assert MOVES == DRAWN


@pytest.mark.parametrize("state", list(S))
def test_a_version_is_taken_only_when_one_is_wanted(state: DeliveryState) -> None:
    delivery = in_state(state)
    if state in (S.PLANNED, S.REWORK):
        hand_in(delivery)
        assert (delivery.state, delivery.level, delivery.waits_since) == (S.SUBMITTED, 1, NOW)
        assert [each.version for each in delivery.versions][-1] == len(delivery.versions)
    else:
        with pytest.raises(NotWanted):
            hand_in(delivery)


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_counts_only_while_a_level_waits(
    state: DeliveryState, decision: Decision
) -> None:
    following = {
        (S.SUBMITTED, Decision.APPROVE): (S.IN_REVIEW, 2),
        (S.SUBMITTED, Decision.REWORK): (S.REWORK, 0),
        (S.SUBMITTED, Decision.REJECT): (S.REJECTED, 0),
        (S.IN_REVIEW, Decision.APPROVE): (S.ACCEPTED, 0),
        (S.IN_REVIEW, Decision.REWORK): (S.REWORK, 0),
        (S.IN_REVIEW, Decision.REJECT): (S.REJECTED, 0),
    }
    delivery = in_state(state)
    if (state, decision) in following:
        review = decide(delivery, "usr_c", decision)
        assert (delivery.state, delivery.level) == following[state, decision]
        assert review.level == LEVEL[state]
        assert bool(delivery.waits_since) == bool(delivery.level)
        assert bool(delivery.accepted_at) == (delivery.state == S.ACCEPTED)
    elif state == S.PLANNED:
        with pytest.raises(NotWaiting):
            delivery.review(uuid7(), decision, reviewer="usr_c", reason="x", level=None, now=NOW)
    else:
        with pytest.raises(NotWaiting):
            decide(delivery, "usr_c", decision)


def test_nobody_reviews_at_two_levels() -> None:
    delivery = in_state(S.IN_REVIEW)
    with pytest.raises(ReviewedOtherLevel):
        decide(delivery, "usr_a")
    decide(delivery, "usr_b")


def test_the_levels_of_a_version_stay_apart() -> None:
    delivery = in_state(S.IN_REVIEW)  # usr_a has approved level 1
    with pytest.raises(ReviewedOtherLevel):
        decide(delivery, "usr_a")
    decide(delivery, "usr_b", Decision.REWORK)
    hand_in(delivery)
    assert decide(delivery, "usr_b").level == 1
    with pytest.raises(ReviewedOtherLevel):
        decide(delivery, "usr_b")
    assert decide(delivery, "usr_a").level == 2
    assert delivery.state == S.ACCEPTED


def test_two_reviewers_are_enough_whoever_goes_on_after_a_rework() -> None:
    delivery = in_state(S.SUBMITTED)
    decide(delivery, "usr_a", Decision.REWORK)
    hand_in(delivery)
    assert decide(delivery, "usr_b").level == 1
    assert decide(delivery, "usr_a").level == 2
    assert delivery.state == S.ACCEPTED


def test_nobody_reviews_what_they_handed_in() -> None:
    delivery = a_delivery()
    hand_in(delivery, by="usr_a")
    with pytest.raises(OwnDeliverable):
        decide(delivery, "usr_a")
    decide(delivery, "usr_b", Decision.REWORK)
    hand_in(delivery, by="usr_c")
    with pytest.raises(OwnDeliverable):
        decide(delivery, "usr_a")  # of an earlier version


@pytest.mark.parametrize("decision", [Decision.REWORK, Decision.REJECT])
def test_all_but_approval_needs_a_reason(decision: Decision) -> None:
    delivery = in_state(S.SUBMITTED)
    assert delivery.current
    with pytest.raises(ReasonNeeded):
        delivery.review(
            delivery.current.id, decision, reviewer="usr_a", reason="", level=None, now=NOW
        )


def test_a_decision_on_an_older_version_is_refused() -> None:
    delivery = in_state(S.REWORK)
    assert delivery.current
    old = delivery.current.id
    hand_in(delivery)
    with pytest.raises(NewerVersion):
        delivery.review(old, Decision.APPROVE, reviewer="usr_b", reason="", level=None, now=NOW)


def test_a_decision_for_a_level_that_is_over_is_refused() -> None:
    delivery = in_state(S.IN_REVIEW)
    with pytest.raises(LevelDecided):
        decide(delivery, "usr_b", level=1)
    decide(delivery, "usr_b", level=2)


def test_every_decision_has_its_outcome() -> None:
    delivery = in_state(S.SUBMITTED)
    assert decide(delivery, "usr_a", Decision.REWORK).outcome == Outcome.REWORK
    delivery = in_state(S.SUBMITTED)
    assert decide(delivery, "usr_a", Decision.REJECT).outcome == Outcome.REJECTED
    assert decide(in_state(S.SUBMITTED), "usr_a").outcome == Outcome.APPROVED


def test_a_level_has_five_working_days() -> None:
    friday = datetime(2026, 11, 20, 20, tzinfo=UTC)  # Saturday already in Shanghai
    in_berlin = datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC)
    assert review_due_at(friday, "Europe/Berlin") == in_berlin
    in_shanghai = datetime(2026, 11, 27, 15, 59, 59, tzinfo=UTC)
    assert review_due_at(friday, "Asia/Shanghai") == in_shanghai
    monday = friday + timedelta(days=3)
    assert review_due_at(monday, "Europe/Berlin") == in_berlin + timedelta(days=3)
