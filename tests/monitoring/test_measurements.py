"""How measurements come in: repetition, conflicts, grants, files."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
import pytest
from support.actors import an_id, partner, staff, vendor
from support.database import Sessions, events, know, rows
from support.metrics import (
    CALLGRID,
    KNOWN,
    MANAGER,
    OCTOBER,
    a_metric,
    allow,
    measured,
    take,
)

from services.monitoring.measurements import queries, usecases
from services.monitoring.measurements.domain.reading import SentFile
from services.monitoring.measurements.domain.rows import (
    Fault,
    Measurement,
    RowsRefused,
)
from services.monitoring.measurements.persistence import imports, measurements
from services.monitoring.metrics.domain import Metric
from services.monitoring.metrics.persistence import metric_grants
from services.monitoring.metrics.usecases import grant_writing, learn_metrics, revoke_writing
from shared.audit import audit_entries
from shared.kernel import Actor, DomainError, Forbidden, NotFound


@pytest.fixture(autouse=True)
def _everybody_is_known(sessions: Sessions) -> None:
    know(sessions, *KNOWN)


class TestBatches:
    def test_measurements_are_kept_once_however_often_they_come(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        first = measured(metric.id, [1, "0.5", 0])
        assert take(sessions, first, now=now) == usecases.Taken(3, 0)
        assert take(sessions, first, now=now) == usecases.Taken(0, 3)
        more = [*first, *measured(metric.id, [1], source="chat")]
        assert take(sessions, more, now=now) == usecases.Taken(1, 3)
        assert [row.value for row in rows(sessions, measurements, source="telephony")] == [
            Decimal(1), Decimal("0.5"), Decimal(0),
        ]  # fmt: skip

    def test_a_row_twice_in_one_batch_counts_once(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        [(_, one)] = measured(metric.id, ["1.0"])
        same = Measurement(
            one.metric_id, one.source, one.external_id,
            one.taken_at.astimezone(), Decimal("1.000"),
        )  # fmt: skip
        assert take(sessions, [(1, one), (2, same)], now=now) == usecases.Taken(1, 1)

    def test_another_value_under_the_same_id_is_a_conflict_and_nothing_is_taken(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        take(sessions, measured(metric.id, [1, 0]), now=now)
        changed = [*measured(metric.id, [1, 1]), *measured(metric.id, [1], source="chat")]
        numbered = [(n, one) for n, (_, one) in enumerate(changed, start=1)]
        with pytest.raises(RowsRefused) as refused:
            take(sessions, numbered, now=now)
        assert [(each.row, each.fault) for each in refused.value.faults] == [(2, Fault.CONFLICT)]
        assert len(rows(sessions, measurements)) == 2
        moved = measured(metric.id, [1, 0], at=OCTOBER + timedelta(seconds=1))
        with pytest.raises(RowsRefused):
            take(sessions, moved, now=now)

    def test_two_values_under_one_id_in_one_batch_are_a_conflict(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        rows_ = [*measured(metric.id, [1]), *[(2, one) for _, one in measured(metric.id, [0])]]
        with pytest.raises(RowsRefused) as refused:
            take(sessions, rows_, now=now)
        assert [each.row for each in refused.value.faults] == [2]

    def test_5000_rows_of_two_metrics_come_in_one_batch(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        other = a_metric("repaired", position=2)
        with sessions.begin() as session:
            learn_metrics(session, [other])
        both = [*measured(metric.id, [1] * 2500), *measured(other.id, [0] * 2500)]
        numbered = [(n, one) for n, (_, one) in enumerate(both, start=1)]
        assert take(sessions, numbered, now=now) == usecases.Taken(5000, 0)
        entries = rows(sessions, audit_entries, action="measurements_taken")
        assert {row.chain: row.detail["count"] for row in entries} == {
            f"metric:{metric.id}": 2500,
            f"metric:{other.id}": 2500,
        }

    def test_what_was_taken_is_in_the_audit_and_a_repetition_is_not(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        for _ in range(2):
            take(sessions, measured(metric.id, [1, 1]), now=now)
        [entry] = rows(sessions, audit_entries, action="measurements_taken")
        assert entry.chain == f"metric:{metric.id}" and entry.actor == MANAGER.subject
        assert entry.detail == {"count": 2, "way": "api"}

    def test_a_metric_that_does_not_exist_is_named(self, sessions: Sessions, now: datetime) -> None:
        with pytest.raises(RowsRefused) as refused:
            take(sessions, measured(an_id("nothing"), [1, 1]), now=now)
        assert [each.fault for each in refused.value.faults] == [Fault.METRIC] * 2

    def test_by_hand_one_value_is_taken(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        with sessions.begin() as session:
            usecases.take_by_hand(
                session, MANAGER, metric_id=metric.id, taken_at=OCTOBER, value=Decimal(1),
                external_id="INC-7", now=now,
            )  # fmt: skip
        [row] = rows(sessions, measurements)
        assert (row.source, row.external_id, row.way) == ("hand", "INC-7", "hand")
        assert row.sent_by == MANAGER.organisation_id


class TestGrants:
    def test_a_partner_writes_with_a_grant_and_not_before_or_after(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        batch = measured(metric.id, [1])
        with pytest.raises(RowsRefused) as refused:
            take(sessions, batch, now=now, by=CALLGRID)
        assert [each.fault for each in refused.value.faults] == [Fault.METRIC]
        allow(sessions, metric, now=now)
        assert take(sessions, batch, now=now, by=CALLGRID).accepted == 1
        with sessions.begin() as session:
            revoke_writing(
                session, MANAGER, metric_id=metric.id, organisation_id=CALLGRID.organisation_id
            )
        with pytest.raises(RowsRefused):
            take(sessions, measured(metric.id, [1], source="chat"), now=now, by=CALLGRID)
        assert len(rows(sessions, measurements)) == 1

    def test_a_grant_holds_for_one_metric_and_one_organisation(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        other = a_metric("repaired", position=2)
        with sessions.begin() as session:
            learn_metrics(session, [other])
        allow(sessions, metric, now=now)
        mixed = [*measured(metric.id, [1]), *[(2, one) for _, one in measured(other.id, [1])]]
        with pytest.raises(RowsRefused) as refused:
            take(sessions, mixed, now=now, by=CALLGRID)
        assert [each.row for each in refused.value.faults] == [2]
        with pytest.raises(RowsRefused):
            take(sessions, measured(metric.id, [1]), now=now, by=partner("otherworks"))
        assert rows(sessions, measurements) == []

    @pytest.mark.parametrize(
        "sender",
        [staff("finance"), vendor("huayun", "huayun-org"), replace(CALLGRID, scopes=frozenset())],
    )
    def test_nobody_else_may_write(
        self, sessions: Sessions, metric: Metric, now: datetime, sender: Actor
    ) -> None:
        allow(sessions, metric, now=now)
        with pytest.raises(Forbidden):
            take(sessions, measured(metric.id, [1]), now=now, by=sender)

    def test_granting_twice_is_as_good_as_once(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        for _ in range(2):
            allow(sessions, metric, now=now)
        [grant] = rows(sessions, metric_grants)
        assert grant.granted_by == MANAGER.user_id and grant.granted_at == now
        [entry] = rows(sessions, audit_entries, action="writing_granted")
        assert entry.detail == {"organisation": "callgrid"}

    @pytest.mark.parametrize("who", ["huayun-org", "nobody"])
    def test_only_partners_can_be_granted(
        self, sessions: Sessions, metric: Metric, now: datetime, who: str
    ) -> None:
        with sessions.begin() as session, pytest.raises(DomainError, match="partner"):
            grant_writing(
                session, MANAGER, metric_id=metric.id, organisation_id=an_id(who), now=now
            )

    def test_what_was_never_granted_cannot_be_revoked(
        self, sessions: Sessions, metric: Metric
    ) -> None:
        with sessions.begin() as session, pytest.raises(NotFound):
            revoke_writing(session, MANAGER, metric_id=metric.id, organisation_id=an_id("x"))


class TestImports:
    GOOD = b"taken_at,value,external_id\n2026-10-05T10:00:00+08:00,1,a\n2026-10-05T10:01:00Z,0,b\n"

    def load(
        self, sessions: Sessions, metric: Metric, content: bytes, now: datetime,
        by: Actor = MANAGER,
    ) -> queries.Import:  # fmt: skip
        file = SentFile("calls.csv", content)
        with sessions.begin() as session:
            import_id = usecases.import_csv(session, by, metric_id=metric.id, file=file, now=now)
        with sessions.begin() as session:
            return queries.show_import(session, MANAGER, import_id)

    def test_a_file_is_taken_and_remembered(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        found = self.load(sessions, metric, self.GOOD, now)
        assert (found.accepted, found.repeated, found.refusal) == (2, 0, "")
        assert found.size == len(self.GOOD) and len(found.sha256) == 64
        assert {row.way for row in rows(sessions, measurements)} == {"csv"}
        again = self.load(sessions, metric, self.GOOD, now)
        assert (again.accepted, again.repeated) == (0, 2)
        assert events(sessions, "notice_raised") == []

    def test_a_wrong_file_is_kept_with_its_lines_and_nothing_of_it_is_taken(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        wrong = self.GOOD + b"2026-09-01T00:00:00Z,1,c\n2026-10-06T00:00:00,1,e\n"
        wrong += b"2026-10-06T00:00:00Z,2,d\n"
        found = self.load(sessions, metric, wrong, now)
        assert [(each.row, each.fault) for each in found.faults] == [
            (4, Fault.PERIOD),
            (5, Fault.TAKEN_AT),
            (6, Fault.SHARE),
        ]
        assert found.refusal % found.refusal_params == (
            "No measurement was taken. Rows that are wrong: 3."
        )
        assert rows(sessions, measurements) == []
        [notice] = events(sessions, "notice_raised")
        assert notice.subject == str(MANAGER.person_id)
        told = msgspec.json.decode(notice.payload)
        assert told["template"] == "import_failed" and told["params"]["title"] == "calls.csv"
        assert told["path"] == f"/admin/performance/imports/{found.id}"
        assert [row.action for row in rows(sessions, audit_entries)][-1] == "import_refused"

    @pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a,b\n1,2\n"])
    def test_a_file_that_is_no_list_of_measurements_is_kept_too(
        self, sessions: Sessions, metric: Metric, now: datetime, content: bytes
    ) -> None:
        found = self.load(sessions, metric, content, now)
        assert found.refusal and found.faults == [] and found.accepted == 0

    def test_a_conflict_with_an_earlier_file_names_the_line(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        self.load(sessions, metric, self.GOOD, now)
        changed = self.load(sessions, metric, self.GOOD.replace(b",0,b", b",1,b"), now)
        assert [(each.row, each.fault) for each in changed.faults] == [(3, Fault.CONFLICT)]
        assert len(rows(sessions, measurements)) == 2 and len(rows(sessions, imports)) == 2

    def test_the_list_of_wrong_lines_ends_at_200_and_says_how_many_there_are(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        lines = [f"2026-10-05T10:00:00Z,9,{n}" for n in range(300)]
        found = self.load(
            sessions, metric, "\n".join(["taken_at,value,external_id", *lines]).encode(), now
        )
        assert len(found.faults) == 200 and found.refusal_params == {"count": 300}

    def test_a_partner_needs_a_grant_for_a_file_too(
        self, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        with pytest.raises(NotFound):
            self.load(sessions, metric, self.GOOD, now, by=CALLGRID)
        allow(sessions, metric, now=now)
        assert self.load(sessions, metric, self.GOOD, now, by=CALLGRID).accepted == 2
