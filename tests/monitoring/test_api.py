"""The JSON faces: metrics, grants, windows, and what waits for whom."""

from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from support.actors import bearer
from support.database import Sessions
from support.metrics import CALLGRID, allow, measured, take
from support.metrics_api import get, post

from services.monitoring.metrics.domain import Metric
from shared.kernel import uuid7

pytestmark = pytest.mark.usefixtures("november")


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
        raw = get(client, f"/windows/{evaluated}/measurements?limit=100").json
        assert len(raw["items"]) == 100 and raw["items"][0]["external_id"] == "1005-1"
        rest = get(client, f"/windows/{evaluated}/measurements?limit=100&after={raw['after']}").json
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
