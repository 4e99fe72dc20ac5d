"""tenders/domain: what a draft holds, who serves, when it is open, and what refusals say."""

import re
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.actors import an_id
from support.catalogues import translated
from support.plans import ENDS_ON, STARTS_ON
from support.rfps import BIDDERS, EVALUATORS, NOW, OPENERS, a_plan, an_rfp, an_sla_target

from services.rfp.tenders.domain import (
    Circumstances,
    Criterion,
    Duty,
    Invitation,
    Lot,
    Member,
    MilestoneTarget,
    PriceFormula,
    Question,
    Rfp,
    RfpContent,
    Stage,
    errors,
)
from services.rfp.tenders.domain.parts import default_criteria
from shared.kernel import DomainError, uuid7

D = Decimal
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
OTHER: dict[str, Any] = {
    "title": "Help desk", "description": "In three languages", "currency": "EUR",
    "time_zone": "Europe/Berlin", "starts_on": STARTS_ON + DAY, "ends_on": ENDS_ON - DAY,
    "deadline_at": NOW + 3 * DAY, "price_formula": PriceFormula.LINEAR_ABOVE_MIN,
    "lots": (Lot(1, "Only level"),), "criteria": (Criterion(1, "price", "Price", D(100), True),),
    "sla_targets": (an_sla_target(target=D(96)),),
    "milestones": (MilestoneTarget(1, "Go-live", ENDS_ON, D(100), "Trained."),),
    "invitations": (Invitation(an_id("huayun-org")),),
    "committee": (Member(an_id("opener1"), Duty.OPENER),),
}  # fmt: skip


def a_draft(**changes: Any) -> Rfp:
    return an_rfp(a_plan(), draft=True, **changes)


def fit(**changes: Any) -> Circumstances:
    able = {(an_id(name), Duty.EVALUATOR) for name in EVALUATORS}
    able |= {(an_id(name), Duty.OPENER) for name in OPENERS}
    given = {"now": NOW, "least_lead": 5 * SECOND, "plan_period": (STARTS_ON, ENDS_ON),
             "admitted": {an_id(f"{name}-org") for name in BIDDERS}, "able": able}  # fmt: skip
    return Circumstances(**(given | changes))


def refusal(attempt: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refused:
        attempt()
    return refused.value


def test_a_rewritten_draft_says_all_that_was_written() -> None:
    draft, content = a_draft(), RfpContent(**OTHER)
    draft.rewrite(content)
    for each in fields(content):
        value = OTHER[each.name]
        assert getattr(draft, each.name) == (list(value) if isinstance(value, tuple) else value)


def test_what_bidders_see_is_not_rewritten() -> None:
    rfp = an_rfp(a_plan())
    refused = refusal(lambda: rfp.rewrite(RfpContent(**OTHER)))
    assert isinstance(refused, errors.RfpPublished)
    assert (refused.params, rfp.title) == ({"title": rfp.title}, "Service desk")


@pytest.mark.parametrize("name", OTHER)
def test_the_fingerprint_covers_all_that_is_written(name: str) -> None:
    draft, value = a_draft(), OTHER[name]
    before = draft.sha256()
    setattr(draft, name, list(value) if isinstance(value, tuple) else value)
    assert draft.sha256() != before


@pytest.mark.parametrize("part", ["lots", "criteria", "sla_targets", "milestones"])
def test_the_fingerprint_is_the_same_whichever_rows_the_parts_are(part: str) -> None:
    draft = a_draft()
    before = draft.sha256()
    setattr(draft, part, [replace(each, id=uuid7()) for each in getattr(draft, part)])
    assert draft.sha256() == before
    first = getattr(draft, part)[0]
    setattr(draft, part, [replace(first, title="Other"), *getattr(draft, part)[1:]])
    assert draft.sha256() != before


def test_who_has_seen_another_text_hears_of_which_rfp() -> None:
    draft = a_draft()
    draft.require_seen(None)
    draft.require_seen(draft.sha256())
    refused = refusal(lambda: draft.require_seen("0" * 64))
    assert isinstance(refused, errors.RfpChanged) and refused.params == {"title": draft.title}


@pytest.mark.parametrize(
    ("leaving", "joining", "able", "kind"),
    [
        ("stranger", "han", {"han"}, errors.NotOnCommittee),
        ("opener1", "evaluator1", {"evaluator1"}, errors.TwoDuties),
        ("opener1", "opener1", {"opener1"}, errors.TwoDuties),
        ("opener1", "buyer", {"buyer"}, errors.BuyerOnCommittee),
        ("opener1", "han", set(), errors.RoleMissing),
    ],
)
def test_who_may_not_take_a_seat(
    leaving: str, joining: str, able: set[str], kind: type[DomainError]
) -> None:
    rfp = an_rfp(a_plan())
    before = list(rfp.committee)
    may = {(an_id(name), Duty.OPENER) for name in able}
    refused = refusal(lambda: rfp.replace_member(an_id(leaving), an_id(joining), may))
    assert type(refused) is kind and rfp.committee == before
    assert refused.params == ({"duty": Duty.OPENER} if kind is errors.RoleMissing else {})


def test_a_seat_changes_hands_with_its_duty() -> None:
    rfp = an_rfp(a_plan())
    duty = rfp.replace_member(an_id("opener1"), an_id("han"), {(an_id("han"), Duty.OPENER)})
    assert duty is Duty.OPENER
    assert rfp.people(Duty.OPENER) == [an_id("opener2"), an_id("han")]
    assert rfp.people(Duty.EVALUATOR) == [an_id(name) for name in EVALUATORS]


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({}, Stage.OPEN),
        ({"deadline_at": NOW + timedelta(microseconds=1)}, Stage.OPEN),
        ({"deadline_at": NOW}, Stage.CLOSED),
        ({"published_at": None}, Stage.DRAFT),
        ({"opened_at": NOW}, Stage.OPENED),
        ({"opened_at": NOW, "evaluated_at": NOW}, Stage.EVALUATED),
        ({"opened_at": NOW, "awarded_at": NOW}, Stage.AWARDED),
        ({"opened_at": NOW, "unsuccessful_at": NOW}, Stage.UNSUCCESSFUL),
        ({"cancelled_at": NOW}, Stage.CANCELLED),
    ],
)
def test_each_stage_lets_happen_what_belongs_to_it(changes: dict[str, Any], stage: Stage) -> None:
    rfp = an_rfp(a_plan(), **changes)
    said = {"title": rfp.title}
    assert rfp.stage(NOW) is stage
    if stage is not Stage.OPEN:
        closed = refusal(lambda: rfp.require_open(NOW))
        assert isinstance(closed, errors.RfpClosed) and closed.params == said
    if stage in (Stage.UNSUCCESSFUL, Stage.CANCELLED):
        ended = refusal(lambda: rfp.require_going_on(NOW))
        assert isinstance(ended, errors.RfpEnded) and ended.params == said
    else:
        rfp.require_going_on(NOW)
    if stage in (Stage.OPEN, Stage.CLOSED):
        rfp.cancel(NOW)
        assert (rfp.cancelled_at, rfp.stage(NOW)) == (NOW, Stage.CANCELLED)
    else:
        late = refusal(lambda: rfp.cancel(NOW))
        assert isinstance(late, errors.TooLateToCancel) and late.params == said


@pytest.mark.parametrize(
    ("changes", "given", "params"),
    [
        ({"deadline_at": NOW}, {}, {"at": NOW + 5 * SECOND}),
        ({"criteria": default_criteria()[:-1]}, {}, {"total": D(80)}),
        ({"criteria": [*default_criteria(), OTHER["criteria"][0]]}, {}, {"count": 2}),
        ({"milestones": []}, {}, {"total": D(0)}),
        ({}, {"able": set()}, {"duty": Duty.EVALUATOR}),
        ({"committee": []}, {}, {"openers": 2, "evaluators": 3}),
        ({}, {"plan_period": (STARTS_ON, date(2020, 1, 1))},
         {"first": STARTS_ON, "last": date(2020, 1, 1)}),
        ({"ends_on": STARTS_ON, "starts_on": STARTS_ON, "milestones": [
            MilestoneTarget(1, "Go-live", ENDS_ON, D(100), "ok")]}, {},
         {"title": "Go-live", "on": ENDS_ON}),
    ],
)  # fmt: skip
def test_an_obstacle_says_what_it_is_about(
    changes: dict[str, Any], given: dict[str, Any], params: dict[str, Any]
) -> None:
    assert params in [each.params for each in a_draft(**changes).obstacles(fit(**given))]


def test_a_draft_keeps_to_the_currency_of_its_plan_and_gives_each_one_duty() -> None:
    content = RfpContent(**OTHER)
    content.check(currency="EUR", buyer_id=an_id("buyer"))
    other = refusal(lambda: content.check(currency="CNY", buyer_id=an_id("buyer")))
    assert isinstance(other, errors.CurrencyDiffers) and other.params == {"currency": "CNY"}
    own = refusal(lambda: content.check(currency="EUR", buyer_id=an_id("opener1")))
    assert isinstance(own, errors.BuyerOnCommittee)
    content.committee = [*content.committee, Member(an_id("opener1"), Duty.EVALUATOR)]
    twice = refusal(lambda: content.check(currency="EUR", buyer_id=an_id("buyer")))
    assert isinstance(twice, errors.TwoDuties)


def test_the_template_of_criteria_is_complete_and_has_its_words_in_chinese() -> None:
    five, chinese = default_criteria(), translated()
    assert sum(each.weight for each in five) == 100
    assert [each.position for each in five] == [1, 2, 3, 4, 5]
    assert [each.key for each in five if each.is_price] == ["price"]
    assert all(re.fullmatch("[a-z]+", each.key) and chinese.get(each.title) for each in five)


def test_a_contract_that_ends_before_bids_close_says_when() -> None:
    closing = (NOW + DAY).astimezone(ZoneInfo("Asia/Shanghai")).date()
    days = {"starts_on": closing - 9 * DAY, "ends_on": closing - DAY}
    [fault] = a_draft(**days).check_period(fit(plan_period=(date(2020, 1, 1), ENDS_ON)))
    assert isinstance(fault, errors.ContractEndsTooSoon)
    assert fault.params == {"on": closing - DAY, "closing": closing}


def test_a_question_is_answered_once() -> None:
    question = Question(an_id("rfp"), an_id("org"), None, "How many calls?", NOW)
    question.reply("900", by=an_id("buyer"), now=NOW)
    assert (question.answer, question.answered_by, question.answered_at) == (
        "900", an_id("buyer"), NOW,
    )  # fmt: skip
    assert isinstance(
        refusal(lambda: question.reply("901", by=an_id("buyer"), now=NOW)), errors.QuestionAnswered
    )
