"""delivery/domain: what refusals say, and what is kept of versions and reviews."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.contracts.delivery.domain import (
    Decision,
    Delivery,
    DeliveryState,
    LevelDecided,
    NewerVersion,
    NotWaiting,
    NotWanted,
    Outcome,
    Review,
    ReviewedOtherLevel,
    review_due_at,
)
from shared.kernel import DomainError, uuid7

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def delivery() -> Delivery:
    """The first version of it waits at level 1."""
    made = Delivery(uuid7(), uuid7(), uuid7())
    made.submit(uuid7(), "usr_vendor", NOW)
    return made


def review(
    delivery: Delivery,
    reviewer: str,
    decision: Decision = Decision.APPROVE,
    *,
    of: UUID | None = None,
    level: int | None = None,
) -> Review:
    assert delivery.current
    return delivery.review(
        of or delivery.current.id, decision, reviewer=reviewer, reason="Look again.", level=level,
        now=LATER,
    )  # fmt: skip


def test_a_version_says_which_it_is_and_who_handed_it_in(delivery: Delivery) -> None:
    review(delivery, "usr_a", Decision.REWORK)
    file_id = uuid7()
    second = delivery.submit(file_id, "usr_other", LATER)
    assert (second.version, second.file_id, second.submitted_by) == (2, file_id, "usr_other")
    assert second.submitted_at == delivery.waits_since == LATER
    assert delivery.versions[-1] is second


def test_a_review_says_who_decided_what_and_when(delivery: Delivery) -> None:
    made = review(delivery, "usr_a")
    assert (made.level, made.outcome, made.reviewer) == (1, Outcome.APPROVED, "usr_a")
    assert (made.reason, made.reviewed_at) == ("Look again.", LATER)
    assert delivery.versions[0].reviews == [made]


def test_the_next_level_waits_from_the_decision_of_the_one_before(delivery: Delivery) -> None:
    review(delivery, "usr_a")
    assert (delivery.level, delivery.waits_since, delivery.accepted_at) == (2, LATER, None)
    review(delivery, "usr_b")
    assert (delivery.level, delivery.waits_since, delivery.accepted_at) == (0, None, LATER)


def refused(kind: type[DomainError], delivery: Delivery, **asked: object) -> object:
    with pytest.raises(kind) as refusal:
        review(delivery, **asked)  # type: ignore[arg-type]  # as the test says
    return refusal.value.params


def test_refusals_say_what_has_happened_since(delivery: Delivery) -> None:
    with pytest.raises(NotWanted) as unwanted:
        delivery.submit(uuid7(), "usr_vendor", LATER)
    assert unwanted.value.params == {"state": DeliveryState.SUBMITTED}
    assert refused(LevelDecided, delivery, reviewer="usr_a", level=2) == {"level": 2}
    first = delivery.versions[0].id
    review(delivery, "usr_a", Decision.REWORK)
    assert refused(NotWaiting, delivery, reviewer="usr_b") == {"state": DeliveryState.REWORK}
    delivery.submit(uuid7(), "usr_vendor", LATER)
    assert refused(NewerVersion, delivery, reviewer="usr_b", of=first) == {"version": 2}


def test_who_has_reviewed_another_level_hears_which(delivery: Delivery) -> None:
    review(delivery, "usr_a", level=1)
    assert refused(ReviewedOtherLevel, delivery, reviewer="usr_a") == {"level": 1}


def test_a_turn_begins_on_the_day_of_the_contracts_zone() -> None:
    """On Sunday evening it is Monday there, which is the first day that does not count."""
    sunday = datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert review_due_at(sunday, "Asia/Shanghai") == datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)
