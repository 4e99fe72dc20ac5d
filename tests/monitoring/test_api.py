"""The JSON faces: metrics, grants, measurements, windows, and what waits for whom."""

import hashlib
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions, events, rows
from support.metrics import CALLGRID, MANAGER, allow, measured, sent, take
from werkzeug.test import TestResponse

from services.monitoring.measurements.persistence import imports, measurements
from services.monitoring.metrics.domain import Metric
from services.monitoring.slas.usecases import evaluate_windows
from shared.audit import audit_entries
from shared.kernel import uuid7

CSV = b"taken_at,value,external_id\n2026-10-05T10:00:00+08:00,1,a\n2026-10-05T10:01:00Z,0,b\n"


@pytest.fixture(autouse=True)
def _time(clock: Any, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    clock(now)
    for module in ("services.monitoring.measurements.api", "services.monitoring.metrics.api",
                   "services.monitoring.internal"):  # fmt: skip
        monkeypatch.setattr(f"{module}.now", lambda: now)


@pytest.fixture
def evaluated(client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime) -> str:
    take(sessions, measured(metric.id, [1] * 187 + [0] * 13), now=now)
    with sessions.begin() as session:
        [made] = evaluate_windows(session, MANAGER, metric_id=metric.id)
    return str(made.window_id)


def get(client: FlaskClient, path: str, who: str = "contract_manager") -> TestResponse:
    return client.get(f"/api/v1{path}", headers=bearer(who))


def post(
    client: FlaskClient, path: str, who: str = "contract_manager", *, key: Any = None, **body: Any
) -> TestResponse:
    headers = bearer(who, **{"Idempotency-Key": str(key or uuid7())})
    return client.post(f"/api/v1{path}", headers=headers, **body)


class TestMetrics:
    def test_a_metric_says_all_terms(self, client: FlaskClient, metric: Metric) -> None:
        found = get(client, f"/metrics/{metric.id}").json
        assert found["target"] == "95" and found["minimum"] == "90" and found["window"] == "month"
        assert found["tiers"][0] == {"from": None, "to": "90", "percent": "10"}
        assert found["starts_on"] == "2026-10-01" and found["formula"] == "ratio"

    def test_each_sees_their_own(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        seen = {"contract_manager": 1, "auditor": 1, "huayun": 1, "nordwind": 0, "callgrid": 0}
        for who, count in seen.items():
            assert len(get(client, "/metrics", who).json["items"]) == count, who
            assert get(client, f"/metrics/{metric.id}", who).status_code == (200 if count else 404)
        allow(sessions, metric, now=now)
        assert len(get(client, "/metrics", "callgrid").json["items"]) == 1
        assert get(client, f"/metrics/{metric.id}", "otherworks").status_code == 404
        assert get(client, "/metrics", "opener").status_code == 403

    def test_they_are_found_by_contract(self, client: FlaskClient, metric: Metric) -> None:
        for contract, count in ((metric.contract_id, 1), (uuid7(), 0)):
            found = get(client, f"/metrics?contract_id={contract}").json
            assert len(found["items"]) == count and found["after"] == ""
        assert get(client, "/metrics?contract_id=x").status_code == 422


class TestGrants:
    def test_a_partner_is_allowed_listed_and_revoked(
        self, client: FlaskClient, metric: Metric
    ) -> None:
        path, partner = f"/metrics/{metric.id}/grants", str(CALLGRID.organisation_id)
        made = post(client, path, json={"organisation_id": partner})
        assert made.status_code == 201 and made.json == {"organisation_id": partner}
        [grant] = get(client, path).json["items"]
        assert (grant["organisation"], grant["granted_by"]) == ("callgrid", "contract_manager")
        gone = client.delete(f"/api/v1{path}/{partner}", headers=bearer("contract_manager"))
        again = client.delete(f"/api/v1{path}/{partner}", headers=bearer("contract_manager"))
        assert (gone.status_code, again.status_code) == (204, 404)
        assert get(client, path).json == {"items": []}

    def test_only_partners_can_be_allowed(self, client: FlaskClient, metric: Metric) -> None:
        path = f"/metrics/{metric.id}/grants"
        refused = post(client, path, json={"organisation_id": str(metric.organisation_id)})
        assert refused.status_code == 409 and refused.json["errors"] == {"code": "not_a_partner"}
        assert post(client, path, json={}).status_code == 422

    def test_who_may_not(self, client: FlaskClient, metric: Metric) -> None:
        path, partner = f"/metrics/{metric.id}/grants", str(CALLGRID.organisation_id)
        for who in ("finance", "auditor", "huayun", "callgrid"):
            assert post(client, path, who, json={"organisation_id": partner}).status_code == 403
            gone = client.delete(f"/api/v1{path}/{partner}", headers=bearer(who))
            assert gone.status_code == 403
        for who, status in (("huayun", 403), ("callgrid", 403), ("finance", 200)):
            assert get(client, path, who).status_code == status
        assert post(client, path, json={"organisation_id": partner}).status_code == 201
        nothing = f"/metrics/{uuid7()}/grants"
        assert post(client, nothing, json={"organisation_id": partner}).status_code == 404
        assert get(client, nothing).status_code == 404


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


def test_an_auditor_from_outside_sees_nothing_that_was_not_named_for_them(
    client: FlaskClient, metric: Metric, evaluated: str
) -> None:
    for path in (f"/metrics/{metric.id}", f"/metrics/{metric.id}/grants",
                 f"/windows/{evaluated}", f"/windows/{evaluated}/measurements"):  # fmt: skip
        assert get(client, path, "outsider").status_code == 404, path
        assert get(client, path, "auditor").status_code == 200, path
    for path in ("/metrics", "/windows"):
        assert get(client, path, "outsider").json["items"] == []
        assert get(client, path, "auditor").json["items"]


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


class TestWindows:
    def test_ended_windows_are_evaluated_once(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        take(sessions, measured(metric.id, [1, 0]), now=now)
        path = f"/metrics/{metric.id}/windows/evaluation"
        [made] = post(client, path, json={}).json["items"]
        assert (made["revision"], made["attained"], made["outcome"]) == (1, "50", "breached")
        assert post(client, path).json == {"items": []}
        [window] = get(client, f"/windows?metric_id={metric.id}").json["items"]
        assert window["id"] == made["window_id"] and window["is_stale"] is False
        assert window["starts_at"] == "2026-09-30T16:00:00+00:00"
        assert (window["numerator"], window["denominator"]) == ("1", 2)

    def test_a_window_opens_its_working(
        self, client: FlaskClient, metric: Metric, evaluated: str
    ) -> None:
        found = get(client, f"/windows/{evaluated}").json
        assert found["attained"] == "93.5" and found["evaluations"][0]["denominator"] == 200
        assert found["evaluations"][0]["input_sha256"] == found["input_sha256"]
        raw = get(client, f"/windows/{evaluated}/measurements").json
        assert len(raw["items"]) == 100 and raw["items"][0]["external_id"] == "1005-1"
        rest = get(client, f"/windows/{evaluated}/measurements?after={raw['after']}").json
        assert len(rest["items"]) == 100 and rest["after"] == ""

    def test_a_late_measurement_shows(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, evaluated: str, now: datetime
    ) -> None:
        take(sessions, measured(metric.id, [1], source="late"), now=now)
        assert get(client, f"/windows/{evaluated}").json["is_stale"] is True
        post(client, f"/metrics/{metric.id}/windows/evaluation")
        found = get(client, f"/windows/{evaluated}").json
        assert found["revision"] == 2 and len(found["evaluations"]) == 2 and not found["is_stale"]

    def test_who_may_not(self, client: FlaskClient, metric: Metric, evaluated: str) -> None:
        path = f"/metrics/{metric.id}/windows/evaluation"
        for who in ("finance", "auditor", "huayun", "callgrid"):
            assert post(client, path, who).status_code == 403
        for below in (f"/windows/{evaluated}", f"/windows/{evaluated}/measurements"):
            for who, status in (("nordwind", 404), ("callgrid", 403), ("opener", 403),
                                ("huayun", 200), ("auditor", 200)):  # fmt: skip
                assert get(client, below, who).status_code == status, (below, who)
        listed = {who: get(client, "/windows", who).json["items"] for who in ("huayun", "nordwind")}
        assert (len(listed["huayun"]), len(listed["nordwind"])) == (1, 0)
        assert get(client, "/windows", "callgrid").status_code == 403
        assert post(client, f"/metrics/{uuid7()}/windows/evaluation").status_code == 404
        assert post(client, path).status_code == 200


class TestWork:
    def work(self, client: FlaskClient, who: str) -> list[Any]:
        answer = client.get("/internal/work", headers=bearer(who))
        assert answer.status_code == 200
        return list(answer.json["items"])

    def test_a_breach_asks_nobody_for_anything(
        self, client: FlaskClient, metric: Metric, evaluated: str
    ) -> None:
        """A notice tells of it, and its credit is the work of those who decide on it."""
        everybody = ("huayun", "nordwind", "contract_manager", "finance", "callgrid", "auditor")
        assert [self.work(client, who) for who in everybody] == [[]] * len(everybody)

    def test_a_window_that_was_not_evaluated_waits_for_the_contract_manager(
        self, client: FlaskClient, metric: Metric
    ) -> None:
        [item] = self.work(client, "contract_manager")
        assert item["href"] == f"/admin/performance/{metric.id}"
        assert item["verb"] == "Evaluate windows"
        assert self.work(client, "finance") == self.work(client, "huayun") == []

    def test_a_window_without_data_waits_until_there_are_some(
        self, client: FlaskClient, sessions: Sessions, metric: Metric, now: datetime
    ) -> None:
        post(client, f"/metrics/{metric.id}/windows/evaluation")
        [item] = self.work(client, "contract_manager")
        assert item["verb"] == "Add measurements" and item["object"].endswith("Oct 2026")
        assert item["href"].startswith(f"/admin/performance/{metric.id}/windows/")
        take(sessions, measured(metric.id, [1]), now=now)
        post(client, f"/metrics/{metric.id}/windows/evaluation")
        assert self.work(client, "contract_manager") == []

    def test_somebody_must_ask(self, client: FlaskClient) -> None:
        assert client.get("/internal/work").status_code == 401


def test_the_openapi_document_names_every_route(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi/monitoring.json").json["paths"]
    batch = paths["/api/v1/measurements"]["post"]
    assert batch["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Batch")
    assert "/api/v1/windows/{window_id}/measurements" in paths
