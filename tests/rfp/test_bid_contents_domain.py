"""bids/domain: what is sealed comes back whole, versions, and who opens when."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from support.actors import an_id
from support.rfps import NOW, OPENERS, a_plan, an_rfp, an_sla_target

from services.rfp.bids.domain import (
    Bid,
    BidContent,
    BidsOpened,
    Document,
    Draft,
    LineKind,
    NotAnOpener,
    PriceLine,
    Promise,
    PromiseBeyondScale,
    PromiseMissing,
    PromiseTooWeak,
    TooEarly,
    bid_context,
    draft_context,
    next_version,
    promise_faults,
    reminder_day,
    require_opener,
)
from services.rfp.tenders.domain import Direction, Formula
from services.rfp.tenders.domain.errors import RfpCancelled
from shared.kernel import DomainError

D = Decimal
FILE = Document(
    an_id("file"), "方案 concept.pdf", "application/pdf", 3, "ab" * 32, bytes(range(32))
)
CONTENT = BidContent(
    solution="服务",
    lines=[PriceLine("Seats", LineKind.MONTHLY, D("0.50"), D("1E+3"))],
    promises=[Promise(an_id("target"), D("97.50"))],
    documents=[FILE],
    submitted_by="usr_1",
)


def test_a_bid_comes_back_with_its_files_and_who_sent_it() -> None:
    assert BidContent.decoded(CONTENT.encoded()) == CONTENT
    said = json.loads(CONTENT.encoded())
    assert said["documents"][0]["id"] == str(FILE.id)
    assert BidContent(solution="", lines=[], promises=[]).submitted_by == ""


def test_answers_are_text_without_an_exponent() -> None:
    assert CONTENT.answers() == {
        "solution": "服务",
        "lines": [{"title": "Seats", "kind": "monthly", "quantity": "0.50", "unit_price": "1000"}],
        "promises": [{"target_id": str(an_id("target")), "value": "97.50"}],
    }


def test_a_draft_comes_back_as_it_was_typed() -> None:
    draft = Draft({"solution": "half", "lines": "wrong"}, [FILE])
    assert Draft.decoded(draft.encoded()) == draft
    assert Draft() == Draft({"solution": "", "lines": [], "promises": []}, ())
    assert Draft.decoded(Draft().encoded()).answers == Draft().answers


def test_what_is_sealed_for_one_place_opens_in_no_other() -> None:
    lots, vendors = (an_id("a"), an_id("b")), (an_id("v"), an_id("w"))
    places = {bid_context(lot, vendor, n) for lot in lots for vendor in vendors for n in (1, 2)}
    places |= {draft_context(lot, vendor) for lot in lots for vendor in vendors}
    assert len(places) == 12
    # what has been sealed has to open in later releases, too
    assert bid_context(lots[0], vendors[0], 2) == f"bid|{lots[0]}|{vendors[0]}|2"
    assert draft_context(lots[0], vendors[0]) == f"draft|{lots[0]}|{vendors[0]}"


def test_versions_go_on_after_one_that_was_withdrawn() -> None:
    assert next_version(None, replace=False, last=4) == 5
    current = Bid(an_id("lot"), an_id("vendor"), 2, NOW, "", 0, b"")
    assert next_version(current, replace=True, last=4) == 3


def promised(value: str | None, **target: Any) -> DomainError | None:
    asked = an_sla_target(**target)
    promises = [] if value is None else [Promise(asked.id, D(value))]
    content = BidContent(solution="", lines=[], promises=promises)
    return dict(promise_faults(content.promises, [asked])).get(asked.id)


TITLE = {"title": an_sla_target().title}


@pytest.mark.parametrize(
    ("value", "target", "kind", "params"),
    [
        (None, {}, PromiseMissing, TITLE),
        ("100.01", {}, PromiseBeyondScale, TITLE | {"top": 100}),
        ("-0.01", {"unit": "share"}, PromiseBeyondScale, TITLE | {"top": 1}),
        ("89", {}, PromiseTooWeak, TITLE | {"value": 89, "minimum": 90}),
        ("91", {"direction": Direction.LOWER}, PromiseTooWeak,
         TITLE | {"value": 91, "minimum": 90}),
    ],
)  # fmt: skip
def test_a_promise_that_is_refused_says_what_would_do(
    value: str | None, target: dict[str, Any], kind: type[DomainError], params: dict[str, Any]
) -> None:
    fault = promised(value, **target)
    assert type(fault) is kind and fault.params == params


@pytest.mark.parametrize(
    ("value", "target"),
    [("0", {"minimum": None}), ("100", {}), ("250", {"formula": Formula.MEAN})],
)
def test_a_promise_on_the_edge_is_taken(value: str, target: dict[str, Any]) -> None:
    assert promised(value, **target) is None


FRIDAY = datetime(2026, 11, 20, 9, tzinfo=UTC)  # 17:00 in Shanghai


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-20T23:00+08:00", None),  # the day of the deadline
        ("2026-11-21T09:00+08:00", None),  # a Saturday
        ("2026-11-23T07:59+08:00", None),
        ("2026-11-23T08:00+08:00", date(2026, 11, 23)),
        ("2026-11-24T23:59+08:00", date(2026, 11, 24)),
        ("2026-11-22T23:59Z", None),  # 07:59 on Monday there
        ("2026-11-23T16:30Z", None),  # half past midnight on Tuesday there
    ],
)
def test_openers_are_reminded_from_eight_on_working_days(now: str, day: date | None) -> None:
    assert reminder_day(FRIDAY, datetime.fromisoformat(now), "Asia/Shanghai") == day


def test_the_day_of_a_deadline_is_that_of_the_rfps_zone() -> None:
    late = datetime(2026, 11, 22, 17, tzinfo=UTC)  # Monday there
    monday, tuesday = (datetime(2026, 11, n, 2, tzinfo=UTC) for n in (23, 24))
    assert reminder_day(late, monday, "Asia/Shanghai") is None
    assert reminder_day(late, tuesday, "Asia/Shanghai") == date(2026, 11, 24)


PASSED = NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "who", "kind"),
    [
        ({"deadline_at": NOW + timedelta(seconds=1)}, OPENERS[0], TooEarly),
        ({"published_at": None, "deadline_at": PASSED}, OPENERS[0], TooEarly),
        ({"cancelled_at": NOW, "deadline_at": PASSED}, OPENERS[0], RfpCancelled),
        ({"deadline_at": PASSED}, "evaluator1", NotAnOpener),
        ({"opened_at": NOW, "deadline_at": PASSED}, "evaluator1", NotAnOpener),
        ({"opened_at": NOW, "deadline_at": PASSED}, OPENERS[0], BidsOpened),
    ],
)
def test_who_may_not_open_hears_why(
    changes: dict[str, Any], who: str, kind: type[DomainError]
) -> None:
    rfp = an_rfp(a_plan(), **changes)
    with pytest.raises(DomainError) as refused:
        require_opener(rfp, an_id(who), NOW)
    params: dict[Any, Any] = {TooEarly: {"at": rfp.deadline_at}, RfpCancelled: {"title": rfp.title}}
    assert type(refused.value) is kind and refused.value.params == params.get(kind, {})


def test_an_opener_may_open_from_the_deadline_on() -> None:
    rfp = an_rfp(a_plan(), deadline_at=NOW)
    for who in OPENERS:
        require_opener(rfp, an_id(who), NOW)
