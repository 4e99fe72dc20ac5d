"""Measurements by API: batches, files, what is wrong with them, and who may not send."""

import hashlib
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, events, rows
from support.metrics import CALLGRID, CSV, MANAGER, allow, measured, sent
from support.metrics_api import post
from werkzeug.test import TestResponse

from services.monitoring.measurements.persistence import imports, measurements
from services.monitoring.metrics.domain import Metric
from shared.audit import audit_entries
from shared.kernel import uuid7

pytestmark = pytest.mark.usefixtures("november")


class TestMeasurements:
    def test_a_partners_batch_is_taken_once(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        allow(sessions, metric, now=now)
        batch, key = sent(measured(metric.id, [1, 0, 1])), uuid7()
        first = post(client, "/measurements", "callgrid", key=key, json=batch)
        assert first.status_code == 201 and first.json == {"accepted": 3, "repeated": 0}
        assert post(client, "/measurements", "callgrid", key=key, json=batch).json == first.json
        assert post(client, "/measurements", "callgrid", json=batch).json == {
            "accepted": 0, "repeated": 3,
        }  # fmt: skip
        other = sent(measured(metric.id, [1]))
        assert post(client, "/measurements", "callgrid", key=key, json=other).status_code == 422
        assert {row.sent_by for row in rows(sessions, measurements)} == {CALLGRID.organisation_id}

    def test_5000_rows_are_taken_and_one_more_is_not(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        allow(sessions, metric, now=now)
        batch = sent(measured(metric.id, [1] * 5001))
        refused = post(client, "/measurements", "callgrid", json=batch)
        assert refused.status_code == 422 and refused.json["errors"]["code"] == "too_many_rows"
        batch["measurements"].pop()
        assert post(client, "/measurements", "callgrid", json=batch).json["accepted"] == 5000

    def test_every_wrong_row_is_named_and_none_is_taken(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        allow(sessions, metric, now=now)
        batch = sent(measured(metric.id, [1, 2, 1, 1]))
        batch["measurements"][2]["metric_id"] = str(uuid7())
        batch["measurements"][3]["taken_at"] = "2026-09-01T00:00:00Z"
        refused = post(client, "/measurements", "callgrid", json=batch)
        assert refused.status_code == 422
        errors = refused.json["errors"]
        assert errors["code"] == "rows_refused"
        assert errors["measurements"] == ["No measurement was taken. Rows that are wrong: 3."]
        found = [(row["row"], row["field"], row["code"]) for row in errors["rows"]]
        assert found == [
            (2, "value", "share"), (3, "metric_id", "not_found"), (4, "taken_at", "period"),
        ]  # fmt: skip
        assert "0 to 1" in errors["rows"][0]["message"]
        assert rows(sessions, measurements) == []

    def test_a_row_that_cannot_be_read_is_named_too(
        self, client: FlaskClient, metric: Metric
    ) -> None:
        batch = sent(measured(metric.id, [1, 1]))
        batch["measurements"][1]["taken_at"] = "2026-10-05T10:00:00"
        errors = post(client, "/measurements", json=batch).json["errors"]
        assert [(row["row"], row["code"]) for row in errors["rows"]] == [(2, "taken_at")]
        for wrong in ({}, [], {"measurements": []}, {"measurements": "x"}):
            assert post(client, "/measurements", json=wrong).status_code == 422
        assert post(client, "/measurements", data=b"\xff{").status_code == 422

    def test_a_conflict_is_named(self, client: FlaskClient, metric: Metric) -> None:
        post(client, "/measurements", json=sent(measured(metric.id, [1, 1])))
        refused = post(client, "/measurements", json=sent(measured(metric.id, [1, 0])))
        assert refused.status_code == 422
        [row] = refused.json["errors"]["rows"]
        assert (row["row"], row["code"]) == (2, "conflict")

    def test_the_key_is_needed(self, client: FlaskClient, metric: Metric) -> None:
        body = sent(measured(metric.id, [1]))
        bare = client.post("/api/v1/measurements", json=body, headers=bearer("contract_manager"))
        assert bare.status_code == 422

    def test_who_may_not(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        batch = sent(measured(metric.id, [1]))
        for who in ("finance", "auditor", "huayun", "nordwind", "blunt", "opener"):
            assert post(client, "/measurements", who, json=batch).status_code == 403, who
        refused = post(client, "/measurements", "callgrid", json=batch)
        assert refused.json["errors"]["rows"][0]["code"] == "not_found"
        allow(sessions, metric, now=now)
        assert post(client, "/measurements", "otherworks", json=batch).status_code == 422
        assert post(client, "/measurements", "callgrid", json=batch).status_code == 201
        assert client.post("/api/v1/measurements", json=batch).status_code == 401


class TestCsv:
    def send(
        self, client: FlaskClient, metric_id: Any, who: str, content: bytes = CSV, **more: Any
    ) -> TestResponse:
        path = f"/metrics/{metric_id}/measurements/csv?name=calls.csv"
        return post(client, path, who, data=content, content_type="text/csv", **more)

    def test_a_file_is_taken_from_staff_and_from_partners(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        made = self.send(client, metric.id, "contract_manager")
        assert made.status_code == 201
        assert (made.json["accepted"], made.json["repeated"]) == (2, 0)
        assert made.json["name"] == "calls.csv"
        assert self.send(client, metric.id, "callgrid").status_code == 404
        allow(sessions, metric, now=now)
        assert self.send(client, metric.id, "callgrid").json["repeated"] == 2

    def test_wrong_lines_are_named(
        self, client: FlaskClient, sessions: Sessions, metric: Metric
    ) -> None:
        wrong = CSV + b"2026-10-05T10:00:00,1,c\n"
        refused = self.send(client, metric.id, "contract_manager", wrong)
        assert refused.status_code == 422
        [row] = refused.json["errors"]["rows"]
        assert (row["row"], row["field"], row["code"]) == (4, "taken_at", "taken_at")
        unreadable = self.send(client, metric.id, "contract_manager", "电".encode("gb18030"))
        assert "UTF-8" in unreadable.json["errors"]["file"][0]
        assert rows(sessions, measurements) == []

    def test_a_refused_file_is_remembered_once(
        self, client: FlaskClient, sessions: Sessions, metric: Metric
    ) -> None:
        wrong, key = CSV.replace(b",1,", b",7,"), str(uuid7())
        refused, again = (
            self.send(client, metric.id, "contract_manager", wrong, key=key) for _ in "12"
        )
        assert refused.status_code == again.status_code == 422 and refused.json == again.json
        assert refused.json["errors"]["rows"][0]["code"] == "share"
        [kept] = rows(sessions, imports)
        assert kept.sha256 == hashlib.sha256(wrong).hexdigest() and kept.refusal
        entries = rows(sessions, audit_entries, chain=f"metric:{metric.id}")
        assert [each.action for each in entries].count("import_refused") == 1
        [notice] = events(sessions, "notice_raised")
        assert notice.subject == str(MANAGER.person_id)

    def test_a_corrected_file_of_the_same_length_is_another_one(
        self, client: FlaskClient, sessions: Sessions, metric: Metric
    ) -> None:
        key, corrected = str(uuid7()), CSV.replace(b",1,", b",0,")
        assert len(corrected) == len(CSV) and corrected != CSV
        assert self.send(client, metric.id, "contract_manager", key=key).status_code == 201
        other = self.send(client, metric.id, "contract_manager", corrected, key=key)
        assert other.status_code == 422 and "Idempotency-Key" in other.json["message"]
        again = self.send(client, metric.id, "contract_manager", key=key)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(rows(sessions, imports)) == 1

    def test_a_file_has_at_most_10_megabytes(self, client: FlaskClient, metric: Metric) -> None:
        big = self.send(client, metric.id, "contract_manager", b"x" * (10 * 1024**2 + 1))
        assert big.status_code == 413

    def test_who_may_not(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        allow(sessions, metric, now=now)
        for who in ("finance", "auditor", "huayun", "blunt"):
            assert self.send(client, metric.id, who).status_code == 403
        assert self.send(client, metric.id, "otherworks").status_code == 404
        assert self.send(client, uuid7(), "contract_manager").status_code == 404
        assert self.send(client, metric.id, "callgrid").status_code == 201
