"""operations/domain: how what services say becomes rows, and which of it an operator sees first."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.operations.domain import (
    Clocked,
    Health,
    Loop,
    Row,
    Stuck,
    clock,
    failed_jobs,
    fingerprint,
    is_stopped,
    letters,
    parked_events,
    row,
)
from gateway.services import Service

NINE, TEN = "2026-11-22T09:00:00+00:00", "2026-11-22T10:00:00+00:00"
AT_NINE, AT_TEN = (datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in (9, 10))


def loop(name: str, age: float, **more: Any) -> dict[str, Any]:
    return {"loop": name, "age_seconds": age, **more}


def service(*loops: dict[str, Any], **changes: Any) -> dict[str, Any]:
    outbox = {"pending": 3, "oldest_age_seconds": 65.9, "parked": 2}
    said = {"outbox": outbox, "jobs": {"todo": 4, "doing": 1, "failed": 5}, "loops": list(loops),
            "dead_letters": 6}  # fmt: skip
    return said | changes


def test_a_row_holds_every_count_and_ages_in_tens_of_seconds() -> None:
    said = service(
        loop("jobs", 9.9, lag=None, handled=7),
        loop("relay", 20.0, lag=2),
        loop("consumer", 19.9, lag=3, handled=40),
    )
    assert row(Service.RFP, said) == Row(
        Service.RFP, answers=True, lag=5, handled=47, pending=3, oldest=60, parked=2, letters=6,
        waiting=4, running=1, failed=5,
        beats=((Loop.RELAY, 20), (Loop.CONSUMER, 10), (Loop.JOBS, 0)),
    )  # fmt: skip


def test_a_service_without_jobs_and_counts_has_none() -> None:
    found = row(Service.RFP, service(loop("relay", 0), jobs={}))
    assert (found.waiting, found.running, found.failed, found.lag, found.handled) == (0,) * 5


def test_a_silent_service_has_a_row_of_nothing() -> None:
    assert row(Service.CONTRACTS, None) == Row(Service.CONTRACTS, answers=False)


def test_loops_that_no_longer_turn_are_named_and_all_where_none_has_ever() -> None:
    said = service(loop("consumer", 21), loop("relay", 20.1), loop("jobs", 20))
    assert row(Service.RFP, said).stopped == (Loop.RELAY, Loop.CONSUMER)
    assert row(Service.RFP, service()).stopped == tuple(Loop)


@pytest.mark.parametrize(("age", "stopped"), [(20.0, False), (20.1, True)])
def test_a_loop_has_twenty_seconds(age: float, stopped: bool) -> None:
    assert is_stopped(loop("relay", age)) is stopped


def test_the_clock_lists_the_jobs_of_all_services_that_answer() -> None:
    job = {"name": "sign_checkpoint", "last_at": NINE, "next_at": TEN}
    once = {"name": "of_tomorrow", "last_at": TEN, "next_at": None}
    found = clock({Service.RFP: {"clock": [job]}, Service.CONTRACTS: None, Service.MONITORING: {},
                   Service.GATEWAY: {"clock": [once]}})  # fmt: skip
    assert found == [
        Clocked(Service.RFP, "sign_checkpoint", AT_NINE, AT_TEN),
        Clocked(Service.GATEWAY, "of_tomorrow", AT_TEN, None),
    ]
    assert [each.called for each in found] == ["Sign the audit trail", "of_tomorrow"]


def letter(number: str, failed_at: str) -> dict[str, Any]:
    return {"id": number, "type": "rfp_awarded", "error": "KeyError", "attempts": 5,
            "failed_at": failed_at}  # fmt: skip


def test_the_latest_dead_letter_comes_first_whosever_it_is() -> None:
    found = letters({
        Service.RFP: {"items": [letter("b", NINE), letter("c", NINE)]},
        Service.MONITORING: None,
        Service.NOTIFICATIONS: {},
        Service.CONTRACTS: {"items": [letter("a", TEN)]},
    })  # fmt: skip
    assert [each.id for each in found] == ["a", "c", "b"]
    assert found[0] == Stuck(Service.CONTRACTS, "a", "rfp_awarded", "KeyError", 5, AT_TEN)


def test_a_parked_event_says_why_and_since_when() -> None:
    event = {"id": "e1", "type": "credit_approved", "because": "too large", "parked_at": NINE}
    answers = {Service.RFP: None, Service.GATEWAY: {}, Service.CONTRACTS: {"events": [event]}}
    assert parked_events(answers) == [
        Stuck(Service.CONTRACTS, "e1", "credit_approved", "too large", None, AT_NINE)
    ]


def test_a_failed_job_says_how_often_it_was_tried() -> None:
    job = {"id": 17, "name": "send_mail", "attempts": 8, "failed_at": TEN}
    answers = {Service.RFP: None, Service.GATEWAY: {}, Service.NOTIFICATIONS: {"jobs": [job]}}
    assert failed_jobs(answers) == [Stuck(Service.NOTIFICATIONS, "17", "send_mail", "", 8, AT_TEN)]


def test_only_another_page_has_another_fingerprint() -> None:
    first = fingerprint([1, 2], iter([3]))
    assert first == fingerprint((1, 2), [3]) and len(first) == 16
    assert len({first, fingerprint([1], [2, 3]), fingerprint([1, 2, 3]), fingerprint()}) == 4


@pytest.mark.parametrize(
    ("state", "health"),
    [
        ({}, Health.GOOD),
        ({"oldest": 30}, Health.GOOD),
        ({"oldest": 31}, Health.LATE),
        ({"parked": 1, "oldest": 31}, Health.STUCK),
        ({"letters": 1}, Health.STUCK),
        ({"failed": 1}, Health.STUCK),
        ({"stopped": (Loop.RELAY,), "failed": 1}, Health.STOPPED),
        ({"answers": False, "stopped": (Loop.RELAY,)}, Health.AWAY),
    ],
)
def test_the_gravest_trouble_is_the_health_of_a_service(
    state: dict[str, Any], health: Health
) -> None:
    assert Row(Service.RFP, **{"answers": True} | state).health is health
