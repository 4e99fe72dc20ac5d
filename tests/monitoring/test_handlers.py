"""What monitoring learns from events; each sample is fed twice."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from support.actors import an_id
from support.database import Sessions, know, rows
from support.metrics import CALLGRID, KNOWN, MANAGER, allow

from services.monitoring import handlers
from services.monitoring.handlers import HANDLERS, UnitRefused
from services.monitoring.measurements.persistence import measurements
from services.monitoring.metrics.domain import Formula, Metric
from services.monitoring.metrics.persistence import metrics, metrics_by_id
from services.monitoring.metrics.usecases import revoke_writing
from shared.audit import audit_entries
from shared.directory import organisations, people
from shared.kernel import uuid7
from shared.messaging import consumer
from shared.messaging import dead_letters as letters
from shared.messaging.dead_letters import LetterStillFails, dead_letters, replay
from shared.messaging.envelope import Event, Undecodable, encode
from shared.messaging.inbox import handle_once
from shared.messaging.schemas import ROOT

MEASURED = "tandem.kpi.measurement_taken.v1"
SENDER = f"/partners/s{CALLGRID.organisation_id.hex}"


def sample(event_type: str, subject_field: str, sender: str = "", **changes: Any) -> Event:
    data = json.loads((ROOT / f"tests/event_samples/{event_type}.json").read_text()) | changes
    family = event_type.split(".")[1]
    made = Event.of(
        event_type,
        source=sender or f"/tandem/{family}",
        subject=UUID(data[subject_field]),
        time=datetime(2026, 11, 3, tzinfo=UTC),
        data=data,
    )
    return replace(made, sequence=1)


def feed(sessions: Sessions, *events: Event) -> list[bool]:
    with sessions.begin() as session:
        return [handle_once(session, each, HANDLERS, consumer="monitoring") for each in events]


def a_measurement(metric: Metric, sender: str = SENDER, **changes: Any) -> Event:
    told = {"metric_id": str(metric.id), "taken_at": "2026-10-05T10:00:00+08:00"} | changes
    return sample(MEASURED, "metric_id", sender, **told)


@pytest.fixture(autouse=True)
def _time(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    fixed = SimpleNamespace(now=lambda zone: now)
    monkeypatch.setattr(handlers, "datetime", fixed)


@pytest.fixture
def granted(sessions: Sessions, metric: Metric, now: datetime) -> Metric:
    know(sessions, *KNOWN)
    allow(sessions, metric, now=now)
    return metric


@pytest.mark.parametrize(
    ("event_type", "field"),
    [("tandem.contracts.contract_activated.v1", "contract_id"),
     ("tandem.identity.organisation_changed.v1", "organisation_id"),
     ("tandem.identity.person_changed.v1", "person_id"),
     ("tandem.identity.person_erased.v1", "person_id")],
)  # fmt: skip
def test_an_event_heard_twice_changes_nothing_more(
    sessions: Sessions, event_type: str, field: str
) -> None:
    event = sample(event_type, field)
    again = replace(event, id=uuid7())  # as another event with the same content
    assert feed(sessions, event, event) == [True, False]
    before = [rows(sessions, table) for table in (metrics, people, organisations, audit_entries)]
    assert feed(sessions, again) == [True]
    after = [rows(sessions, table) for table in (metrics, people, organisations, audit_entries)]
    assert before == after


def test_every_handled_type_has_a_test_above() -> None:
    heard = {
        "contract_activated", "organisation_changed", "person_changed", "person_erased",
        "measurement_taken",
    }  # fmt: skip
    assert {event_type.split(".")[2] for event_type in HANDLERS} == heard


def test_an_active_contract_brings_its_metrics(sessions: Sessions) -> None:
    event = sample("tandem.contracts.contract_activated.v1", "contract_id")
    feed(sessions, event)
    [target] = event.data["sla"]
    with sessions.begin() as session:
        [metric] = metrics_by_id(session, [UUID(target["metric_id"])]).values()
    assert metric.formula is Formula.RATIO and metric.target == 95 and metric.minimum == 90
    assert metric.time_zone == "Asia/Shanghai" and metric.starts_on.isoformat() == "2026-10-01"
    assert metric.organisation_id == UUID(event.data["organisation_id"])
    assert [tier.percent for tier in metric.tiers] == [10, 5, 0]
    assert metric.number == f"{event.data['number']} · SLA-1"


def test_a_share_in_a_unit_of_nobodys_knowledge_is_refused(sessions: Sessions) -> None:
    event = sample("tandem.contracts.contract_activated.v1", "contract_id")
    [target] = event.data["sla"]
    units = {"ratio": {"%": True, "share": True, "percent": False, "per mille": False, "": False},
             "mean": {"%": True, "h": True}}  # fmt: skip
    for formula, taken in units.items():
        for unit, is_taken in taken.items():
            told = target | {"formula": formula, "unit": unit, "metric_id": str(uuid7())}
            news = replace(event, id=uuid7(), data=event.data | {"sla": [told]})
            if is_taken:
                assert feed(sessions, replace(news, data=news.data | {"contract_id": str(uuid7())}))
            else:
                with pytest.raises(UnitRefused):
                    feed(sessions, news)
    assert len(rows(sessions, metrics)) == 4


def test_a_contract_with_several_targets_numbers_them(sessions: Sessions) -> None:
    event = sample("tandem.contracts.contract_activated.v1", "contract_id")
    [target] = event.data["sla"]
    second = target | {"metric_id": str(uuid7()), "minimum": None, "tiers": []}
    feed(sessions, replace(event, data={**event.data, "sla": [target, second]}))
    assert sorted(row.position for row in rows(sessions, metrics)) == [1, 2]


def test_a_contract_is_not_believed_on_the_topic_that_partners_write_to(
    sessions: Sessions,
) -> None:
    event = sample("tandem.contracts.contract_activated.v1", "contract_id")
    with pytest.raises(Undecodable):
        feed(sessions, replace(event, topic="tandem.kpi.measurements"))
    assert rows(sessions, metrics) == []
    assert feed(sessions, event) == [True]


class TestMeasurementTaken:
    def test_a_measurement_with_a_grant_is_taken_once(
        self, sessions: Sessions, granted: Metric
    ) -> None:
        event = a_measurement(granted, value="0.5")
        assert feed(sessions, event, event, replace(event, id=uuid7())) == [True, False, True]
        [row] = rows(sessions, measurements)
        assert (row.value, row.way, row.sent_by) == (
            Decimal("0.5"), "kafka", CALLGRID.organisation_id,
        )  # fmt: skip

    @pytest.mark.parametrize(
        "sender",
        ["/partners/nobody", f"/partners/s{an_id('otherworks-org').hex}", "/tandem/monitoring",
         f"/partners/s{an_id('huayun-org').hex}", "/partners/", "callgrid"],
    )  # fmt: skip
    def test_nobody_without_a_grant_is_heard(
        self, sessions: Sessions, granted: Metric, sender: str
    ) -> None:
        with pytest.raises(handlers.MeasurementRefused):
            feed(sessions, a_measurement(granted, sender))
        assert rows(sessions, measurements) == []
        assert feed(sessions, a_measurement(granted)) == [True]

    def test_a_revoked_grant_ends_it(self, sessions: Sessions, granted: Metric) -> None:
        feed(sessions, a_measurement(granted))
        with sessions.begin() as session:
            revoke_writing(
                session, MANAGER, metric_id=granted.id, organisation_id=CALLGRID.organisation_id
            )
        with pytest.raises(handlers.MeasurementRefused, match="not_found"):
            feed(sessions, a_measurement(granted, external_id="call-2"))
        assert len(rows(sessions, measurements)) == 1

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [({"value": "97"}, "share"), ({"taken_at": "2026-09-01T00:00:00Z"}, "period"),
         ({"taken_at": "2026-12-24T00:00:00Z"}, "future"), ({"source": "a\tb"}, "data"),
         ({"external_id": ""}, "data"), ({"metric_id": str(an_id("nothing"))}, "not_found")],
    )  # fmt: skip
    def test_what_no_batch_may_hold_is_refused_here_too(
        self, sessions: Sessions, granted: Metric, changes: dict[str, Any], fault: str
    ) -> None:
        with pytest.raises(handlers.MeasurementRefused, match=fault):
            feed(sessions, a_measurement(granted, **changes))
        assert rows(sessions, measurements) == []

    def test_another_value_under_the_same_id_is_refused(
        self, sessions: Sessions, granted: Metric
    ) -> None:
        feed(sessions, a_measurement(granted, value="1"))
        with pytest.raises(handlers.MeasurementRefused, match="conflict"):
            feed(sessions, a_measurement(granted, value="0"))

    def test_a_refused_message_is_a_dead_letter_at_once_and_can_be_replayed_after_the_grant(
        self, sessions: Sessions, metric: Metric, now: datetime, bury: Callable[..., None]
    ) -> None:
        know(sessions, *KNOWN)
        refused, good = a_measurement(metric), a_measurement(metric, external_id="call-2")
        both = [as_message(refused, 1), as_message(good, 2)]
        consumer.handle_all(both, sessions, HANDLERS, group="monitoring", bury=bury)
        buried = rows(sessions, dead_letters)
        assert [(row.error, row.attempts) for row in buried] == [("MeasurementRefused", 1)] * 2
        with sessions.begin() as session, pytest.raises(LetterStillFails):
            replay(session, buried[0].id, HANDLERS, consumer="monitoring")
        allow(sessions, metric, now=now)
        for letter in buried:
            with sessions.begin() as session:
                replay(session, letter.id, HANDLERS, consumer="monitoring")
        assert [row.external_id for row in rows(sessions, measurements)] == ["call-1", "call-2"]

    @pytest.fixture
    def bury(self, sessions: Sessions) -> Callable[..., None]:
        """Without a broker: only the list."""

        def listed(message: Any, error: str, attempts: int) -> None:
            with sessions.begin() as session:
                letters.bury(session, message, error, attempts)

        return listed


def as_message(event: Event, offset: int) -> Any:
    headers, value = encode(event)
    return SimpleNamespace(
        topic=event.topic,
        partition=0,
        offset=offset,
        key=event.subject.encode(),
        headers=[(name, text.encode()) for name, text in headers.items()],
        value=value,
    )
