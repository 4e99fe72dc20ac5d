"""delivery/usecases: versions handed in, levels of review, and who hears of what."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from support.contracts import (
    a_draft,
    actions,
    decide,
    hand_in,
    in_force,
    notices,
    race,
    said,
    sample,
    somebody,
    stored_files,
    told,
)
from support.contracts import people as cast
from support.database import Sessions, rows

from services.contracts.agreements.domain import Contract, ContractNotActive
from services.contracts.delivery import usecases
from services.contracts.delivery.domain import (
    LARGEST_FILE,
    Decision,
    Deliverable,
    DeliveryState,
    LevelDecided,
    NewerVersion,
    NotWaiting,
    NotWanted,
    ReasonNeeded,
    ReviewedOtherLevel,
)
from services.contracts.delivery.persistence import deliverables, deliveries, reviews
from shared.directory import people
from shared.files import FileEmpty, FileTooLarge, LocalStorage, ScanState, files
from shared.kernel import NotFound, uuid7

REVIEWERS = {name for name in cast() if name.startswith("quality")}
OF_VENDOR = {"admin", "member"}


def state(sessions: Sessions, contract: Contract, number: int = 1) -> tuple[DeliveryState, int]:
    milestone_id = contract.milestones[number - 1].id
    [row] = rows(sessions, deliveries, milestone_id=milestone_id)
    return row.state, row.level


def review(sessions: Sessions, deliverable: Deliverable, who: str, **asked: Any) -> None:
    with sessions.begin() as session:
        usecases.review_deliverable(
            session,
            somebody(who),
            deliverable_id=deliverable.id,
            **{"decision": Decision("approve"), **asked},
        )


class TestHandingIn:
    def test_a_version_is_stored_with_its_checksum_and_scan_state(
        self, known: Sessions, storage: LocalStorage, contract: Contract
    ) -> None:
        deliverable = hand_in(known, storage, contract.milestones[0].id, b"report")
        [file] = rows(known, files)
        digest = "845e91831319e89c4d656bdb80c278ac09a7230d61e5dfd2e1b1fbb436ac8917"
        assert (file.id, file.sha256, file.size) == (deliverable.file_id, digest, 6)
        assert file.scan_state == ScanState.NOT_SCANNED and file.key.startswith("contracts/")
        assert b"".join(storage.get(file.key)) == b"report"
        assert state(known, contract) == (DeliveryState.SUBMITTED, 1)
        assert state(known, contract, 2) == (DeliveryState.PLANNED, 0)

    def test_it_is_announced_audited_and_noticed(
        self, known: Sessions, storage: LocalStorage, contract: Contract
    ) -> None:
        deliverable = hand_in(known, storage, contract.milestones[0].id)
        [event] = said(known, "deliverable_submitted")
        assert event.keys() == sample("tandem.contracts.deliverable_submitted.v1").keys()
        assert (event["deliverable_id"], event["version"]) == (str(deliverable.id), 1)
        assert event["sha256"] == rows(known, files)[0].sha256
        assert actions(known, contract)[-1] == ("deliverable_submitted", "member")
        assert told(known, "deliverable_submitted") == REVIEWERS
        assert all(each["due_at"] for each in notices(known, "deliverable_submitted"))

    @pytest.mark.parametrize("who", ["rival"])
    def test_another_vendor_knows_of_no_such_milestone(
        self, known: Sessions, storage: LocalStorage, contract: Contract, who: str
    ) -> None:
        milestone_id = contract.milestones[0].id
        with pytest.raises(NotFound):
            hand_in(known, storage, milestone_id, by=who)
        with pytest.raises(NotFound), known.begin() as session:
            usecases.require_wanted(session, somebody(who), milestone_id)
        assert stored_files(storage) == [] and rows(known, files) == []
        hand_in(known, storage, milestone_id)

    def test_nothing_is_taken_before_the_contract_is_in_force(
        self, known: Sessions, storage: LocalStorage
    ) -> None:
        draft = a_draft(known)
        with pytest.raises(ContractNotActive):
            hand_in(known, storage, draft.milestones[0].id)
        with pytest.raises(ContractNotActive), known.begin() as session:
            usecases.require_wanted(session, somebody("member"), draft.milestones[0].id)
        assert stored_files(storage) == [] and rows(known, files) == []

    def test_nothing_is_taken_while_it_is_reviewed(
        self, known: Sessions, storage: LocalStorage, contract: Contract
    ) -> None:
        hand_in(known, storage, contract.milestones[0].id)
        with pytest.raises(NotWanted):
            hand_in(known, storage, contract.milestones[0].id)
        assert len(stored_files(storage)) == len(rows(known, files)) == 1

    def test_a_file_that_is_too_large_leaves_nothing(
        self, known: Sessions, storage: LocalStorage, contract: Contract
    ) -> None:
        def endless() -> Iterator[bytes]:
            while True:
                yield b"\0" * 1024**2

        about = {"name": "x", "media_type": "x/y"}
        with (
            pytest.raises(FileTooLarge),
            usecases.receive(somebody("member"), storage, endless(), **about),
        ):
            pass
        assert stored_files(storage) == [] and rows(known, files) == []
        assert LARGEST_FILE == 52_428_800

    def test_an_empty_file_is_refused(
        self, known: Sessions, storage: LocalStorage, contract: Contract
    ) -> None:
        with pytest.raises(FileEmpty):
            hand_in(known, storage, contract.milestones[0].id, b"")
        assert stored_files(storage) == []

    def test_two_uploads_at_once_make_one_version(
        self, committing: Sessions, storage: LocalStorage
    ) -> None:
        milestone_id = in_force(committing).milestones[0].id
        answers = race([lambda: hand_in(committing, storage, milestone_id)] * 2)
        assert sorted(type(each).__name__ for each in answers) == ["Deliverable", "NotWanted"]
        assert len(rows(committing, deliverables)) == len(stored_files(storage)) == 1


class TestReview:
    def test_two_levels_accept_a_milestone(
        self, known: Sessions, contract: Contract, deliverable: Deliverable
    ) -> None:
        decide(known, deliverable, "quality1")
        assert state(known, contract) == (DeliveryState.IN_REVIEW, 2)
        assert said(known, "milestone_accepted") == []
        decide(known, deliverable, "quality2")
        assert state(known, contract) == (DeliveryState.ACCEPTED, 0)
        levels = [(each["level"], each["outcome"]) for each in said(known, "deliverable_reviewed")]
        assert levels == [(1, "approved"), (2, "approved")]
        [accepted] = said(known, "milestone_accepted")
        assert accepted.keys() == sample("tandem.contracts.milestone_accepted.v1").keys()
        assert accepted["percent"] == "40"
        assert actions(known, contract)[-4:] == [
            ("deliverable_submitted", "member"),
            ("deliverable_approved", "quality1"),
            ("deliverable_approved", "quality2"),
            ("milestone_accepted", "contracts"),
        ]

    def test_each_step_tells_those_concerned(
        self, known: Sessions, deliverable: Deliverable
    ) -> None:
        decide(known, deliverable, "quality1")
        assert told(known, "review_due") == REVIEWERS - {"quality1"}
        assert told(known, "milestone_accepted") == set()
        decide(known, deliverable, "quality2")
        assert told(known, "milestone_accepted") == OF_VENDOR | {"contract_manager"}
        assert told(known, "review_due") == REVIEWERS - {"quality1"}

    def test_where_no_reviewer_is_left_the_managers_hear_of_it(
        self, known: Sessions, deliverable: Deliverable
    ) -> None:
        others = people.c.roles.contains(["quality"]) & (
            people.c.id != somebody("quality1").person_id
        )
        with known.begin() as session:
            session.execute(sa.update(people).where(others).values(active=False))
        decide(known, deliverable, "quality1")
        assert told(known, "review_due") == set()
        assert told(known, "reviewer_missing") == {"contract_manager"}

    def test_an_event_says_nothing_of_who_and_why(
        self, known: Sessions, deliverable: Deliverable
    ) -> None:
        decide(known, deliverable, "quality1", "rework")
        [event] = said(known, "deliverable_reviewed")
        assert event.keys() == sample("tandem.contracts.deliverable_reviewed.v1").keys()
        assert event["outcome"] == "rework"

    def test_rework_goes_back_and_begins_again_at_level_1(
        self, known: Sessions, storage: LocalStorage, contract: Contract, deliverable: Deliverable
    ) -> None:
        decide(known, deliverable, "quality1")
        decide(known, deliverable, "quality2", "rework")
        assert state(known, contract) == (DeliveryState.REWORK, 0)
        assert told(known, "rework_requested") == OF_VENDOR
        again = hand_in(known, storage, contract.milestones[0].id, b"better")
        assert again.version == 2 and state(known, contract) == (DeliveryState.SUBMITTED, 1)
        asked = {each["person_id"] for each in notices(known, "deliverable_submitted")[9:]}
        assert len(asked) == len(REVIEWERS), "whoever read the version before may read this one"
        decide(known, again, "quality2")
        decide(known, again, "quality1")
        assert state(known, contract) == (DeliveryState.ACCEPTED, 0)

    def test_a_rejection_is_final(
        self, known: Sessions, storage: LocalStorage, contract: Contract, deliverable: Deliverable
    ) -> None:
        decide(known, deliverable, "quality1", "reject")
        assert state(known, contract) == (DeliveryState.REJECTED, 0)
        assert told(known, "deliverable_rejected") == OF_VENDOR | {"contract_manager"}
        with pytest.raises(NotWanted):
            hand_in(known, storage, contract.milestones[0].id)
        with pytest.raises(NotWaiting):
            decide(known, deliverable, "quality2")

    def test_nobody_reviews_at_two_levels(self, known: Sessions, deliverable: Deliverable) -> None:
        decide(known, deliverable, "quality1")
        with pytest.raises(ReviewedOtherLevel):
            decide(known, deliverable, "quality1")
        assert len(rows(known, reviews)) == 1
        decide(known, deliverable, "quality2")

    @pytest.mark.parametrize("decision", ["rework", "reject"])
    def test_a_reason_is_needed_for_all_but_approval(
        self, known: Sessions, deliverable: Deliverable, decision: str
    ) -> None:
        with pytest.raises(ReasonNeeded):
            review(known, deliverable, "quality1", decision=Decision(decision), reason="")
        review(known, deliverable, "quality1", decision=Decision(decision), reason="Why.")
        assert rows(known, reviews)[0].reason == "Why."

    def test_an_older_version_and_an_older_level_are_refused(
        self, known: Sessions, storage: LocalStorage, contract: Contract, deliverable: Deliverable
    ) -> None:
        decide(known, deliverable, "quality1", "rework")
        newer = hand_in(known, storage, contract.milestones[0].id)
        with pytest.raises(NewerVersion):
            decide(known, deliverable, "quality2")
        review(known, newer, "quality1", level=1)
        with pytest.raises(LevelDecided):
            review(known, newer, "quality2", level=1)
        review(known, newer, "quality2", level=2)

    def test_there_is_no_review_of_what_does_not_exist(
        self, known: Sessions, deliverable: Deliverable
    ) -> None:
        deliverable.id = uuid7()
        with pytest.raises(NotFound):
            decide(known, deliverable, "quality1")

    def test_eight_reviewers_at_once_decide_a_level_once(
        self, committing: Sessions, storage: LocalStorage
    ) -> None:
        deliverable = hand_in(committing, storage, in_force(committing).milestones[0].id)
        names = sorted(REVIEWERS)[:8]
        answers = race([lambda n=n: review(committing, deliverable, n, level=1) for n in names])
        assert answers.count(None) == 1
        assert sum(isinstance(each, LevelDecided) for each in answers) == 7
        assert [row.level for row in rows(committing, reviews)] == [1]
        assert len(said(committing, "deliverable_reviewed")) == 1

    def test_eight_at_once_who_do_not_say_a_level_decide_each_level_once(
        self, committing: Sessions, storage: LocalStorage
    ) -> None:
        deliverable = hand_in(committing, storage, in_force(committing).milestones[0].id)
        names = sorted(REVIEWERS)[:8]
        answers = race([lambda n=n: review(committing, deliverable, n) for n in names])
        assert answers.count(None) == 2
        assert sorted(row.level for row in rows(committing, reviews)) == [1, 2]
        assert len({row.reviewer for row in rows(committing, reviews)}) == 2
        assert len(said(committing, "milestone_accepted")) == 1

    def test_one_reviewer_eight_times_at_once_decides_once(
        self, committing: Sessions, storage: LocalStorage
    ) -> None:
        deliverable = hand_in(committing, storage, in_force(committing).milestones[0].id)
        answers = race([lambda: review(committing, deliverable, "quality1")] * 8)
        assert answers.count(None) == len(rows(committing, reviews)) == 1
