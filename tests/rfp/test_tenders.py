"""The rules of RFPs, and that Python and SQL tell the same stage."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from support.actors import an_id
from support.database import Sessions
from support.plans import ENDS_ON, STARTS_ON, YEAR
from support.rfps import BIDDERS, EVALUATORS, NOW, OPENERS, a_plan, an_rfp, an_sla_target, stored

from services.rfp.awards.domain import BidDeclined
from services.rfp.plans.domain import Plan
from services.rfp.tenders.domain import (
    Circumstances,
    Criterion,
    Duty,
    Member,
    MilestoneTarget,
    Question,
    Rfp,
    Stage,
    default_criteria,
    errors,
    is_open,
)
from services.rfp.tenders.persistence import rfps, stage_at
from shared.kernel import DomainError

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
LONG = {"plan_period": (date(2000, 1, 1), date(9998, 12, 31))}
TODAY = NOW.astimezone(ZoneInfo("Asia/Shanghai")).date()
LEAD = timedelta(seconds=5)


def fit(**changes: Any) -> Circumstances:
    """Circumstances under which `a_draft` can be published."""
    able = {(an_id(name), Duty.EVALUATOR) for name in EVALUATORS}
    able |= {(an_id(name), Duty.OPENER) for name in OPENERS}
    given: dict[str, Any] = {
        "now": NOW,
        "least_lead": LEAD,
        "plan_period": (STARTS_ON, ENDS_ON),
        "admitted": {an_id(f"{name}-org") for name in BIDDERS},
        "able": able,
    }
    return Circumstances(**(given | changes))


def a_draft(**changes: Any) -> Rfp:
    return an_rfp(a_plan(), draft=True, **changes)


def weights(*numbers: str, prices: int = 1) -> list[Criterion]:
    return [
        Criterion(n, f"c{n}", f"C{n}", Decimal(weight), is_price=n <= prices)
        for n, weight in enumerate(numbers, start=1)
    ]


def percents(*numbers: str) -> list[MilestoneTarget]:
    day = date(YEAR, 12, 1)
    return [MilestoneTarget(n, "M", day, Decimal(p), "ok") for n, p in enumerate(numbers, start=1)]


def due(day: date) -> list[MilestoneTarget]:
    return [MilestoneTarget(1, "Go-live", day, Decimal(100), "ok")]


def test_a_complete_draft_is_published() -> None:
    rfp = a_draft()
    assert rfp.obstacles(fit()) == []
    rfp.publish(fit())
    assert rfp.published_at == NOW and rfp.stage(NOW) is Stage.OPEN


def test_a_published_rfp_is_neither_published_again_nor_changed() -> None:
    rfp = a_draft()
    rfp.publish(fit())
    with pytest.raises(errors.RfpPublished):
        rfp.publish(fit())
    with pytest.raises(errors.RfpPublished):
        rfp.still_a_draft()


@pytest.mark.parametrize(
    ("changes", "circumstances", "refusal"),
    [
        ({"starts_on": ENDS_ON, "ends_on": ENDS_ON - DAY}, {}, errors.PeriodReversed),
        ({}, {"plan_period": (STARTS_ON + DAY, ENDS_ON)}, errors.OutsidePlan),
        ({}, {"plan_period": (STARTS_ON, ENDS_ON - DAY)}, errors.OutsidePlan),
        ({"milestones": due(STARTS_ON - DAY)}, {}, errors.MilestoneOutside),
        ({"milestones": due(ENDS_ON + DAY)}, {}, errors.MilestoneOutside),
        ({"lots": []}, {}, errors.LotsMissing),
        ({"deadline_at": NOW + LEAD - SECOND}, {}, errors.DeadlineTooSoon),
        ({"criteria": weights("50", "49.99")}, {}, errors.WeightsOff),
        ({"criteria": weights("50", "50.01")}, {}, errors.WeightsOff),
        ({"criteria": []}, {}, errors.WeightsOff),
        ({"criteria": weights("50", "50", prices=0)}, {}, errors.OnePriceCriterion),
        ({"criteria": weights("50", "50", prices=2)}, {}, errors.OnePriceCriterion),
        ({"sla_targets": [an_sla_target(tiers=[])]}, {}, errors.TiersBroken),
        ({"sla_targets": [an_sla_target(minimum=Decimal(96))]}, {}, errors.MinimumBeyondTarget),
        ({"milestones": percents("40", "59.99")}, {}, errors.PercentsOff),
        ({"milestones": []}, {}, errors.PercentsOff),
        ({"invitations": []}, {}, errors.NobodyInvited),
        ({}, {"admitted": {an_id("huayun-org")}}, errors.VendorNotAdmitted),
        ({"committee": []}, {}, errors.CommitteeTooSmall),
        ({}, {"able": {(an_id(name), Duty.OPENER) for name in OPENERS}}, errors.RoleMissing),
    ],
)
def test_what_is_missing_keeps_a_draft_from_being_published(
    changes: Mapping[str, Any], circumstances: Mapping[str, Any], refusal: type[DomainError]
) -> None:
    rfp = a_draft(**changes)
    with pytest.raises(refusal):
        rfp.publish(fit(**circumstances))
    assert [type(each) for each in rfp.obstacles(fit(**circumstances))] == [refusal]
    assert rfp.published_at is None


def test_all_obstacles_are_named_at_once() -> None:
    rfp = a_draft(lots=[], milestones=[], invitations=[])
    found = [type(each) for each in rfp.obstacles(fit())]
    assert found == [errors.LotsMissing, errors.PercentsOff, errors.NobodyInvited]


def test_the_deadline_may_be_exactly_the_least_lead_away() -> None:
    a_draft(deadline_at=NOW + LEAD).publish(fit())


def test_a_contract_may_have_begun_and_may_last_a_day() -> None:
    a_draft(starts_on=date(2020, 1, 1)).publish(fit(**LONG))
    day = TODAY + 2 * DAY
    a_draft(starts_on=day, ends_on=day, milestones=due(day)).publish(fit(**LONG))


@pytest.mark.parametrize(("closes_in", "ends_in", "fits"), [(3, 2, False), (3, 3, True)])
def test_a_contract_does_not_end_before_bids_close(
    closes_in: int, ends_in: int, fits: bool
) -> None:
    rfp = a_draft(
        starts_on=date(2020, 1, 1),
        ends_on=TODAY + ends_in * DAY,
        deadline_at=NOW + closes_in * DAY,
        milestones=due(TODAY),
    )
    found = [type(each) for each in rfp.obstacles(fit(**LONG))]
    assert found == ([] if fits else [errors.ContractEndsTooSoon])


def test_a_contract_that_is_over_is_not_published_whatever_the_deadline() -> None:
    over = {"starts_on": date(2025, 1, 1), "ends_on": date(2025, 2, 1)}
    rfp = a_draft(**over, deadline_at=NOW - 900 * DAY, milestones=due(date(2020, 1, 1)))
    found = {type(each) for each in rfp.obstacles(fit())}
    assert found == {
        errors.ContractEndsTooSoon, errors.OutsidePlan, errors.DeadlineTooSoon,
        errors.MilestoneOutside,
    }  # fmt: skip


def test_the_last_day_is_the_one_where_the_contract_counts() -> None:
    """At 20:00 UTC the day after has begun in Shanghai."""
    evening = NOW.replace(hour=20, minute=0) + DAY
    ends_on = evening.date()
    rfp = a_draft(
        starts_on=date(2020, 1, 1), ends_on=ends_on, deadline_at=evening, milestones=due(ends_on)
    )
    found = [type(each) for each in rfp.obstacles(fit(**LONG))]
    assert found == [errors.ContractEndsTooSoon]


@pytest.mark.parametrize(("openers", "evaluators"), [(1, 3), (2, 2)])
def test_the_committee_is_large_enough(openers: int, evaluators: int) -> None:
    members = [Member(an_id(name), Duty.OPENER) for name in OPENERS[:openers]]
    members += [Member(an_id(name), Duty.EVALUATOR) for name in EVALUATORS[:evaluators]]
    with pytest.raises(errors.CommitteeTooSmall):
        a_draft(committee=members).publish(fit())


def test_the_default_template_adds_up_to_a_hundred_with_one_price() -> None:
    found = {each.key: each.weight for each in default_criteria()}
    assert list(found.values()) == [20, 25, 20, 15, 20] and sum(found.values()) == 100
    assert [each.key for each in default_criteria() if each.is_price] == ["price"]


def test_all_service_levels_are_looked_at() -> None:
    levels = [an_sla_target(title=title, tiers=[]) for title in ("Calls", "Repairs")]
    found = a_draft(sla_targets=levels).obstacles(fit())
    assert [(type(each), each.params["title"]) for each in found] == [
        (errors.TiersBroken, "Calls"), (errors.TiersBroken, "Repairs")
    ]  # fmt: skip


def test_the_price_has_no_least_grade() -> None:
    criteria = default_criteria()
    criteria[2].minimum = Decimal(3)
    faults = a_draft(criteria=criteria).obstacles(fit())
    assert [type(fault) for fault in faults] == [errors.PriceWithoutGrade]


def test_a_bid_is_in_time_until_just_before_the_deadline() -> None:
    assert is_open(NOW, NOW - timedelta(microseconds=1)) and not is_open(NOW, NOW)


MOMENTS = (
    "published_at", "opened_at", "evaluated_at", "awarded_at", "unsuccessful_at", "cancelled_at",
)  # fmt: skip


@pytest.mark.parametrize("come", list(product((None, NOW), repeat=6)))
@pytest.mark.parametrize("left", [-SECOND, timedelta(0), SECOND])
def test_python_and_sql_tell_the_same_stage(
    sessions: Sessions, plan: Plan, come: tuple[Any, ...], left: timedelta
) -> None:
    moments = dict(zip(MOMENTS, come, strict=True))
    rfp = stored(sessions, an_rfp(plan, deadline_at=NOW + left, **moments))
    with sessions.begin() as session:
        asked = sa.select(stage_at(sa.literal(NOW))).where(rfps.c.id == rfp.id)
        assert session.scalars(asked).one() is rfp.stage(NOW)


def test_the_stages_follow_one_another() -> None:
    rfp, seen = a_draft(deadline_at=NOW + SECOND), []
    seen.append(rfp.stage(NOW))
    rfp.published_at = NOW
    seen += [rfp.stage(NOW), rfp.stage(NOW + SECOND)]
    for moment in MOMENTS[1:]:
        setattr(rfp, moment, NOW + SECOND)
        seen.append(rfp.stage(NOW + 2 * SECOND))
    assert seen == list(Stage)


def test_a_question_is_answered_once() -> None:
    question = Question(uuid4(), uuid4(), None, "Why?", NOW)
    question.reply("Because.", by=an_id("buyer"), now=NOW)
    with pytest.raises(errors.QuestionAnswered):
        question.reply("Or not.", by=an_id("buyer"), now=NOW)
    assert question.answer == "Because."


@pytest.mark.parametrize(
    "error", [errors.TooLateToCancel, errors.CommitteeFixed, errors.RfpEnded, BidDeclined]
)
def test_what_would_be_refused_again_is_not_offered_again(error: type[DomainError]) -> None:
    assert error.final
