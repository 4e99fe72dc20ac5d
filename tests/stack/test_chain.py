"""The chain through the API of a running stack; then everything it left behind is counted."""

from collections.abc import Iterator
from contextlib import closing
from decimal import ROUND_HALF_UP, Decimal

import pytest
import sqlalchemy as sa
from support.concerned import expect_each_mailed, expect_each_told_once
from support.stack import RunningStack
from support.story import Cast, Told, cast, settled, tell
from support.topics import listen, recorded, waiting

from shared import db

pytestmark = pytest.mark.stack
EXPECTED = {
    "person_changed",
    "organisation_changed",
    "notice_raised",
    "rfp_published",
    "bids_opened",
    "rfp_awarded",
    "vendor_admitted",
    "contract_drafted",
    "contract_activated",
    "deliverable_submitted",
    "deliverable_reviewed",
    "milestone_accepted",
    "sla_window_evaluated",
    "credit_proposed",
    "credit_approved",
    "checkpoint_signed",
}


@pytest.fixture(scope="module")
def who(stack: RunningStack) -> Iterator[Cast]:
    with closing(cast(stack.described())) as made:
        yield made


@pytest.fixture(scope="module")
def told(who: Cast) -> Told:
    return tell(who)


def test_the_contract_holds_what_the_winner_promised(told: Told) -> None:
    offer, contract = told.offers[0], told.contract
    assert contract["state"] == "active"
    assert Decimal(contract["monthly"]["amount"]) == offer.monthly
    assert Decimal(contract["value"]["amount"]) == offer.monthly * 12 + offer.one_off
    [sla] = contract["sla"]
    assert sla["title"] == told.wanted.sla and Decimal(sla["target"]) == offer.answered


def test_the_credit_is_the_tier_of_the_monthly_charge(told: Told) -> None:
    five_percent = told.offers[0].monthly * Decimal("0.05")
    amount = five_percent.quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert told.credit["state"] == "approved"
    assert Decimal(told.credit["amount"]["amount"]) == amount


def test_both_milestones_are_accepted(who: Cast, told: Told) -> None:
    manager = who.apis["contract_manager"]
    found = [manager.get(f"/milestones/{each['id']}") for each in told.contract["milestones"]]
    assert [each["state"] for each in found] == ["accepted", "accepted"]


def test_each_person_concerned_is_told_exactly_once(who: Cast, told: Told) -> None:
    expect_each_told_once(who, told)


def test_each_notice_comes_as_exactly_one_mail(stack: RunningStack, who: Cast, told: Told) -> None:
    found = expect_each_told_once(who, told)
    sent = expect_each_mailed(stack, who, found, within=60)
    assert {number: len(each) for number, each in sent.items() if len(each) > 1} == {}


def test_a_foreign_consumer_hears_every_event_once_and_without_gaps(
    stack: RunningStack, told: Told
) -> None:
    described = stack.described()
    settled(lambda: stack.has_checkpoint_for(told.contract["id"]) or None, "a checkpoint")
    settled(lambda: waiting(described["databases"]) == 0 or None, "an empty outbox")
    heard = listen(described["kafka_bootstrap"])
    kept = recorded(described["databases"])
    types = set().union(*(topic.types() for topic in heard.values()))
    assert types >= EXPECTED
    for name, topic in heard.items():
        if name != "tandem.kpi.measurements":
            assert set(topic.events) >= kept[name], name
            assert not set(topic.events) - kept[name] or name == "tandem.identity.events", name
            assert topic.gaps() == [], name


def test_the_audit_verifies(stack: RunningStack, told: Told) -> None:
    ran = stack.command("gateway.commands", "verify")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_each_step_left_an_audit_entry(stack: RunningStack, told: Told) -> None:
    chains = {
        "rfp": f"rfp:{told.rfp['id']}",
        "contracts": f"contract:{told.contract['id']}",
    }
    for name, wanted in chains.items():
        engine = db.connect(stack.described()["databases"][name])
        with engine.connect() as connection:
            query = sa.text("SELECT count(*) FROM audit_entries WHERE chain = :chain")
            assert (connection.scalar(query, {"chain": wanted}) or 0) >= 3, wanted
        engine.dispose()
