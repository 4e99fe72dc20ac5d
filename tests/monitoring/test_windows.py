"""Evaluating windows: once, again where rows came late, with event, audit and notice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from support.actors import an_id, staff, vendor
from support.database import Sessions, events, know, rows
from support.metrics import CALLGRID, KNOWN, MANAGER, OCTOBER, a_metric, evaluate, measured, take

from services.monitoring.measurements.persistence import measurements
from services.monitoring.metrics.domain import Direction, Formula, Metric
from services.monitoring.metrics.usecases import learn_metrics
from services.monitoring.slas import queries
from services.monitoring.slas.domain import Evaluation, Outcome
from services.monitoring.slas.persistence import evaluations, windows
from shared.audit import audit_entries
from shared.kernel import Actor, Forbidden, NotFound

Clock = Callable[[datetime], None]
END = datetime(2026, 10, 31, 16, tzinfo=UTC)  # of October in Shanghai


@pytest.fixture(autouse=True)
def _ready(sessions: Sessions, clock: Clock, now: datetime) -> None:
    know(sessions, *KNOWN)
    clock(now)


def figures(made: list[Evaluation]) -> list[tuple[int, Any, str]]:
    return [(each.revision, each.attained, each.outcome.value) for each in made]


def told(sessions: Sessions, event_type: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(row.payload) for row in events(sessions, event_type)]


def test_a_window_is_worked_out_from_its_raw_measurements(
    sessions: Sessions, metric: Metric, now: datetime
) -> None:
    take(sessions, measured(metric.id, [1] * 187 + [0] * 13), now=now)
    made = evaluate(sessions, metric)
    assert figures(made) == [(1, Decimal("93.5"), "breached")]
    [event] = told(sessions, "sla_window_evaluated")
    assert event == {
        "contract_id": str(metric.contract_id),
        "metric_id": str(metric.id),
        "window_id": str(made[0].window_id),
        "revision": 1,
        "organisation_id": str(metric.organisation_id),
        "starts_at": "2026-09-30T16:00:00+00:00",
        "ends_at": "2026-10-31T16:00:00+00:00",
        "numerator": "187",
        "denominator": "200",
        "attained": "93.5",
        "target": "95",
        "minimum": "90",
        "outcome": "breached",
        "input_sha256": made[0].input_sha256,
        "evaluated_at": now.isoformat(),
    }
    [row] = events(sessions, "sla_window_evaluated")
    assert (row.topic, row.subject) == ("tandem.monitoring.events", str(metric.contract_id))
    entry = rows(sessions, audit_entries, action="window_evaluated")[0]
    assert entry.actor == MANAGER.subject and entry.detail["input_sha256"] == made[0].input_sha256


def test_only_what_lies_within_the_window_counts(sessions: Sessions, now: datetime) -> None:
    metric = a_metric()
    with sessions.begin() as session:
        learn_metrics(session, [metric])
    instant = timedelta(microseconds=1)
    for n, (at, value) in enumerate(
        [(END - instant, 1), (END, 0), (END - timedelta(days=31), 1), (END + instant, 0)]
    ):
        take(sessions, measured(metric.id, [value], at=at - timedelta(minutes=1), source=f"s{n}"),
             now=now)  # fmt: skip
    assert figures(evaluate(sessions, metric)) == [(1, Decimal(100), "met")]


def test_an_evaluated_window_is_not_evaluated_again(
    sessions: Sessions, metric: Metric, now: datetime
) -> None:
    take(sessions, measured(metric.id, [1]), now=now)
    assert len(evaluate(sessions, metric)) == 1
    assert evaluate(sessions, metric) == []
    assert len(rows(sessions, evaluations)) == len(told(sessions, "sla_window_evaluated")) == 1


def test_a_running_window_is_not_evaluated(
    sessions: Sessions, metric: Metric, clock: Clock, now: datetime
) -> None:
    take(sessions, measured(metric.id, [1]), now=now)
    clock(END - timedelta(microseconds=1))
    assert evaluate(sessions, metric) == []
    clock(END)
    assert len(evaluate(sessions, metric)) == 1


def test_nothing_measured_is_no_data_and_no_breach(sessions: Sessions, metric: Metric) -> None:
    [made] = evaluate(sessions, metric)
    assert figures([made]) == [(1, None, "no_data")]
    evaluate(sessions, metric)
    [notice] = told(sessions, "notice_raised")
    assert notice["template"] == "window_without_data" and notice["params"]["month"] == "2026-10"
    assert notice["person_id"] == str(MANAGER.person_id)
    assert notice["path"] == f"/admin/performance/{metric.id}/windows/{made.window_id}"
    [event] = told(sessions, "sla_window_evaluated")
    assert (event["attained"], event["numerator"], event["denominator"]) == (None, "0", "0")


def test_a_late_measurement_makes_a_new_revision(
    sessions: Sessions, metric: Metric, now: datetime
) -> None:
    take(sessions, measured(metric.id, [1, 0]), now=now)
    [first] = evaluate(sessions, metric)
    take(sessions, measured(metric.id, [1, 1], source="late"), now=now)
    [again] = evaluate(sessions, metric)
    assert figures([first, again]) == [(1, Decimal(50), "breached"), (2, Decimal(75), "breached")]
    assert first.window_id == again.window_id and first.input_sha256 != again.input_sha256
    assert [event["revision"] for event in told(sessions, "sla_window_evaluated")] == [1, 2]
    assert [row.revision for row in rows(sessions, windows)] == [2]
    assert [row.revision for row in rows(sessions, evaluations)] == [1, 2]
    assert len(rows(sessions, audit_entries, action="window_evaluated_again")) == 1


def test_late_data_mends_a_window_without_data(
    sessions: Sessions, metric: Metric, now: datetime
) -> None:
    evaluate(sessions, metric)
    take(sessions, measured(metric.id, [1]), now=now)
    assert figures(evaluate(sessions, metric)) == [(2, Decimal(100), "met")]


def test_the_same_input_makes_no_new_revision(
    sessions: Sessions, metric: Metric, now: datetime
) -> None:
    """Even where the count says that something changed, the hash decides."""
    take(sessions, measured(metric.id, [1]), now=now)
    evaluate(sessions, metric)
    with sessions.begin() as session:
        session.execute(sa.update(evaluations).values(denominator=7))
    assert evaluate(sessions, metric) == []
    assert [row.revision for row in rows(sessions, windows)] == [1]


def test_a_figure_can_be_worked_out_again_in_another_order_of_arrival(
    sessions: Sessions, metric: Metric, now: datetime
) -> None:
    batch = measured(metric.id, [1, 0, "0.25"])
    hashes = []
    for order in (batch, batch[::-1]):
        with sessions.begin() as session:
            for table in (evaluations, windows, measurements):
                session.execute(sa.delete(table))
        take(sessions, order, now=now)
        hashes += [made.input_sha256 for made in evaluate(sessions, metric)]
    assert len(hashes) == 2 and len(set(hashes)) == 1


def test_a_breach_is_told_once_to_contract_managers_and_the_vendors_people(
    sessions: Sessions, metric: Metric, now: datetime
) -> None:
    take(sessions, measured(metric.id, [0]), now=now)
    [made] = evaluate(sessions, metric)
    evaluate(sessions, metric)
    notices = {each["person_id"]: each for each in told(sessions, "notice_raised")}
    people = {"admin": MANAGER, "portal": vendor("huayun", "huayun-org")}
    assert set(notices) == {str(each.person_id) for each in people.values()}
    for face, person in people.items():
        notice = notices[str(person.person_id)]
        assert notice["template"] == "sla_breached"
        assert notice["params"] == {
            "number": "CT-2026-001", "title": metric.title, "month": "2026-10",
        }  # fmt: skip
        assert notice["path"] == f"/{face}/performance/{metric.id}/windows/{made.window_id}"


def test_lower_may_be_better(sessions: Sessions, now: datetime) -> None:
    metric = a_metric(
        formula=Formula.MEAN, unit="h", direction=Direction.LOWER, target=Decimal(2), tiers=()
    )
    with sessions.begin() as session:
        learn_metrics(session, [metric])
    take(sessions, measured(metric.id, ["1.5", "2.5", "3.5"]), now=now)
    assert figures(evaluate(sessions, metric)) == [(1, Decimal("2.5"), "breached")]


def test_a_contract_that_began_in_the_past_gets_all_its_windows(
    sessions: Sessions, now: datetime
) -> None:
    metric = a_metric(starts_on=date(2026, 8, 15), ends_on=date(2026, 11, 10))
    with sessions.begin() as session:
        learn_metrics(session, [metric])
    take(sessions, measured(metric.id, [1], at=datetime(2026, 8, 20, tzinfo=UTC)), now=now)
    take(sessions, measured(metric.id, [0], at=datetime(2026, 11, 9, tzinfo=UTC)), now=now)
    assert [each.outcome for each in evaluate(sessions, metric)] == [
        Outcome.MET, Outcome.NO_DATA, Outcome.NO_DATA, Outcome.BREACHED,
    ]  # fmt: skip


class TestWhoSees:
    @pytest.mark.parametrize(
        ("who", "sees"),
        [(MANAGER, True), (staff("finance"), True), (vendor("huayun", "huayun-org"), True),
         (vendor("nordwind", "nordwind-org"), False), (CALLGRID, False)],
    )  # fmt: skip
    def test_windows_are_seen_by_staff_and_their_vendor(
        self, sessions: Sessions, metric: Metric, now: datetime, who: Actor, sees: bool
    ) -> None:
        take(sessions, measured(metric.id, [1]), now=now, by=MANAGER)
        [made] = evaluate(sessions, metric)
        with sessions.begin() as session:
            if sees:
                assert queries.show_window(session, who, made.window_id).attained == 100
                assert len(queries.evaluations_of(session, who, made.window_id)) == 1
                view = queries.performance(session, who, metric.id, now=now)
                assert len(view.charted) == 1 and view.running and view.due == 0
                return
            assert queries.evaluations_of(session, who, made.window_id) == []
            assert queries.latest_windows(session, who, [metric.id]) == {metric.id: []}
            with pytest.raises(NotFound):
                queries.show_window(session, who, made.window_id)
            with pytest.raises(NotFound):
                queries.performance(session, who, metric.id, now=now)

    def test_other_staff_do_not(self, sessions: Sessions, metric: Metric) -> None:
        with sessions.begin() as session, pytest.raises(Forbidden):
            queries.show_window(session, staff("opener"), an_id("window"))

    def test_a_window_says_when_rows_came_after_its_evaluation(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        take(sessions, measured(metric.id, [1], at=OCTOBER), now=now)
        [made] = evaluate(sessions, metric)
        take(sessions, measured(metric.id, [1], source="late"), now=now)
        with sessions.begin() as session:
            window = queries.show_window(session, MANAGER, made.window_id)
            assert window.is_stale and window.denominator == 1
            assert queries.performance(session, MANAGER, metric.id, now=now).due == 1
